"""What is wrong with a data set as a whole: one small function a rule, and :func:`check_images` for all of them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfodkit.annotations.rules import LABEL_CASE, LABEL_UNICODE
from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.groups import alike_images, equal_images
from tfodkit.dataset.rules import CLASS_RARE, IMAGES_ALIKE, IMAGES_EQUAL, NO_OBJECTS
from tfodkit.findings import Finding, Rule

if TYPE_CHECKING:
    from tfodkit.dataset.survey import SurveyedImage

FEW_IMAGES = 10


def check_images(images: Sequence[SurveyedImage], *, few_images: int = FEW_IMAGES) -> list[Finding]:
    """Every finding about the images together; a class in fewer than ``few_images`` is rare."""
    annotations = [image.annotation for image in images]
    paths = {annotation.name: annotation.image for annotation in annotations}
    equal = equal_images(images)
    copies = {name for names in equal for name in names[1:]}  # what is equal is not said to be alike as well
    alike = [[name for name in names if name not in copies] for names in alike_images(images)]
    return [
        *repeated_images(equal, paths, IMAGES_EQUAL, "the file has the same content as"),
        *repeated_images(alike, paths, IMAGES_ALIKE, "the picture looks nearly like"),
        *rare_classes(annotations, few_images),
        *images_without_objects(annotations),
        *labels_alike(annotations),
    ]


def repeated_images(
    groups: Iterable[Sequence[str]], paths: Mapping[str, Path], rule: Rule, relation: str
) -> Iterator[Finding]:
    """One finding for each image of a group but the first."""
    for first, *others in groups:
        yield from (Finding(rule, paths[name], f"{relation} {first}") for name in others)


def rare_classes(annotations: Iterable[ImageAnnotation], few_images: int) -> Iterator[Finding]:
    """Classes that occur in fewer than ``few_images`` images, by name; at the first of them."""
    for label, places in sorted(_places(annotations).items()):
        if len(places) < few_images:
            what = f"the class is in {_images(len(places))}, fewer than {few_images}"
            yield Finding(CLASS_RARE, places[0], what, subject=f'class "{label}"')


def images_without_objects(annotations: Iterable[ImageAnnotation]) -> Iterator[Finding]:
    """Annotated images that nothing is marked in."""
    for annotation in annotations:
        if not annotation.objects:
            yield Finding(NO_OBJECTS, annotation.source or annotation.image, "no object is marked in the image")


def labels_alike(annotations: Iterable[ImageAnnotation]) -> Iterator[Finding]:
    """Labels that look like another one: in upper and lower case, or in Unicode's ways to write the same letters.

    One finding for each label but the commonest of those that look alike, at the first image with it.
    """
    places = _places(annotations)
    alike: dict[str, list[str]] = defaultdict(list)
    for label in places:
        alike[looks_like(label)].append(label)
    for labels in sorted(alike.values()):
        commonest, *others = sorted(labels, key=lambda label: (-len(places[label]), label))
        for label in others:
            rule = LABEL_CASE if label.lower() == commonest.lower() else LABEL_UNICODE
            mine, theirs = _images(len(places[label])), _images(len(places[commonest]))
            what = f"{_spelled(label)} is in {mine}, {_spelled(commonest)} in {theirs}"
            yield Finding(rule, places[label][0], what, subject=f'class "{label}"')


def looks_like(label: str) -> str:
    """The same for labels that people take for one: letters' case and width, accents' code points, invisible signs.

    Unicode's compatibility form (NFKC), without format characters, in folded case, white space as one blank.
    """
    visible = "".join(letter for letter in label if unicodedata.category(letter) != "Cf")
    folded = unicodedata.normalize("NFKC", visible).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _places(annotations: Iterable[ImageAnnotation]) -> dict[str, list[Path]]:
    """The annotation files of each class, or the images where there are none, one for each image with it."""
    places: dict[str, list[Path]] = defaultdict(list)
    for annotation in annotations:
        for label in annotation.labels:
            places[label].append(annotation.source or annotation.image)
    return places


def _spelled(label: str) -> str:
    return f'"{label}"' if label.isascii() else f'"{label}" ({ascii(label)[1:-1]})'


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count} images"

"""Many images: the annotations of one folder, in one order whatever the disk says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from tfodkit import files
from tfodkit.annotations.image_folder import ImageFolder, require_folder
from tfodkit.annotations.values import ImageAnnotation, LeftOut, Reading
from tfodkit.annotations.voc_reader import read_voc_xml
from tfodkit.dataset.label_map import BACKGROUND, LabelMap
from tfodkit.errors import DataError, Problem

NOT_ANNOTATED = "images without an annotation"


@dataclass(frozen=True, slots=True)
class Dataset:
    """The annotated images of one folder, sorted by the image's file name, each name once."""

    annotations: tuple[ImageAnnotation, ...]
    left_out: tuple[LeftOut, ...] = ()

    def __post_init__(self) -> None:
        names = [annotation.image.name for annotation in self.annotations]
        if names != sorted(set(names)):
            raise ValueError("annotations must be sorted by image name, each name once")

    @property
    def label_map(self) -> LabelMap:
        """The classes that occur, sorted by name; :class:`DataError` where no image has an object."""
        labels = {label for annotation in self.annotations for label in annotation.labels}
        if not labels:
            raise DataError("the data set", "no image has an object", "Label the images with labelImg.")
        return LabelMap.from_names(labels)

    def images_with(self) -> Counter[str]:
        """In how many images each class occurs."""
        return Counter(label for annotation in self.annotations for label in annotation.labels)


def read_dataset(images: Path, annotations: Path | None = None) -> Dataset:
    """The images in ``images`` with the VOC XML files beside them, or in the folder ``annotations``.

    Raises:
        DataError: with every problem of every file, in the order of file names.
    """
    return dataset_of(scan_folder(images, annotations))


def scan_folder(images: Path, annotations: Path | None = None) -> Reading:
    """As :func:`read_dataset`, but problems come back beside what could be read. Pixels are not looked at.

    Raises:
        DataError: a folder does not exist, or there is no XML to read.
    """
    folder = ImageFolder(images)
    source = images if annotations is None else annotations
    require_folder(source)
    paths = files.list_files(source, frozenset({".xml"}))
    if not paths:
        remedy = "Pass --annotations with the folder of the XML files." if annotations is None else "Check the path."
        raise DataError(str(source), "the folder has no .xml file", remedy)
    return _with_unannotated(_merge(read_voc_xml(path, folder) for path in paths), folder, paths)


def dataset_of(reading: Reading) -> Dataset:
    """The data set of a reading without problems; :class:`DataError` with all of them otherwise."""
    if reading.problems:
        raise DataError.collect(reading.problems)
    return Dataset(reading.annotations, reading.left_out)


def home_class(annotation: ImageAnnotation, images_with: Counter[str]) -> str:
    """The class that an image is filed under: the one among its objects that occurs in the fewest images.

    Of equally rare ones the first by name; ``background`` for an image without objects.
    """
    if not annotation.objects:
        return BACKGROUND
    return min(annotation.labels, key=lambda label: (images_with[label], label))


def _merge(readings: Iterable[Reading]) -> Reading:
    """One reading, sorted by image name; a second annotation of one image is a problem."""
    annotations: dict[str, ImageAnnotation] = {}
    problems: list[Problem] = []
    left_out: list[LeftOut] = []
    for reading in readings:
        problems.extend(reading.problems)
        left_out.extend(reading.left_out)
        for annotation in reading.annotations:
            first = annotations.setdefault(annotation.image.name, annotation)
            if first is not annotation:
                problems.append(_claimed_twice(first, annotation))
            problems.extend(_reserved_name(annotation))
    return Reading(tuple(annotations[name] for name in sorted(annotations)), tuple(problems), tuple(left_out))


def _with_unannotated(reading: Reading, folder: ImageFolder, sources: list[Path]) -> Reading:
    """Name the images that nobody annotated. One whose own XML has a problem is in ``problems`` already."""
    annotated = {annotation.image for annotation in reading.annotations}
    stems = {source.stem for source in sources}
    unannotated = (
        LeftOut(NOT_ANNOTATED, image)
        for image in folder.images
        if image not in annotated and not (reading.problems and image.stem in stems)
    )
    return replace(reading, left_out=(*reading.left_out, *unannotated))


def _claimed_twice(first: ImageAnnotation, second: ImageAnnotation) -> Problem:
    what = f"{second.image.name} is annotated in {first.source and first.source.name} already"
    return Problem(str(second.source), what, "Correct <filename> in one of the files, or remove it.")


def _reserved_name(annotation: ImageAnnotation) -> list[Problem]:
    if BACKGROUND not in annotation.labels:
        return []
    what = f"a class can't be called {BACKGROUND!r}, which images without objects are filed under"
    return [Problem(str(annotation.source), what, "Rename the class, or remove the object.")]

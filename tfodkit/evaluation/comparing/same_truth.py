"""Whether two sets were held against the same truth, and one brought into the order of the other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.columns import EvaluationSet, TruthColumns

SAME_PIXELS = 0.05
"""Boxes that differ by less are the same: files round them."""
_DECIMALS = 1


@dataclass(frozen=True, slots=True)
class TruthDifference:
    """Names of images that only A or only B has, of those whose size or labels differ, and of classes of only one."""

    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    labelled_otherwise: tuple[str, ...]
    classes_a: tuple[str, ...]
    classes_b: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any((self.only_a, self.only_b, self.labelled_otherwise, self.classes_a, self.classes_b))


def truth_difference(a: EvaluationSet, b: EvaluationSet) -> TruthDifference:
    """What differs between two truths; the order of images, objects and classes does not count, nor do ids.

    Images go by their names, of which each set has one only once.
    """
    names_a, names_b = (dict.fromkeys(image.name for image in each.images) for each in (a, b))
    only_a, only_b = _minus(names_a, names_b), _minus(names_b, names_a)
    classes_a, classes_b = (dict.fromkeys(each.class_names.values()) for each in (a, b))
    classes = _minus(classes_a, classes_b), _minus(classes_b, classes_a)
    return TruthDifference(only_a, only_b, _labelled_otherwise(a, b), *classes)


def in_terms_of(a: EvaluationSet, b: EvaluationSet) -> EvaluationSet:
    """The detections of ``b`` with the images, classes and truth of ``a``, which are the same but for their order."""
    places = _places(a)
    place_of = np.array([places[image.name] for image in b.images], np.int64)
    found = replace(b.found, image=place_of[b.found.image], class_id=_class_ids(a, b, b.found.class_id))
    return replace(a, found=found.take(np.argsort(found.image, kind="stable")))


def _labelled_otherwise(a: EvaluationSet, b: EvaluationSet) -> tuple[str, ...]:
    objects_a, objects_b = _objects(a), _objects(b)
    others = {image.name: (image, place) for place, image in enumerate(b.images)}
    differing = []
    for place, image in enumerate(a.images):
        if image.name in others:
            other, other_place = others[image.name]
            is_same = (image.width, image.height) == (other.width, other.height)
            if not (is_same and _are_same(objects_a[place], objects_b[other_place])):
                differing.append(image.name)
    return tuple(differing)


def _objects(images: EvaluationSet) -> list[tuple[NDArray[np.object_], NDArray[np.float64]]]:
    """The objects of each image in an order that is their own: names of classes, and crowd and sides of boxes."""
    truth: TruthColumns = images.truth
    names = np.array([images.class_names[class_id] for class_id in truth.class_id.tolist()], object)
    numbers = np.column_stack([truth.is_crowd, truth.boxes_xyxy])
    rounded = numbers.round(_DECIMALS)
    places = np.unique(names.astype(str), return_inverse=True)[1]
    order = np.lexsort((*rounded.T, places, truth.image))
    ends = np.cumsum(np.bincount(truth.image, minlength=len(images.images)))[:-1]
    return list(zip(np.split(names[order], ends), np.split(numbers[order], ends), strict=True))


def _are_same(
    one: tuple[NDArray[np.object_], NDArray[np.float64]], other: tuple[NDArray[np.object_], NDArray[np.float64]]
) -> bool:
    (names, numbers), (other_names, other_numbers) = one, other
    return (
        len(names) == len(other_names)
        and bool((names == other_names).all())
        and bool((np.abs(numbers - other_numbers) <= SAME_PIXELS).all())
    )


def _class_ids(a: EvaluationSet, b: EvaluationSet, class_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    ids = {name: class_id for class_id, name in a.class_names.items()}
    known = np.array(list(b.class_names), np.int64)
    renamed = np.array([ids[name] for name in b.class_names.values()], np.int64)
    return renamed[np.searchsorted(known, class_ids)]


def _places(images: EvaluationSet) -> dict[str, int]:
    return {image.name: place for place, image in enumerate(images.images)}


def _minus(names: dict[str, None], others: dict[str, None]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in others)

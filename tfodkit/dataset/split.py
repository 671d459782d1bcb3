"""Images into training and validation, by a seed."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.dataset import Dataset, home_class
from tfodkit.errors import UsageError


@dataclass(frozen=True, slots=True)
class Group:
    """The images of one split and one home class, in the order they are written; at least one."""

    split: str
    """``train`` or ``val``."""
    home_class: str
    annotations: tuple[ImageAnnotation, ...]


Unit = tuple[ImageAnnotation, ...]
"""Images that go to one split together; sorted by name, most often a single one."""


def split_dataset(
    dataset: Dataset, *, train_share: float, seed: int, together: Iterable[Iterable[str]] = ()
) -> tuple[Group, ...]:
    """Every image in exactly one group; groups sorted by home class, ``train`` before ``val``.

    Each home class is divided by itself, so that rare classes are in both splits in the same proportion; of two images
    or more at least one goes to each split. A class that is nobody's home gets an image into each split as well, where
    one can be moved without taking it from another class. A single image is trained on. ``together`` are sets of image
    names, disjoint, that stay in one split, such as copies of one picture.

    The order is that of a hash of seed and file name: another image added or removed leaves the others where they are,
    but for a neighbour of the cut.

    Raises:
        UsageError: ``train_share`` is not between 0 and 1.
    """
    if not 0 < train_share < 1:
        raise UsageError("--split", f"{train_share:g} is not between 0 and 1", "0.8 trains on four images of five.")
    images_with = dataset.images_with()
    units = sorted(_units(dataset.annotations, together), key=lambda unit: _rank(unit, seed))
    homes: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        homes[home_class(unit[0], images_with)].append(unit)
    side = {name: split for members in homes.values() for name, split in _divided(members, train_share)}
    _put_each_class_in_both(units, side, sorted(images_with, key=lambda label: (images_with[label], label)))
    return tuple(_groups(units, side, images_with))


def _units(annotations: Iterable[ImageAnnotation], together: Iterable[Iterable[str]]) -> list[Unit]:
    unit_of = {name: number for number, names in enumerate(together) for name in names}
    units: dict[int | str, list[ImageAnnotation]] = defaultdict(list)
    for annotation in annotations:
        units[unit_of.get(annotation.image.name, annotation.image.name)].append(annotation)
    return [tuple(members) for members in units.values()]


def _rank(unit: Unit, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{unit[0].image.name}".encode("utf-8", "surrogateescape")).digest()


def _divided(units: list[Unit], train_share: float) -> Iterable[tuple[str, str]]:
    """The split of each unit, by the name of its first image.

    The first ones train, up to the share; the last validates, unless it is the only one.
    """
    wanted = int(sum(map(len, units)) * train_share + 0.5)
    training = 0
    for index, unit in enumerate(units):
        trains = index == 0 or (training < wanted and index < len(units) - 1)
        training += len(unit)
        yield unit[0].image.name, "train" if trains else "val"


def _put_each_class_in_both(units: list[Unit], side: dict[str, str], labels: list[str]) -> None:
    """For a class that one split lacks, move one unit there, if no class of it then lacks in the other."""
    images = Counter((name, side[unit[0].image.name]) for unit in units for item in unit for name in item.labels)
    for label in labels:
        if images[label, "train"] and images[label, "val"]:
            continue
        for unit in units:
            here, moved = side[unit[0].image.name], Counter(name for item in unit for name in item.labels)
            if label in moved and all(images[name, here] > moved[name] for name in moved):
                there = "val" if here == "train" else "train"
                side[unit[0].image.name] = there
                images.subtract({(name, here): count for name, count in moved.items()})
                images.update({(name, there): count for name, count in moved.items()})
                break


def _groups(units: list[Unit], side: dict[str, str], images_with: Counter[str]) -> Iterable[Group]:
    members: dict[tuple[str, str], list[ImageAnnotation]] = defaultdict(list)
    for unit in units:
        for annotation in unit:
            members[home_class(annotation, images_with), side[unit[0].image.name]].append(annotation)
    for home, split in sorted(members):  # "train" sorts before "val"
        yield Group(split, home, tuple(members[home, split]))

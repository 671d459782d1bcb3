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


def split_dataset(dataset: Dataset, *, train_share: float, seed: int) -> tuple[Group, ...]:
    """Every image in exactly one group; groups sorted by home class, ``train`` before ``val``.

    Each home class is divided by itself, so that rare classes are in both splits in the same proportion; of two images
    or more at least one goes to each split. A class that is nobody's home gets an image into each split as well, where
    one can be moved without taking it from another class. A single image is trained on.

    The order is that of a hash of seed and file name: another image added or removed leaves the others where they are,
    but for a neighbour of the cut.

    Raises:
        UsageError: ``train_share`` is not between 0 and 1.
    """
    if not 0 < train_share < 1:
        raise UsageError("--split", f"{train_share:g} is not between 0 and 1", "0.8 trains on four images of five.")
    images_with = dataset.images_with()
    homes: dict[str, list[ImageAnnotation]] = defaultdict(list)
    for annotation in dataset.annotations:
        homes[home_class(annotation, images_with)].append(annotation)
    side: dict[str, str] = {}
    for members in homes.values():
        members.sort(key=lambda annotation: _rank(annotation, seed))
        cut = _train_count(len(members), train_share)
        side.update((item.image.name, "train" if index < cut else "val") for index, item in enumerate(members))
    for label in sorted(images_with, key=lambda label: (images_with[label], label)):
        _put_in_both(label, [item for home in sorted(homes) for item in homes[home]], side)
    return tuple(_groups(homes, side))


def _rank(annotation: ImageAnnotation, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{annotation.image.name}".encode("utf-8", "surrogateescape")).digest()


def _train_count(count: int, train_share: float) -> int:
    if count == 1:
        return 1
    return min(max(int(count * train_share + 0.5), 1), count - 1)


def _put_in_both(label: str, annotations: list[ImageAnnotation], side: dict[str, str]) -> None:
    """Move one image with ``label`` to the split that has none, if no class then goes without."""
    having = [annotation for annotation in annotations if label in annotation.labels]
    sides = Counter(side[annotation.image.name] for annotation in having)
    if len(sides) == 2 or len(having) < 2:  # noqa: PLR2004 - train and val
        return
    counts = Counter((name, side[item.image.name]) for item in annotations for name in item.labels)
    for annotation in having:
        here = side[annotation.image.name]
        if all(counts[name, here] > 1 for name in annotation.labels):
            side[annotation.image.name] = "val" if here == "train" else "train"
            return


def _groups(homes: dict[str, list[ImageAnnotation]], side: dict[str, str]) -> Iterable[Group]:
    for home in sorted(homes):
        for split in ("train", "val"):
            members = tuple(item for item in homes[home] if side[item.image.name] == split)
            if members:
                yield Group(split, home, members)

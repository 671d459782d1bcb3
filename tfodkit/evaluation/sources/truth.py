"""Labelled images, with all the names and numbers by which detections may mean them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeAlias

from tfodkit.annotations.faults import FaultError
from tfodkit.errors import DataError, Problem
from tfodkit.evaluation.ground_truth import GroundTruth

Key: TypeAlias = int | str
"""An id or a name, as it stands in a file."""

REMEDY = "Correct the file, or take it out."


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth in one place, in its order.

    ``names`` are all the names of each image, the first as in ``images``; ``image_ids`` and ``category_ids`` are the
    file's own ids where it has some: places of images from 0, and ids of classes. ``records`` are the record files
    where that is what it was read from. ``notes`` say what was left out.
    """

    where: str
    images: tuple[GroundTruth, ...]
    names: tuple[tuple[str, ...], ...]
    class_names: Mapping[int, str]
    image_ids: Mapping[Key, int] = field(default_factory=dict)
    category_ids: Mapping[Key, int] = field(default_factory=dict)
    records: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def place_of(self, key: Key) -> int | None:
        """The place of the image that goes by ``key``: its id, its name with or without folders, or its stem.

        A whole number is an id, else the number that an image is called by, as 397133 is ``000000397133.jpg``. ``None``
        where there is no such image, or there are several.
        """
        if key in self.image_ids:
            return self.image_ids[key]
        if isinstance(key, int):
            return None if self.image_ids else self._by_number.get(key)
        for known in self._by_name:
            for name in (_composed(key), *_shorter(key)):
                if name in known:
                    return known[name]
        return self.place_of(int(key)) if key.isdecimal() else None

    def class_of(self, key: Key) -> int | None:
        """The id of the class that goes by ``key``, the category's id or the class's name; ``None``: there is none."""
        ids = self.category_ids or {class_id: class_id for class_id in self.class_names}
        if key in ids or isinstance(key, int):
            return ids.get(key)
        named = self._by_class_name.get(_composed(key))
        return ids.get(int(key)) if named is None and key.isdecimal() else named

    @cached_property
    def _by_name(self) -> tuple[dict[str, int | None], ...]:
        """By the whole name, by the name without folders, by the stem; ``None`` where several have one."""
        short = [[_shorter(name) for name in names] for names in self.names]
        bare = [[name for name, _ in each] for each in short]
        stems = [[stem for _, stem in each] for each in short]
        return _places(self.names), _places(bare), _places(stems)

    @cached_property
    def _by_number(self) -> dict[int, int | None]:
        stems = self._by_name[2]
        return {int(stem): place for stem, place in stems.items() if stem.isdecimal()}

    @cached_property
    def _by_class_name(self) -> dict[str, int]:
        return {_composed(name): class_id for class_id, name in self.class_names.items()}


def problem_of(fault: FaultError, path: Path, line: int | None, subject: str = "") -> Problem:
    """What can't be used of an annotation file, with what to do about it here: nothing is dropped from a truth."""
    return replace(fault.finding(path, line, subject).problem, remedy=REMEDY)


def refuse_unusable(truth: Truth) -> None:
    """Raise :class:`DataError` where nothing can be held against it: it has no image, no object, or an image twice."""
    names = [image.name for image in truth.images]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        remedy = "Keep one of them, or correct the file name in the other."
        raise DataError.collect(Problem(truth.where, f"the image {name!r} is there twice", remedy) for name in twice)
    if not any(len(image.class_ids) for image in truth.images):
        what = f"there is no labelled object in {len(names)} images: detections can't be held against it"
        raise DataError(truth.where, what, "Pass annotations with boxes.")


def _shorter(name: str) -> tuple[str, str]:
    """The name without its folders, and its stem."""
    bare = PureWindowsPath(_composed(name)).name
    return bare, PurePosixPath(bare).stem


def _composed(name: str) -> str:
    """In one of Unicode's two ways to write an accent."""
    return unicodedata.normalize("NFC", name)


def _places(names: Sequence[Iterable[str]]) -> dict[str, int | None]:
    places: dict[str, int | None] = {}
    for place, each in enumerate(names):
        for name in set(map(_composed, each)):
            places[name] = None if name in places else place
    return places

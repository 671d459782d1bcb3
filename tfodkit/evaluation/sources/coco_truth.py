"""The truth in a COCO file, with its own ids and areas; the pictures need not be there.

The fields are those of ``annotations/coco_fields.py``, and ``area``: what COCO takes for an object's size.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.annotations import rules
from tfodkit.annotations.coco_fields import (
    Category,
    CocoImage,
    CocoShape,
    category_of,
    fields_of,
    image_of,
    key_of,
    shape_of,
)
from tfodkit.annotations.coco_keypoints import keypoints_of
from tfodkit.annotations.coco_rle import rle_area, to_rle
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.json_stream import JsonStream
from tfodkit.errors import DataError, Problem
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.sources.truth import Key, Truth, problem_of
from tfodkit.evaluation.sources.truth_object import TruthObject, area_of, ground_truth_of
from tfodkit.wording import counted

MEMBERS = ("images", "categories", "annotations")


def read_coco_truth(path: Path) -> Truth:
    """The truth in the COCO file at ``path``, all of it in memory.

    The ids of classes are those of the categories where all of these are numbers, else their places from 1.

    Raises:
        DataError: the file can't be read, or entries can't be used; with all of them.
    """
    file = _CocoFile(path)
    try:
        with path.open("rb") as content:
            file.walk(JsonStream(content))
    except OSError as error:
        file.note(FaultError(rules.ANNOTATION_UNREADABLE, f"the file can't be read: {error.strerror}"))
    except FaultError as fault:
        file.note(fault)
    return file.truth()


@dataclass(frozen=True, slots=True)
class _Annotation:
    """An entry; its image and its category may come later in the file."""

    title: str
    category_id: Key
    shape: CocoShape
    area: float | None
    line: int


class _CocoFile:
    """One file on its way to a truth, with what was found wrong so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[Problem] = []
        self._images: dict[Key, tuple[CocoImage, int]] = {}
        self._categories: dict[Key, Category] = {}
        self._annotations: dict[Key, list[_Annotation]] = defaultdict(list)
        self._empty = 0

    def note(self, fault: FaultError, line: int | None = None, subject: str = "") -> None:
        self._problems.append(problem_of(fault, self._path, line, subject))

    def walk(self, stream: JsonStream) -> None:
        take = {"images": self._take_image, "categories": self._take_category, "annotations": self._take_annotation}
        missing = set(MEMBERS)
        for member in stream.keys():  # noqa: SIM118 - it is no mapping
            if member not in take:
                continue
            if not stream.is_list():
                raise FaultError(rules.NOT_AN_ANNOTATION, f"{member} must be a list", stream.line)
            missing.discard(member)
            for number, (entry, line) in enumerate(stream.values(), start=1):
                try:
                    take[member](entry, line)
                except FaultError as fault:
                    self.note(fault, line, f"entry {number} of {member}")
        if missing:
            what = f"there is no list of {', '.join(name for name in MEMBERS if name in missing)}"
            raise FaultError(rules.NOT_AN_ANNOTATION, f"{what}, as COCO's files have it")

    def truth(self) -> Truth:
        """What has been read; :class:`DataError` where anything of it can't be used."""
        self._note_strays()
        class_ids = self._class_ids()
        images = [self._ground_truth(key, class_ids) for key in self._images]
        if self._problems:
            raise DataError.collect(self._problems)
        left_out = f"{counted(self._empty, 'box')} without an area left out of the truth"
        return Truth(
            where=str(self._path),
            images=tuple(images),
            names=tuple((image.name,) for image in images),
            class_names={class_ids[key]: category.name for key, category in self._categories.items()},
            image_ids={key: place for place, key in enumerate(self._images)},
            category_ids=class_ids,
            notes=(left_out,) if self._empty else (),
        )

    def _take_image(self, entry: Any, line: int) -> None:
        image = image_of(entry)
        width, height = image.size or (math.nan, math.nan)
        if not (1 <= width < math.inf and 1 <= height < math.inf):
            raise FaultError(rules.FIELD_INVALID, f"width and height must be 1 or more, but are {width:g} x {height:g}")
        if image.id in self._images:
            first = self._images[image.id][0].file_name
            raise FaultError(
                rules.FIELD_INVALID, f"the id {image.id!r} of {image.file_name!r} is that of {first!r} too"
            )
        self._images[image.id] = (image, line)

    def _take_category(self, entry: Any, line: int) -> None:  # noqa: ARG002 - as the others
        category = category_of(entry)
        for other in self._categories.values():
            if category.id == other.id or category.name == other.name:
                what = (
                    f"category {category.id!r}, {category.name!r}: category {other.id!r}, {other.name!r}, is the same"
                )
                raise FaultError(rules.FIELD_INVALID, what)
        self._categories[category.id] = category

    def _take_annotation(self, entry: Any, line: int) -> None:
        fields = fields_of(entry)
        self._annotations[key_of(fields, "image_id")].append(
            _Annotation(
                title=f"annotation {fields.get('id', '?')}",
                category_id=key_of(fields, "category_id"),
                shape=shape_of(fields),
                area=_area(fields.get("area")),
                line=line,
            )
        )

    def _note_strays(self) -> None:
        for image_id, strays in self._annotations.items():
            if image_id not in self._images:
                fault = FaultError(rules.FIELD_INVALID, f"image_id {image_id!r} is that of no image in the list")
                for annotation in strays:
                    self.note(fault, annotation.line, annotation.title)

    def _class_ids(self) -> dict[Key, int]:
        keys = list(self._categories)
        numbers = [key for key in keys if isinstance(key, int)]
        return dict(zip(keys, numbers if len(numbers) == len(keys) else range(1, len(keys) + 1), strict=True))

    def _ground_truth(self, key: Key, class_ids: dict[Key, int]) -> GroundTruth:
        image = self._images[key][0]
        width, height = map(int, image.size or (0, 0))
        objects = list(self._objects(self._annotations.get(key, []), class_ids, width, height))
        return ground_truth_of(image.file_name, width, height, objects)

    def _objects(
        self, annotations: Sequence[_Annotation], class_ids: dict[Key, int], width: int, height: int
    ) -> list[TruthObject]:
        objects = []
        for annotation in annotations:
            try:
                objects += self._object(annotation, class_ids, width, height)
            except FaultError as fault:
                self.note(fault, annotation.line, annotation.title)
        return objects

    def _object(self, annotation: _Annotation, class_ids: dict[Key, int], width: int, height: int) -> list[TruthObject]:
        """One, or none where the box has no area."""
        category, shape = self._categories.get(annotation.category_id), annotation.shape
        if category is None:
            raise FaultError(rules.CLASS_UNDEFINED, f"category {annotation.category_id!r} is not in the list")
        box_area = area_of(shape.xyxy)
        if not box_area:
            self._empty += 1
            return []
        try:
            mask = None if shape.mask is None else to_rle(shape.mask, width=width, height=height)
        except ValueError as error:
            raise FaultError(rules.MASK_INVALID, str(error)) from error
        area = annotation.area or (box_area if mask is None else rle_area(mask))
        class_id = class_ids[category.id]
        keypoints = keypoints_of(shape.keypoints, category.keypoints)
        return [TruthObject(shape.xyxy, class_id, shape.is_crowd, shape.difficult, area, mask, keypoints)]


def _area(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 < value < math.inf else None

"""Reads COCO JSON: the data sets of detection, instances and keypoints (``coco_fields.py`` shows the fields).

::

    {"images": […], "annotations": […], "categories": […]}        in any order; other members are ignored

A file is walked entry by entry, so that it may be larger than memory; what is kept of it is what drafts hold. Ids may
have gaps. An object goes by its annotation's id in messages: ``object 17 "bagel"`` is the annotation with ``"id": 17``;
where an image's annotations lack ids of their own, its objects are counted from 1.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tfodkit.annotations.coco_fields import Category, CocoShape, Key, category_of, fields_of, image_of, key_of, shape_of
from tfodkit.annotations.coco_keypoints import keypoints_of
from tfodkit.annotations.drafts import ImageDraft, ObjectDraft, Reading
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.json_stream import JsonStream
from tfodkit.annotations.rules import (
    ANNOTATION_TOO_LARGE,
    ANNOTATION_UNREADABLE,
    CLASS_UNDEFINED,
    FIELD_INVALID,
    NOT_AN_ANNOTATION,
)
from tfodkit.findings import Finding, Rule
from tfodkit.images.index import ImageIndex, NoImageError

MAX_JSON_BYTES = 4 << 30
MAX_FAULTS = 10_000
"""A file with more of them is something else."""
DRAFTS_A_READING = 200

_ONE_OF = {"images": "image", "annotations": "annotation", "categories": "category"}
_NO_BOX = (math.nan,) * 4


def read_coco(root: Path, paths: Sequence[Path], images: ImageIndex) -> Iterator[Reading]:
    """What each file in ``paths`` says, some hundred images at a time, in the order of its ``images``.

    ``file_name`` may have folders in front. ``root`` is the folder that the files lie below: an image in the same
    subfolder as its file goes before others of its name. Of a file that breaks off nothing is used.
    """
    for path in paths:
        subfolder = path.parent.relative_to(root).as_posix()
        yield from _CocoFile(path, images, "" if subfolder == "." else subfolder).readings()


@dataclass(frozen=True, slots=True)
class _Image:
    """An entry whose image has been found."""

    path: Path
    name: str
    size: tuple[float, float] | None
    line: int


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why an annotation can't be drafted."""

    rule: Rule
    what: str


@dataclass(frozen=True, slots=True)
class _Annotation:
    """An entry of a known image; its category may come later in the file."""

    number: int | None
    """Its id, where that is a whole number from 0."""
    category_id: Key
    shape: CocoShape | _Fault
    line: int


class _CocoFile:
    """One file on its way to drafts, with what was found so far."""

    def __init__(self, path: Path, images: ImageIndex, subfolder: str) -> None:
        self._path = path
        self._index = images
        self._subfolder = subfolder
        self._findings: list[Finding] = []
        self._images: dict[Key, _Image | Rule] = {}  # the rule that is broken where nothing can be said of this id
        self._categories: dict[Key, Category | None] = {}
        self._annotations: dict[Key, list[_Annotation]] = defaultdict(list)
        self._unusable: dict[str, None] = {}  # names of images that were found, but can't be used
        self._strays: list[tuple[str, Rule]] = []

        self._ids_by_name: dict[str, Key] = {}
        self._found = 0  # findings that have been handed over

    def readings(self) -> Iterator[Reading]:
        """The drafts of the file's images, some at a time, and at last what else was found."""
        try:
            self._read()
            drafts = self._drafts()
            while part := tuple(islice(drafts, DRAFTS_A_READING)):
                yield self._reading(part)
            self._note_strays()
        except FaultError as fault:
            self._findings.append(fault.finding(self._path))
            self._unusable.update(
                dict.fromkeys(image.name for image in self._images.values() if isinstance(image, _Image))
            )
        yield self._reading(())

    def _reading(self, drafts: tuple[ImageDraft, ...]) -> Reading:
        reading = Reading(drafts, tuple(self._findings), tuple(self._unusable), tuple(self._strays))
        self._found += len(self._findings)
        self._findings.clear()
        self._unusable.clear()
        self._strays.clear()
        return reading

    def _read(self) -> None:
        try:
            with self._path.open("rb") as file:
                if (size := os.fstat(file.fileno()).st_size) > MAX_JSON_BYTES:
                    raise FaultError(ANNOTATION_TOO_LARGE, f"{size} bytes are too many for a COCO file")
                self._walk(JsonStream(file))
        except OSError as error:
            raise FaultError(ANNOTATION_UNREADABLE, f"the file can't be read: {error.strerror}") from error

    def _walk(self, stream: JsonStream) -> None:
        take = {"images": self._take_image, "annotations": self._take_annotation, "categories": self._take_category}
        missing = dict.fromkeys(take)
        for key in stream.keys():  # noqa: SIM118 - it is no mapping
            if key not in take:
                continue
            if not stream.is_list():
                raise FaultError(NOT_AN_ANNOTATION, f"{key} must be a list, as COCO's files have it", stream.line)
            missing.pop(key, None)
            for place, (entry, line) in enumerate(stream.values(), start=1):
                try:
                    take[key](entry, line)
                except FaultError as fault:
                    self._strays += [("", fault.rule)] * (key == "annotations")
                    self._note(fault, line, _subject(key, entry, place))
        if missing:
            raise FaultError(NOT_AN_ANNOTATION, f"there is no list of {', '.join(missing)}, as COCO's files have it")

    def _take_image(self, entry: Any, line: int) -> None:
        found = image_of(entry)
        try:
            path = self._index.find(found.file_name, stem="", subfolder=self._subfolder)
        except NoImageError as error:
            self._images.setdefault(found.id, error.rule)
            raise FaultError(error.rule, f"file_name: {error.what}") from error
        image = _Image(path, self._index.name_of(path), found.size, line)
        if found.id not in self._images:
            self._images[found.id] = image
            return
        first, self._images[found.id] = self._images[found.id], FIELD_INVALID
        self._unusable.update(dict.fromkeys(each.name for each in (first, image) if isinstance(each, _Image)))
        other = f"that of {first.name!r}" if isinstance(first, _Image) else "another image's"
        raise FaultError(FIELD_INVALID, f"the id of {image.name!r} is {other} too")

    def _take_category(self, entry: Any, line: int) -> None:
        try:
            found = category_of(entry)
        except FaultError:
            self._categories[key_of(fields_of(entry), "id")] = None
            raise
        if found.id in self._categories:
            first, self._categories[found.id] = self._categories[found.id], None
            other = f"that of {first.name!r}" if first else "another category's"
            raise FaultError(FIELD_INVALID, f"the id of {found.name!r} is {other} too")
        self._categories[found.id] = found
        twin = self._ids_by_name.setdefault(found.name, found.id)
        if twin != found.id:
            what = f"it is called {found.name!r}, as category {twin} is: they are taken for one class"
            self._findings.append(Finding(FIELD_INVALID, self._path, what, line, f"category {found.id}").fixed())

    def _take_annotation(self, entry: Any, line: int) -> None:
        fields = fields_of(entry)
        image_id, category_id = key_of(fields, "image_id"), key_of(fields, "category_id")
        shape: CocoShape | _Fault
        try:
            shape = shape_of(fields)
        except FaultError as fault:
            shape = _Fault(fault.rule, fault.what)
        self._annotations[image_id].append(_Annotation(_number(fields.get("id")), category_id, shape, line))

    def _drafts(self) -> Iterator[ImageDraft]:
        for image_id, image in self._images.items():
            annotations = self._annotations.pop(image_id, [])
            if isinstance(image, Rule):
                self._strays += [(self._label(annotation), image) for annotation in annotations]
            else:
                objects = self._objects(annotations)
                yield ImageDraft(image.path, image.name, self._path, tuple(objects), image.size, image.line)

    def _objects(self, annotations: Sequence[_Annotation]) -> Iterator[ObjectDraft]:
        for number, annotation in _numbered(annotations):
            try:
                yield self._object(number, annotation)
            except FaultError as fault:
                self._note(fault, annotation.line, self._title(number, annotation))

    def _object(self, number: int, annotation: _Annotation) -> ObjectDraft:
        category, shape = self._categories.get(annotation.category_id), annotation.shape
        if isinstance(shape, _Fault):
            raise FaultError(shape.rule, shape.what)
        if category is None:
            is_known = annotation.category_id in self._categories
            problem = "can't be used" if is_known else "is not in the list"
            raise FaultError(CLASS_UNDEFINED, f"category {annotation.category_id!r} {problem}")
        return ObjectDraft(
            number,
            category.name,
            shape.xyxy,
            annotation.line,
            shape.difficult,
            shape.truncated,
            shape.pose,
            shape.is_crowd,
            shape.mask,
            keypoints_of(shape.keypoints, category.keypoints),
            shape.score,
        )

    def _title(self, number: int, annotation: _Annotation) -> str:
        """As the draft would be called; without the label where there is none."""
        label = self._label(annotation)
        return ObjectDraft(number, label, _NO_BOX).title if label else f"object {number}"

    def _label(self, annotation: _Annotation) -> str:
        """Blank where the category is not known."""
        category = self._categories.get(annotation.category_id)
        return category.name if category else ""

    def _note_strays(self) -> None:
        """Annotations of images that the file does not list."""
        for image_id, strays in self._annotations.items():
            for number, annotation in _numbered(strays):
                fault = FaultError(FIELD_INVALID, f"image_id {image_id!r} is that of no image in the list")
                self._note(fault, annotation.line, self._title(number, annotation))

    def _note(self, fault: FaultError, line: int, subject: str) -> None:
        self._findings.append(fault.finding(self._path, line, subject))
        if self._found + len(self._findings) >= MAX_FAULTS:
            raise FaultError(NOT_AN_ANNOTATION, f"{MAX_FAULTS} faults; the rest was not looked at", line)


def _numbered(annotations: Sequence[_Annotation]) -> Iterator[tuple[int, _Annotation]]:
    """Each with its id, or with its place from 1 where they do not have one each."""
    ids = [annotation.number for annotation in annotations if annotation.number is not None]
    is_own = len(set(ids)) == len(annotations)
    return zip(ids if is_own else range(1, len(annotations) + 1), annotations, strict=True)


def _number(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _subject(key: str, entry: Any, place: int) -> str:
    """``image 17`` by its id, else by its place in the list; without quotes, which are for labels."""
    try:
        found = key_of(fields_of(entry), "id")
    except FaultError:
        return f"entry {place} of {key}"
    return f"{_ONE_OF[key]} {found}".replace('"', "'")

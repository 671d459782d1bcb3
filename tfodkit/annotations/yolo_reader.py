"""Reads YOLO text: one file an image, one object a line, in shares of the upright image's width and height.

::

    0 0.5125 0.4 0.25 0.3               class, centre x, centre y, width, height
    1 0.1 0.1 0.4 0.1 0.4 0.3           class, then the corners of a polygon, three or more

An empty file is an image without objects. What the class ids mean stands in ``data.yaml`` or ``classes.txt``
(``yolo_names.py``). Folders are as labelImg, darknet and Ultralytics have them::

    pics/a.jpg  pics/a.txt                          beside each other
    images/train/a.jpg  labels/train/a.txt          two trees
    train/images/a.jpg  train/labels/a.txt          pairs of folders
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from tfodkit.annotations.drafts import ImageDraft, ObjectDraft, Reading
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.masks import PolygonMask
from tfodkit.annotations.rules import CLASS_UNDEFINED, FIELD_INVALID, FIELD_MISSING, MASK_INVALID, NOT_AN_ANNOTATION
from tfodkit.annotations.text import parse_number, read_text
from tfodkit.annotations.yolo_names import (
    LIST_NAMES,
    YAML_SUFFIXES,
    ClassNames,
    find_listings,
    merge,
    read_class_names,
)
from tfodkit.findings import Finding, Rule
from tfodkit.images.index import ImageIndex, NoImageError
from tfodkit.images.rules import IMAGE_MISSING

MAX_TEXT_BYTES = 4 << 20
MAX_FAULTY_LINES = 1000
"""A file with more of them is something else."""

_BOX_FIELDS = ("class", "centre x", "centre y", "width", "height")


def read_yolo(root: Path, paths: Sequence[Path], images: ImageIndex) -> Iterator[Reading]:
    """What each text in ``paths`` says; one reading a file, without sizes, in shares of the upright image.

    Lists of classes are no annotations: they are looked for beside each text and above it, up to the folder that holds
    both ``root`` and the images, and in the one above it where there is none. A ``.yaml`` among ``paths`` is the first
    of them. A text without an image is passed over unless it looks like an annotation.
    """
    reader = _YoloReader(root, [path for path in paths if path.suffix.lower() in YAML_SUFFIXES], images)
    for path in paths:
        if path.suffix.lower() not in YAML_SUFFIXES and path.name not in LIST_NAMES:
            yield reader.reading(path)


def looks_like_yolo(text: str) -> bool:
    """True where the first line with anything on it holds a class id and as many numbers as a box or a polygon has."""
    first = text.lstrip("\ufeff \t\r\n").split("\n", 1)[0].split()
    try:
        numbers = [parse_number(field, "") for field in first]
    except FaultError:
        return False
    return len(numbers) > len(_BOX_FIELDS) - 1 and numbers[0].is_integer()


class _YoloReader:
    """The files of one data set, with what is known of its folders."""

    def __init__(self, root: Path, listings: Sequence[Path], images: ImageIndex) -> None:
        self._root = root
        self._images = images
        self._top = Path(os.path.commonpath([root.absolute(), images.folder.absolute()]))
        self._first = tuple(listings)
        self._listings: dict[Path, ClassNames] = {}
        self._of_folder: dict[Path, tuple[dict[int, str], str]] = {}
        self._findings: list[Finding] = []  # of the lists of classes, until the next reading takes them
        self._told: set[Finding] = set()  # folders share lists
        self._is_nameless = False

    def reading(self, path: Path) -> Reading:
        names, subfolder = self._folder(path.parent)
        try:
            image = self._images.find("", stem=path.stem, subfolder=subfolder)
        except NoImageError as error:
            return self._without_image(path, error, names)
        name = self._images.name_of(image)
        try:
            text = read_text(path, MAX_TEXT_BYTES)
        except FaultError as fault:
            return Reading((), (*self._taken(), fault.finding(path)), (name,))
        if not names and text.strip():
            return Reading((), (*self._taken(), *self._nameless()), (name,), _strays(path, text, {}, CLASS_UNDEFINED))
        objects, findings = _read_lines(path, text, names)
        draft = ImageDraft(image, name, path, tuple(objects), is_normalised=True)
        return Reading((draft,), (*self._taken(), *findings))

    def _without_image(self, path: Path, error: NoImageError, names: Mapping[int, str]) -> Reading:
        """Notes and lists lie among texts everywhere; what looks like an annotation is missed."""
        try:
            text = read_text(path, MAX_TEXT_BYTES)
        except FaultError:
            return Reading((), tuple(self._taken()))
        if text.strip() and not looks_like_yolo(text):
            return Reading((), tuple(self._taken()))
        what = error.what
        if error.rule is IMAGE_MISSING:
            what = f"there is no image called {path.stem!r} in {self._images.folder}"
        finding = Finding(error.rule, path, what)
        return Reading((), (*self._taken(), finding), strays=_strays(path, text, names, error.rule))

    def _nameless(self) -> list[Finding]:
        """That no class has a name is one fault, not one of each file; a list that can't be read is named already."""
        if self._is_nameless or any(listing.findings for listing in self._listings.values()):
            return []
        self._is_nameless = True
        what = f"no data.yaml, {' or '.join(LIST_NAMES)} tells the names of the classes"
        return [Finding(CLASS_UNDEFINED, self._root, what)]

    def _taken(self) -> list[Finding]:
        taken = [finding for finding in self._findings if finding not in self._told]
        self._told.update(taken)
        self._findings.clear()
        return taken

    def _folder(self, folder: Path) -> tuple[dict[int, str], str]:
        """The names that hold for the texts in ``folder``, and the subfolder of their images."""
        if folder not in self._of_folder:
            self._of_folder[folder] = (self._names(folder), self._subfolder(folder))
        return self._of_folder[folder]

    def _names(self, folder: Path) -> dict[int, str]:
        listings = []
        found = [*self._first, *find_listings(folder, self._top)] or find_listings(folder, self._top.parent)
        for path in dict.fromkeys(found):
            if path not in self._listings:
                self._listings[path] = read_class_names(path)
                self._findings.extend(self._listings[path].findings)
            listings.append(self._listings[path])
        names, findings = merge(listings)
        self._findings.extend(findings)
        return names

    def _subfolder(self, folder: Path) -> str:
        """Where the images of the texts in ``folder`` lie: Ultralytics puts ``images`` in place of ``labels``."""
        relative = PurePosixPath(folder.relative_to(self._root).as_posix())
        parts = relative.parts
        for place in reversed(range(len(parts))):
            swapped = (*parts[:place], "images", *parts[place + 1 :])
            if parts[place] == "labels" and self._images.folder.joinpath(*swapped).is_dir():
                return "/".join(swapped)
        return "/".join(parts)


def _read_lines(path: Path, text: str, names: Mapping[int, str]) -> tuple[list[ObjectDraft], list[Finding]]:
    objects: list[ObjectDraft] = []
    findings: list[Finding] = []
    number = 0
    for line, content in enumerate(text.split("\n"), start=1):
        fields = content.split()
        if not fields:
            continue
        number += 1
        try:
            objects.append(_object(fields, number, line, names))
        except FaultError as fault:
            findings.append(fault.finding(path, line, f"object {number}"))
        if len(findings) == MAX_FAULTY_LINES:
            what = f"{MAX_FAULTY_LINES} lines can't be read; the rest was not looked at"
            findings.append(Finding(NOT_AN_ANNOTATION, path, what, line))
            break
    return objects, findings


def _strays(path: Path, text: str, names: Mapping[int, str], rule: Rule) -> tuple[tuple[str, Rule], ...]:
    """The objects of a text whose image, or whose classes, can't be told."""
    if not names:
        return tuple(("", rule) for line in text.split("\n") if line.strip())
    objects, faults = _read_lines(path, text, names)
    return (*((found.label.strip(), rule) for found in objects), *(("", rule) for _ in faults))


def _object(fields: list[str], number: int, line: int, names: Mapping[int, str]) -> ObjectDraft:
    if len(fields) < len(_BOX_FIELDS):
        raise FaultError(FIELD_MISSING, f"a box is a class and 4 numbers, but got {len(fields)} fields")
    if len(fields) == len(_BOX_FIELDS) + 1:
        what = "a sixth number, as detections have for their confidence: labels have five"
        raise FaultError(FIELD_INVALID, what)
    if len(fields) == len(_BOX_FIELDS):
        first, x, y, width, height = map(parse_number, fields, _BOX_FIELDS)
        xyxy = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        return ObjectDraft(number, _label(first, names), xyxy, line)
    if len(fields) % 2 == 0:
        raise FaultError(FIELD_INVALID, f"a polygon is a class and pairs of numbers, but got {len(fields)} fields")
    label = _label(parse_number(fields[0], "class"), names)
    polygon = tuple(parse_number(field, "a corner") for field in fields[1:])
    if not all(map(math.isfinite, polygon)):
        return ObjectDraft(number, label, (math.nan,) * 4, line)
    try:
        mask = PolygonMask((polygon,))
    except ValueError as error:
        raise FaultError(MASK_INVALID, str(error)) from error
    across, down = polygon[::2], polygon[1::2]
    return ObjectDraft(number, label, (min(across), min(down), max(across), max(down)), line, mask=mask)


def _label(class_id: float, names: Mapping[int, str]) -> str:
    if not class_id.is_integer():
        raise FaultError(FIELD_INVALID, f"the class must be a whole number, but got {class_id:g}")
    if int(class_id) not in names:
        raise FaultError(CLASS_UNDEFINED, f"class {class_id:.0f} has no name; the last is {max(names)}")
    return names[int(class_id)]

"""Reads the CSV of the usual tutorials: one row a box, in pixels; columns in any order, others are passed over.

::

    filename,width,height,class,xmin,ymin,xmax,ymax
    tray_001.jpg,640,480,bagel,81,88,522,408

``width`` and ``height`` may be missing; ``difficult``, ``truncated`` and ``pose`` are read where they are there. A row
with neither class nor box says that its image has no objects. ``;`` and tabs separate as well as ``,`` does.
"""

from __future__ import annotations

import csv
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tfodkit.annotations.drafts import ImageDraft, ObjectDraft, Reading
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.rules import (
    ANNOTATION_TOO_LARGE,
    ANNOTATION_UNREADABLE,
    FIELD_INVALID,
    FIELD_MISSING,
    NOT_AN_ANNOTATION,
    NOT_WELL_FORMED,
)
from tfodkit.annotations.text import parse_number
from tfodkit.annotations.values import UNSPECIFIED, label_problem
from tfodkit.findings import Finding, Rule
from tfodkit.images.index import ImageIndex, NoImageError

SIDES = ("xmin", "ymin", "xmax", "ymax")
REQUIRED = ("filename", "class", *SIDES)
MAX_CSV_BYTES = 1 << 30
MAX_LINE_BYTES = 1 << 20
MAX_FAULTS = 10_000
"""A file with more of them is something else."""

_DELIMITERS = ",;\t"
_FLAGS = {"": False, "0": False, "1": True}


def read_csv(root: Path, paths: Sequence[Path], images: ImageIndex) -> Iterator[Reading]:
    """What each CSV in ``paths`` says; one reading a file, with one draft an image, in the order of their first rows.

    ``root`` is the folder that the files lie below: an image in the same subfolder goes before others of its name.
    """
    for path in paths:
        subfolder = path.parent.relative_to(root).as_posix()
        yield _CsvFile(path, images, "" if subfolder == "." else subfolder).reading()


def has_header(first_line: str) -> bool:
    """True where the line names the columns that a CSV of boxes has."""
    return not _missing(_columns(_split(first_line.lstrip("\ufeff"))[0]))


def looks_like_csv(first_line: str) -> bool:
    """True for a header, and for a row of a tutorial's CSV whose header was forgotten."""
    fields, _ = _split(first_line.lstrip("\ufeff"))
    if not _missing(_columns(fields)):
        return True
    numbers = [text for text in fields[1:] if text.strip().isdecimal()]
    return len(fields) in (6, 8) and len(numbers) == len(fields) - 2  # with and without a size


@dataclass(slots=True)
class _ImageRows:
    """What the rows of one image have said so far."""

    image: Path
    name: str
    line: int
    size: tuple[float, float] | None
    objects: list[ObjectDraft] = field(default_factory=list)
    count: int = 0
    """Of the objects, with those that could not be read."""


class _CsvFile:
    """One file on its way to drafts, with what was found so far."""

    def __init__(self, path: Path, images: ImageIndex, subfolder: str) -> None:
        self._path = path
        self._images = images
        self._subfolder = subfolder
        self._findings: list[Finding] = []
        self._by_filename: dict[str, _ImageRows | Rule] = {}  # the rule that is broken where there is no image
        self._strays: list[tuple[str, Rule]] = []
        self._by_name: dict[str, _ImageRows] = {}

    def reading(self) -> Reading:
        try:
            with self._path.open("rb") as file:
                self._read(_Lines(file))
        except OSError as error:
            what = f"the file can't be read: {error.strerror}"
            self._findings.append(Finding(ANNOTATION_UNREADABLE, self._path, what))
        except FaultError as fault:
            self._findings.append(fault.finding(self._path))
        drafts = (
            ImageDraft(rows.image, rows.name, self._path, tuple(rows.objects), rows.size, rows.line)
            for rows in self._by_name.values()
        )
        return Reading(tuple(drafts), tuple(self._findings), strays=tuple(self._strays))

    def _read(self, lines: _Lines) -> None:
        if (size := lines.size()) > MAX_CSV_BYTES:
            raise FaultError(ANNOTATION_TOO_LARGE, f"{size} bytes are too many for a CSV of boxes")
        header, delimiter = _split(next(lines, ""))
        columns = _columns(header)
        if missing := _missing(columns):
            what = f"the first line must name the columns {', '.join(REQUIRED)}, but lacks {', '.join(missing)}"
            raise FaultError(NOT_AN_ANNOTATION, what, 1)
        if twice := [name for name in header if header.count(name) > 1 and name.strip().casefold() in columns]:
            raise FaultError(FIELD_INVALID, f"the first line names the column {twice[0]} twice", 1)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        while len(self._findings) < MAX_FAULTS:
            line = lines.number + 1
            try:
                row = next(rows)
                if any(map(str.strip, row)):
                    self._take(_fields(row, columns, len(header)), line)
            except StopIteration:
                return
            except csv.Error as error:
                self._findings.append(Finding(NOT_WELL_FORMED, self._path, f"not well-formed CSV: {error}", line))
                self._strays.append(("", NOT_WELL_FORMED))
            except FaultError as fault:
                self._findings.append(fault.finding(self._path, fault.line or line))
                self._strays.append(("", fault.rule))
        raise FaultError(NOT_AN_ANNOTATION, f"{MAX_FAULTS} faults; the rest was not looked at", lines.number)

    def _take(self, fields: Mapping[str, str], line: int) -> None:
        rows = self._rows(fields, line)
        is_object = any(fields[column].strip() for column in REQUIRED[1:])
        label = sys.intern(fields["class"])  # few labels, many rows
        if isinstance(rows, Rule):
            self._strays += [(label.strip(), rows)] * is_object
            return
        rows.count += is_object
        subject = f'object {rows.count} "{label.strip()}"' if is_object else ""
        try:
            _require_size(rows, fields)
            if is_object:
                rows.objects.append(_object(fields, rows.count, label, line))
        except FaultError as fault:
            self._findings.append(fault.finding(self._path, line, subject))

    def _rows(self, fields: Mapping[str, str], line: int) -> _ImageRows | Rule:
        """Those of the row's image; the rule that is broken where there is no such image, which is reported once."""
        filename = fields["filename"].strip()
        if not filename:
            raise FaultError(FIELD_MISSING, "there is no filename")
        if filename not in self._by_filename:
            try:
                image = self._images.find(filename, stem="", subfolder=self._subfolder)
            except NoImageError as error:
                self._findings.append(Finding(error.rule, self._path, error.what, line))
                self._by_filename[filename] = error.rule
                return error.rule
            name = self._images.name_of(image)
            self._by_filename[filename] = self._by_name.setdefault(name, _ImageRows(image, name, line, _size(fields)))
        return self._by_filename[filename]


class _Lines:
    """The lines of a file as text, one after the other, none of them too long; ``number`` is that of the last one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0

    def size(self) -> int:
        """Of the whole file, in bytes."""
        return os.fstat(self._file.fileno()).st_size

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        content = self._file.readline(MAX_LINE_BYTES + 1)
        if not content:
            raise StopIteration
        self.number += 1
        if len(content) > MAX_LINE_BYTES:
            raise FaultError(NOT_WELL_FORMED, f"a line of more than {MAX_LINE_BYTES} bytes", self.number)
        try:
            return content.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            what = f"not UTF-8 text: byte 0x{content[error.start]:02x}"
            raise FaultError(NOT_WELL_FORMED, what, self.number) from error


def _split(line: str) -> tuple[list[str], str]:
    """The fields of a header, and the delimiter that makes most columns of it."""
    try:
        splits = [(next(csv.reader([line], delimiter=delimiter), []), delimiter) for delimiter in _DELIMITERS]
    except csv.Error:
        return [], ","
    return max(splits, key=lambda split: len(_columns(split[0])))


def _columns(header: Sequence[str]) -> dict[str, int]:
    known = {*REQUIRED, "width", "height", "difficult", "truncated", "pose"}
    names = [name.strip().casefold() for name in header]
    return {name: names.index(name) for name in names if name in known}


def _missing(columns: Mapping[str, int]) -> list[str]:
    return [name for name in REQUIRED if name not in columns]


def _fields(row: Sequence[str], columns: Mapping[str, int], count: int) -> dict[str, str]:
    if len(row) != count:
        raise FaultError(FIELD_INVALID if len(row) > count else FIELD_MISSING, f"{len(row)} fields of {count}")
    return {name: row[place] for name, place in columns.items()}


def _object(fields: Mapping[str, str], number: int, label: str, line: int) -> ObjectDraft:
    xmin, ymin, xmax, ymax = (_number(fields, side) for side in SIDES)
    difficult, truncated = (_flag(fields, column) for column in ("difficult", "truncated"))
    pose = fields.get("pose", "").strip() or UNSPECIFIED
    if problem := label_problem(pose):
        raise FaultError(FIELD_INVALID, f"the pose is no name: {problem}")
    return ObjectDraft(number, label, (xmin, ymin, xmax, ymax), line, difficult, truncated, pose)


def _number(fields: Mapping[str, str], column: str) -> float:
    if not fields[column].strip():
        raise FaultError(FIELD_MISSING, f"there is no {column}")
    return parse_number(fields[column], column)


def _flag(fields: Mapping[str, str], column: str) -> bool:
    text = fields.get(column, "").strip()
    if text not in _FLAGS:
        raise FaultError(FIELD_INVALID, f"{column} must be 0 or 1, but got {text!r:.40}")
    return _FLAGS[text]


def _size(fields: Mapping[str, str]) -> tuple[float, float] | None:
    """As stated, nan where no number is; None where the file has no columns for it."""
    if "width" not in fields or "height" not in fields:
        return None
    return _side(fields["width"]), _side(fields["height"])


def _require_size(rows: _ImageRows, fields: Mapping[str, str]) -> None:
    """Raise :class:`FaultError` where the row states another size than the image's first one."""
    size = _size(fields)
    if repr(size) != repr(rows.size):  # nan is like nan
        what = f"{rows.image.name} is {_text(size)} here, but {_text(rows.size)} in line {rows.line}"
        raise FaultError(FIELD_INVALID, what)


def _side(text: str) -> float:
    try:
        return parse_number(text, "")
    except FaultError:
        return math.nan


def _text(size: tuple[float, float] | None) -> str:
    return "of no size" if size is None else " x ".join(f"{side:g}" for side in size)

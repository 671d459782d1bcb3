"""Lists that say which image is for training, validation or test: :func:`read_split_lists`.

A folder of lists, as Pascal VOC has them in ``ImageSets/Main``; one name a line, with or without folder and extension::

    train.txt  val.txt (or valid.txt)  test.txt  trainval.txt

or one file for all, a name and a split a line, with a comma, semicolon or white space between them::

    filename,split
    tray_07.jpg,train
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from tfodkit.dataset.rules import LIST_INVALID, LISTED_ABSENT, LISTED_TWICE
from tfodkit.dataset.shares import Side
from tfodkit.errors import DataError
from tfodkit.findings import Finding

_SIDES: dict[str, Side] = {
    "train": "train",
    "training": "train",
    "trainval": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}
_BOTH = "trainval"
_DEEPER = ("ImageSets/Main", "Main")
_NAME_COLUMNS = ("filename", "file_name", "file", "image", "name", "image_id")
_SIDE_COLUMNS = ("split", "set", "subset", "side")
_REMEDY = "Pass the folder of train.txt and val.txt, or a file of lines: name split."


@dataclass(frozen=True, slots=True)
class SplitLists:
    """What lists say about the images of a data set."""

    side_of: Mapping[str, Side]
    """By image name, in the order of names; who is in no list is not in it."""
    findings: tuple[Finding, ...] = ()
    """By file and line."""


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    side: Side
    path: Path
    line: int


def read_split_lists(path: Path, names: Iterable[str]) -> SplitLists:
    """The splits of the images ``names`` (paths below their folder) by the lists in the folder or file ``path``.

    An entry is about the image of that name, with or without its extension; where one of the two has folders that the
    other lacks, about the one whose name ends so. Folders that differ are never passed over.
    ``trainval.txt`` is trained on, and counts only where there are no lists for training and validation; the lists of
    single classes, such as ``cat_train.txt``, don't.

    Raises:
        DataError: there is no list, or it can't be read.
    """
    findings: list[Finding] = []
    index = _Names(names)
    first: dict[str, _Entry] = {}
    for entry in _entries(path, findings):
        found = index.find(entry.name)
        if not found:
            what = f"no annotated image is called {entry.name!r}"
            findings.append(Finding(LISTED_ABSENT, entry.path, what, entry.line))
        elif len(found) > 1:
            what = f"{entry.name!r} can be {' or '.join(found[:3])}"
            findings.append(Finding(LIST_INVALID, entry.path, what, entry.line))
        elif (before := first.setdefault(found[0], entry)).side != entry.side:
            what = f"{entry.name!r} is for {entry.side}, but for {before.side} in {before.path.name}:{before.line}"
            findings.append(Finding(LISTED_TWICE, entry.path, what, entry.line))
    findings.sort(key=lambda finding: (str(finding.path), finding.line or 0))
    return SplitLists({name: first[name].side for name in sorted(first)}, tuple(findings))


class _Names:
    """The names of a data set by what a list may call them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            self._by_stem[PurePosixPath(name).stem].append(name)

    def find(self, wanted: str) -> list[str]:
        """All names that ``wanted`` fits, sorted: those alone that it fits best."""
        path = PurePosixPath(PureWindowsPath(wanted).as_posix())
        near = {*self._by_stem.get(path.name, []), *self._by_stem.get(path.stem, [])}
        ranked = [(fit, name) for name in near if (fit := _fit(path, PurePosixPath(name))) is not None]
        best = min(ranked, default=(0, ""))[0]
        return sorted(name for fit, name in ranked if fit == best)


def _fit(wanted: PurePosixPath, name: PurePosixPath) -> int | None:
    """How well a list's entry, with folders and extension or without, fits a name; 0 is best, None not at all."""
    listed, own = wanted.parent.parts, name.parent.parts
    shared = min(len(listed), len(own))
    if shared and listed[-shared:] != own[-shared:]:
        return None
    return 2 * (listed != own) + (wanted.name != name.name)


def _entries(path: Path, findings: list[Finding]) -> Iterator[_Entry]:
    if path.is_dir():
        for place, side in _lists_in(path):
            yield from _one_side(place, side)
    elif path.stem.lower() in _SIDES and not _names_sides(path):
        yield from _one_side(path, _SIDES[path.stem.lower()])
    else:
        yield from _all_sides(path, findings)


def _lists_in(folder: Path) -> list[tuple[Path, Side]]:
    """The lists in a folder, or in a VOC devkit's below it; sorted by name."""
    for place in (folder, *(folder / deeper for deeper in _DEEPER)):
        lists = {path.stem.lower(): path for path in sorted(place.glob("*.txt")) if path.stem.lower() in _SIDES}
        if any(_SIDES[stem] in ("train", "val") and stem != _BOTH for stem in lists):
            lists.pop(_BOTH, None)
        if lists:
            return [(path, _SIDES[stem]) for stem, path in sorted(lists.items())]
    raise DataError(str(folder), "the folder has no train.txt, val.txt or test.txt", _REMEDY)


def _one_side(path: Path, side: Side) -> Iterator[_Entry]:
    for number, line in _lines(path):
        yield _Entry(line, side, path, number)


def _names_sides(path: Path) -> bool:
    return any(_fields(line)[-1].lower() in _SIDES and len(_fields(line)) > 1 for _, line in _lines(path))


def _all_sides(path: Path, findings: list[Finding]) -> Iterator[_Entry]:
    at_name, at_side = 0, -1
    for count, (number, line) in enumerate(_lines(path)):
        fields = _fields(line)
        header = [field.lower() for field in fields]
        if count == 0 and (sides := [name for name in _SIDE_COLUMNS if name in header]):
            at_side = header.index(sides[0])
            at_name = next((header.index(name) for name in _NAME_COLUMNS if name in header), 0)
            continue
        side = _SIDES.get(fields[at_side].lower()) if len(fields) > max(1, at_name, at_side) else None
        if side:
            yield _Entry(fields[at_name], side, path, number)
        else:
            what = f"{line!r:.80} is no name with train, val or test behind it"
            findings.append(Finding(LIST_INVALID, path, what, number))


def _fields(line: str) -> list[str]:
    """At commas, semicolons or tabs; else at the last white space, as names may have some."""
    separator = next((mark for mark in "\t;," if mark in line), None)
    if separator is None:
        return line.rsplit(maxsplit=1)
    try:
        return [field.strip() for field in next(csv.reader([line], delimiter=separator))]
    except csv.Error:  # a field of absurd length
        return [line]


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1, without white space at the ends."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(str(path), f"the list can't be read: {error}", _REMEDY) from error
    numbered = ((number, line.strip()) for number, line in enumerate(text.split("\n"), start=1))
    return [(number, line) for number, line in numbered if line]

"""The label map: class names and their ids, in the text format of the OD API's ``StringIntLabelMap``.

::

    item {
      name: "bagel"
      id: 1
    }

The real message lives in ``object_detection.protos.string_int_label_map_pb2``. What is read here is described again in
a descriptor pool of its own, so that no data command loads the OD API and nothing collides when it is loaded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from tfodkit.dataset.messages import message_class
from tfodkit.errors import Problem, RecordError

BACKGROUND = "background"
"""What images without objects are filed under; no class of a data set may have this name."""

_SCHEMA = """
name: "tfodkit/label_map.proto" package: "tfodkit" syntax: "proto2"
message_type {
  name: "Item"
  field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "id" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL }
  field { name: "display_name" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL }
}
message_type {
  name: "LabelMap"
  field { name: "item" number: 1 type: TYPE_MESSAGE type_name: ".tfodkit.Item" label: LABEL_REPEATED }
}
"""


@dataclass(frozen=True, slots=True)
class LabelMap:
    """The classes of a detector in the order of their ids, 1 to ``len(label_map)``; 0 is the OD API's background.

    >>> LabelMap(("bagel", "mug")).id_of("mug")
    2
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError("a label map must have at least one class, but got none")
        if problem := _name_problem(self.names):
            raise ValueError(f"class names must be unique and not blank, but got {problem}")

    def __len__(self) -> int:
        return len(self.names)

    @classmethod
    def from_names(cls, names: Iterable[str]) -> LabelMap:
        """Ids in the sorted order (by code point) of the unique names, whatever the order they come in."""
        return cls(tuple(sorted(set(names))))

    def id_of(self, name: str) -> int:
        """The id, 1 to ``len(self)``; ``KeyError`` for a name that is not in the map."""
        try:
            return self.names.index(name) + 1
        except ValueError:
            raise KeyError(name) from None

    def name_of(self, class_id: int) -> str:
        """The name of an id; ``KeyError`` for an id outside 1 to ``len(self)``."""
        if not 1 <= class_id <= len(self.names):
            raise KeyError(class_id)
        return self.names[class_id - 1]

    def ids(self) -> dict[str, int]:
        """All ids by name, in id order."""
        return {name: class_id for class_id, name in enumerate(self.names, start=1)}

    def to_pbtxt(self) -> str:
        """The text of a ``label_map.pbtxt``: names escaped where needed, non-ASCII letters as themselves."""
        message = message_class(_SCHEMA, "tfodkit.LabelMap")()
        for name, class_id in self.ids().items():
            message.item.add(name=name, id=class_id)
        return text_format.MessageToString(message, as_utf8=True)


@dataclass(frozen=True, slots=True)
class ClassLookup:
    """How the Object Detection API's decoder finds the class of a text in a record.

    From ``_ClassTensorHandler`` in ``data_decoders/tf_example_decoder.py`` and ``get_label_map_dict`` in
    ``utils/label_map_util.py``.
    """

    ids: Mapping[str, int]
    """By text: a class's ``name`` and its ``display_name``. Where a text is both, the higher id; of two items with one
    text, the later. An item without a ``display_name`` is found under the blank text, too."""
    names: Mapping[int, str]
    """What people call each class, in the order of ids: its ``display_name``, else its ``name``."""


def read_label_map(path: Path) -> LabelMap:
    """The label map in the file ``path``; fields other than ``name`` and ``id`` (``display_name``, …) are passed over.

    Raises:
        RecordError: not readable, no UTF-8, no label map, ids that are not 1 to n, or names that are blank or double;
            with the line of the item.
    """
    return parse_label_map(_read(path), where=str(path))


def read_class_names(path: Path, *, display: bool = True) -> dict[int, str]:
    """The classes of a label map that somebody else may have written, by id, in the order of the ids.

    Ids may have gaps, as COCO's have. With ``display`` the ``display_name`` of an item goes before its ``name``, which
    is what people want to read; without it the names are those that records hold.

    Raises:
        RecordError: as :func:`read_label_map`, gaps excepted.
    """
    items = _items(_read(path), where=str(path), gaps_allowed=True)
    return {item.id: (display and item.display_name) or item.name for item in items}


def read_class_lookup(path: Path) -> ClassLookup:
    """The label map in the file ``path``, whoever wrote it, as the Object Detection API's decoder takes it.

    Raises:
        RecordError: not readable, no UTF-8, no label map, or ids that the decoder refuses.
    """
    items = _parse(_read(path), where=str(path)).item
    for index, item in enumerate(items, start=1):
        if item.id < 0 or (item.id == 0 and BACKGROUND not in (item.name, item.display_name)):
            what = f"item {index} {item.name!r}: id {item.id} < 1"
            raise RecordError(str(path), what, "Ids start at 1; 0 is the background.")
    names = {item.name: int(item.id) for item in items}
    shown = {item.display_name: int(item.id) for item in items}
    return ClassLookup(
        ids={text: max(names.get(text, -1), shown.get(text, -1)) for text in (*names, *shown)},
        names={int(item.id): item.display_name or item.name for item in sorted(items, key=lambda item: int(item.id))},
    )


def parse_label_map(text: str, *, where: str) -> LabelMap:
    """The label map of a ``label_map.pbtxt``'s text; ``where`` names the source in errors, which are RecordError."""
    return LabelMap(tuple(item.name for item in _items(text, where=where, gaps_allowed=False)))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(str(path), f"the label map can't be read: {error}", "Pass the label_map.pbtxt.") from error


def _items(text: str, *, where: str, gaps_allowed: bool) -> list[Any]:
    """The items in the order of their ids."""
    message = _parse(text, where=where)
    highest = None if gaps_allowed else len(message.item)
    if problems := _problems(message.item, _Lines(text, where), highest):
        raise RecordError.collect(problems)
    return sorted(message.item, key=lambda item: item.id)


def _parse(text: str, *, where: str) -> Any:
    """The message; it has at least one item."""
    message = message_class(_SCHEMA, "tfodkit.LabelMap")()
    try:
        text_format.Parse(text, message, allow_unknown_field=True)
    except text_format.ParseError as error:
        line = error.GetLine() or 1
        what = f"not a label map: {_without_position(str(error))}"
        raise RecordError(f"{where}:{line}", what, 'Write each class as: item { name: "mug" id: 1 }.') from error
    if not message.item:
        raise RecordError(where, "the label map has no item", 'Write each class as: item { name: "mug" id: 1 }.')
    return message


class _Lines:
    """Where the nth item starts: the parser keeps no positions of what it accepts."""

    def __init__(self, text: str, where: str) -> None:
        self._where = where
        self._lines = [text.count("\n", 0, match.start()) + 1 for match in re.finditer(r"\bitem\s*:?\s*[{<]", text)]

    def where(self, index: int) -> str:
        return f"{self._where}:{self._lines[index]}" if index < len(self._lines) else self._where


def _problems(items: Sequence[Any], lines: _Lines, highest: int | None) -> list[Problem]:
    problems = []
    names: set[str] = set()
    ids: set[int] = set()
    for index, item in enumerate(items):
        where = lines.where(index)
        label = f"item {index + 1} {item.name!r}"
        if not item.name.strip():
            problems.append(Problem(where, f"{label}: the name is missing or blank", "Give the class a name."))
        elif item.name in names:
            problems.append(Problem(where, f"{label}: the name stands twice", "Give each class one item."))
        if item.id < 1:
            problems.append(Problem(where, f"{label}: id {item.id} < 1", "Ids start at 1; 0 is the background."))
        elif item.id in ids:
            problems.append(Problem(where, f"{label}: id {item.id} stands twice", "Give each class its own id."))
        elif highest is not None and item.id > highest:
            what = f"{label}: id {item.id} > {highest}, the number of classes"
            problems.append(Problem(where, what, f"Number the classes 1 to {highest} without gaps."))
        names.add(item.name)
        ids.add(item.id)
    return problems


def _name_problem(names: tuple[str, ...]) -> str | None:
    if any(not name.strip() for name in names):
        return "a blank one"
    double = [name for name, count in Counter(names).items() if count > 1]
    return f"{double[0]!r} twice" if double else None


def _without_position(message: str) -> str:
    return re.sub(r"^\d+:\d+ : ", "", message).rstrip(".")

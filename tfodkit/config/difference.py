"""What two configs say differently, field by field: order, layout and comments of their texts do not count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor

from tfodkit.config.pipeline import Message

EMPTY = "{}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not written alike in configs A and B."""

    path: str
    """By the names of the messages' fields: ``eval_input_reader[0].shuffle``; entries count from 0."""
    a: str | None
    """The value as it is written in a config, ``{}`` for a message without fields; None where A does not have it."""
    b: str | None
    default: str | None = None
    """What the side without the field has in its place; None where there is no such value."""

    @property
    def kind(self) -> str:
        """``only in A``, ``only in B`` or ``changed``."""
        return "only in B" if self.a is None else "only in A" if self.b is None else "changed"


def config_differences(a: Message, b: Message) -> list[Difference]:
    """All that differs between two messages of one type, in the order of the schema; empty where they are equal.

    Entries of a repeated field are compared by their position. A value that is written, and is the default, differs
    from one that is not written: for some fields the Object Detection API asks whether they are.
    """
    return list(_differences(a, b, ""))


def _differences(a: Message | None, b: Message | None, prefix: str) -> Iterator[Difference]:
    known = a if a is not None else b
    assert known is not None
    for field in known.DESCRIPTOR.fields:
        name = f"{prefix}{field.name}"
        for path, left, right in _pairs(field, a, b, name):
            has_default = a is not None and b is not None and not (field.is_repeated or field.containing_oneof)
            yield from _compared(field, left, right, path, has_default=has_default)


def _pairs(field: FieldDescriptor, a: Message | None, b: Message | None, name: str) -> Iterator[tuple[str, Any, Any]]:
    """The values to hold against each other, with their paths; None for the side that has none."""
    if _is_map(field):
        of_a, of_b = (dict(getattr(side, field.name)) if side is not None else {} for side in (a, b))
        for key in sorted({*of_a, *of_b}):
            yield f'{name}["{key}"]', of_a.get(key), of_b.get(key)
    elif field.is_repeated:
        entries = zip_longest(*(getattr(side, field.name) if side is not None else () for side in (a, b)))
        for number, (left, right) in enumerate(entries):
            yield f"{name}[{number}]", left, right
    else:
        left, right = (
            getattr(side, field.name) if side is not None and side.HasField(field.name) else None for side in (a, b)
        )
        yield name, left, right


def _compared(field: FieldDescriptor, left: Any, right: Any, path: str, *, has_default: bool) -> Iterator[Difference]:
    if left is None and right is None:
        return
    if field.cpp_type != FieldDescriptor.CPPTYPE_MESSAGE or _is_map(field):
        if left != right:
            is_one_sided = left is None or right is None
            default = _shown(field, field.default_value) if has_default and is_one_sided else None
            yield Difference(path, _shown(field, left), _shown(field, right), default)
        return
    inner = list(_differences(left, right, f"{path}."))
    if inner or (left is not None and right is not None):
        yield from inner
    else:
        yield Difference(path, EMPTY if left is not None else None, EMPTY if right is not None else None)


def _is_map(field: FieldDescriptor) -> bool:
    return bool(field.message_type is not None and field.message_type.GetOptions().map_entry)


def _shown(field: FieldDescriptor, value: Any) -> str | None:
    """As a config has it: strings in quotes, a float with the digits that float32 holds."""
    if value is None:
        return None
    if field.message_type is not None:
        field = field.message_type.fields_by_name["value"]
    out = text_format.TextWriter(as_utf8=True)
    text_format.PrintFieldValue(field, value, out, as_utf8=True)
    return str(out.getvalue())

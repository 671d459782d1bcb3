"""FlatBuffers out of plain values: a table is a dictionary from slot to value, as its schema counts the fields.

A field of a union takes two slots, its kind's and its value's. A field that is absent has its default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, Union

import flatbuffers
import numpy as np
from flatbuffers import number_types as kinds
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Byte:
    """A field of one byte: an enumeration or the kind of a union."""

    value: int


@dataclass(frozen=True, slots=True)
class Word:
    """A field of four bytes, a whole number."""

    value: int


Value: TypeAlias = Union[str, Byte, Word, "Table", NDArray[Any], Sequence["str | Table"]]
Table: TypeAlias = Mapping[int, Value]
"""By slot; a vector of numbers is an array, one of strings or tables a list."""


def flat_buffer(root: Table, identifier: str) -> bytes:
    """The bytes of a FlatBuffer whose root is ``root``; ``identifier`` is the schema's, of four letters."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(_write(builder, root), file_identifier=identifier.encode("ascii"))
    return bytes(builder.Output())


def _write(builder: flatbuffers.Builder, value: Value) -> int:
    """Write what lies outside its table, and give its place. What it holds must be written before it begins."""
    if isinstance(value, str):
        return int(builder.CreateString(value))
    if isinstance(value, np.ndarray):
        return int(builder.CreateNumpyVector(value))
    if isinstance(value, Mapping):
        return _write_table(builder, value)
    assert not isinstance(value, Byte | Word), "these lie in their table"
    places = [_write(builder, item) for item in value]
    builder.StartVector(4, len(places), 4)
    for place in reversed(places):
        builder.PrependUOffsetTRelative(place)
    return int(builder.EndVector())


def _write_table(builder: flatbuffers.Builder, table: Table) -> int:
    outside = {slot: _write(builder, value) for slot, value in table.items() if not isinstance(value, Byte | Word)}
    builder.StartObject(max(table, default=-1) + 1)
    for slot, value in table.items():
        if isinstance(value, Byte):
            builder.PrependUint8Slot(slot, value.value, 0)
        elif isinstance(value, Word):
            builder.PrependSlot(kinds.Uint32Flags, slot, value.value, 0)
        else:
            builder.PrependUOffsetTRelativeSlot(slot, outside[slot], 0)
    return int(builder.EndObject())

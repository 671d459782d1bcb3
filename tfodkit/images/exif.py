"""EXIF's orientation: where it stands in a file, and what it says.

EXIF is a TIFF file inside another one (CIPA DC-008). Of it all, this is read::

    49 49 2A 00 | 4D 4D 00 2A      little or big endian
    offset of the first directory  4 bytes, counted from the first byte of the TIFF
    …
    count of entries               2 bytes
    tag, type, count, value        2 + 2 + 4 + 4 bytes for each; short values stand at the left
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

ORIENTATION = 0x0112
UPRIGHT = 1

_ORDERS: dict[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}
_ENTRY = 12
_WIDTHS = {1: 1, 3: 2, 4: 4}
"""TIFF's type → bytes of a value; BYTE, SHORT (as the standard has it) and LONG are seen."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """An orientation, 1 to 8, and its place in the file."""

    value: int
    at: int
    """Offset of the value's first byte."""
    size: int
    """Bytes."""
    order: Literal["little", "big"]

    @property
    def upright(self) -> bytes:
        """What to write at ``at`` instead, for a picture that nothing turns."""
        return UPRIGHT.to_bytes(self.size, self.order)


def find_orientation(content: bytes, start: int, end: int) -> Orientation | None:
    """The orientation in the TIFF between ``start`` and ``end``; None where there is none, or none that means anything.

    A damaged EXIF says nothing: no program turns a picture by it.
    """
    order = _ORDERS.get(content[start : start + 4])
    if order is None:
        return None
    letter = "<" if order == "little" else ">"
    try:
        (offset,) = struct.unpack_from(letter + "I", content, start + 4)
        first = start + offset
        (count,) = struct.unpack_from(letter + "H", content, first)
        for at in range(first + 2, min(first + 2 + count * _ENTRY, end - _ENTRY + 1), _ENTRY):
            tag, kind, values = struct.unpack_from(letter + "HHI", content, at)
            if tag == ORIENTATION and kind in _WIDTHS and values == 1:
                width = _WIDTHS[kind]
                value = int.from_bytes(content[at + 8 : at + 8 + width], order)
                return Orientation(value, at + 8, width, order) if UPRIGHT <= value <= 8 else None  # noqa: PLR2004
    except struct.error:
        pass
    return None

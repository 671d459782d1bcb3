"""EXIF that says how a picture is turned."""

from __future__ import annotations

import struct
from random import Random

from fuzz import any_bytes

ORIENTATIONS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 65_535)
SHORT = (3, 1)
KINDS = (SHORT, SHORT, SHORT, SHORT, (4, 1), (2, 4), (3, 2), (3, 0), (5, 1), (3, 0xFFFFFFFF), (99, 1))
"""Type and count of the tag; the first is the right one."""


def exif(draw: Random) -> bytes:
    """An orientation of either byte order, whole or damaged, now and then with a type or count that is wrong."""
    order, mark = draw.choice((("<", b"II"), (">", b"MM")))
    kind, count = draw.choice(KINDS)
    entry = struct.pack(f"{order}HHI", 0x0112, kind, count) + struct.pack(f"{order}HH", draw.choice(ORIENTATIONS), 0)
    following = draw.choice((0, 0, 0, 8, 0xFFFFFFFF))
    tiff = mark + struct.pack(f"{order}HIH", 42, draw.choice((8, 8, 8, 8, 0, 6, 0xFFFFFFF0)), 1) + entry
    tiff += struct.pack(f"{order}I", following)
    return any_bytes.flip_bits(tiff, draw) if draw.random() < 0.2 else tiff

"""COCO's compressed run lengths: a text of 6 bits a character.

A count is written 5 bits a character, the lowest first; the sixth bit says that more follow, and the highest of the
five in the last one is the sign. From the fourth count on what is written is the difference to the count two places
before. Characters are from ``0`` (no bits) to ``o`` (all). From ``rleToString`` of pycocotools' ``maskApi.c``.
"""

from __future__ import annotations

_FIRST = ord("0")
_BITS, _LOW, _MORE, _SIGN, _ALL = 5, 0x1F, 0x20, 0x10, 0x3F
_LONGEST = 13
"""Characters of a count; pycocotools shifts 64 bits."""
_PLAIN = 3
"""So many counts are written as they are."""


def decode_run_lengths(text: str) -> list[int]:
    """The counts in ``text``; ``ValueError`` where it holds none. They may be negative, as broken texts have them.

    >>> decode_run_lengths("4260")
    [4, 2, 6, 2]
    """
    counts: list[int] = []
    value = length = 0
    for place, letter in enumerate(text):
        bits = ord(letter) - _FIRST
        if not 0 <= bits <= _ALL:
            raise ValueError(f"compressed run lengths must be characters from 0 to o, but character {place} is not")
        value |= (bits & _LOW) << _BITS * length
        length += 1
        if length > _LONGEST:
            raise ValueError(f"compressed run lengths must be numbers, but the one at character {place} never ends")
        if bits & _MORE:
            continue
        if bits & _SIGN:
            value -= 1 << _BITS * length
        counts.append(value + counts[-2] if len(counts) >= _PLAIN else value)
        value = length = 0
    if length:
        raise ValueError("compressed run lengths must end with a whole number, but break off")
    return counts

"""COCO's ``keypoints``: ``[x, y, visibility, …]``, whose names stand in the category; read and written."""

from __future__ import annotations

import reprlib
from array import array
from collections.abc import Sequence
from typing import Any

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.json_numbers import are_numbers, plain
from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.rules import KEYPOINTS_INVALID

_PARTS = 3
"""Numbers of a keypoint."""
_PACKED = "d"


def pack_keypoints(value: Any) -> bytes:
    """The numbers in 8 bytes each; none where nothing is there, or no point is labelled.

    Raises:
        FaultError: it is no list of numbers, or not three for each point.
    """
    if value in (None, []):
        return b""
    if not are_numbers(value) or len(value) % _PARTS:
        what = f"keypoints must be a list of numbers, three for each, but got {reprlib.repr(value)}"
        raise FaultError(KEYPOINTS_INVALID, what)
    if not any(value[2::_PARTS]):
        return b""
    try:
        return array(_PACKED, value).tobytes()
    except OverflowError as error:
        raise FaultError(KEYPOINTS_INVALID, "a keypoint must be finite, but one is not") from error


def keypoints_of(packed: bytes, names: Sequence[str]) -> tuple[Keypoint, ...]:
    """What :func:`pack_keypoints` gave, called ``names``, or by numbers from 1 where there are none.

    Raises:
        FaultError: they are not as many as names, not finite, or of a visibility that is none.
    """
    numbers = array(_PACKED, packed)
    count = len(numbers) // _PARTS
    if count and names and count != len(names):
        raise FaultError(KEYPOINTS_INVALID, f"the category has {len(names)} keypoints, but the object {count}")
    names = names or [str(number) for number in range(1, count + 1)]
    try:
        return tuple(
            Keypoint(name, numbers[place], numbers[place + 1], _visibility(numbers[place + 2]))
            for name, place in zip(names, range(0, len(numbers), _PARTS), strict=bool(count))
        )
    except ValueError as error:
        raise FaultError(KEYPOINTS_INVALID, str(error)) from error


def keypoint_numbers(keypoints: Sequence[Keypoint], names: Sequence[str]) -> list[float]:
    """The numbers of ``keypoints`` in the order of ``names``; three zeros for a name without one."""
    by_name = {point.name: (plain(point.x), plain(point.y), point.visibility) for point in keypoints}
    return [number for name in names for number in by_name.get(name, (0, 0, 0))]


def _visibility(value: float) -> int:
    if value not in (0, 1, 2):
        raise ValueError(f"a keypoint's visibility must be 0, 1 or 2, but got {value:g}")
    return int(value)

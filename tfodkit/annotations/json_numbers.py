"""Numbers as JSON has them, in and out."""

from __future__ import annotations

import math
import reprlib
from typing import Any, TypeGuard

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.rules import FIELD_INVALID
from tfodkit.annotations.text import parse_number

_NUMBERS = frozenset({int, float})
_WHOLE = 1 << 53
"""Below it, floats hold every whole number."""


def are_numbers(value: Any) -> TypeGuard[list[float]]:
    """True for a list of nothing but numbers; true and false are none. Any may be too large for a float."""
    return isinstance(value, list) and _NUMBERS.issuperset(map(type, value))


def plain(value: float) -> float:
    """As an integer where it is whole, so that it is written without a point.

    >>> plain(4.0), plain(4.5)
    (4, 4.5)
    """
    return int(value) if abs(value) < _WHOLE and float(value).is_integer() else float(value)


def parse_json_number(value: Any, field: str) -> float:
    """As a float, infinite where it is too large for one; ``field`` names it in the error.

    Raises:
        FaultError: it is something else than a number; a text with a decimal comma, for one.
    """
    if type(value) in (int, float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if isinstance(value, str):
        parse_number(value, field)  # says what is wrong with most of them
    raise FaultError(FIELD_INVALID, f"{field} must be a number, but got {reprlib.repr(value)}")

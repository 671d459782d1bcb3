"""Numbers as JSON has them, in and out."""

from __future__ import annotations

from typing import Any, TypeGuard

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

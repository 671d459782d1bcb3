"""Numbers as the report writes them, the same on the page and in its sentences."""

from __future__ import annotations

import math

ABSENT = "–"
_SAME = 1e-9


def figure(value: float | None) -> str:
    """A figure of 0 to 1 with three decimals.

    >>> figure(0.8125), figure(None)
    ('0.812', '–')
    """
    return ABSENT if value is None or math.isnan(value) else f"{value:.3f}"


def percent(value: float | None) -> str:
    """A share in percent.

    >>> percent(0.876), percent(None)
    ('88%', '–')
    """
    return ABSENT if value is None or math.isnan(value) else f"{value:.0%}"


def score(value: float | None) -> str:
    """A score or a threshold with two decimals, or with as many as there are: some models' scores are all tiny.

    >>> score(0.5), score(0.0125), score(None)
    ('0.50', '0.0125', '–')
    """
    if value is None or math.isnan(value):
        return ABSENT
    return f"{value:.2f}" if abs(value - round(value, 2)) < _SAME else f"{value:.3g}"


def count(value: int) -> str:
    """A number of things, thousands apart.

    >>> count(12345)
    '12,345'
    """
    return f"{value:,}"

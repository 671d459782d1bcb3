"""Counts, figures and sizes in words, the same in every report."""

from __future__ import annotations

import math

ABSENT = "–"
"""What has no value."""
_SAME = 1e-9


def counted(count: int, noun: str) -> str:
    """A number and what it is of.

    >>> counted(1, "box"), counted(5000, "class"), counted(0, "image")
    ('1 box', '5,000 classes', '0 images')
    """
    plural = f"{noun}es" if noun.endswith(("x", "ss")) else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


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


def byte_words(count: int) -> str:
    """Bytes in the largest unit of which there is a tenth, in steps of a thousand; gigabytes from one on.

    >>> byte_words(4_321), byte_words(44_040_192), byte_words(2_140_000_000)
    ('4.3 kB', '44.0 MB', '2.1 GB')
    """
    unit, size = next(((unit, size) for unit, size, least in _UNITS if count >= least), ("kB", 1e3))
    return f"{count / size:.1f} {unit}"


_UNITS = (("GB", 1e9, 999_950_000), ("MB", 1e6, 99_950))
"""Each with the least number of bytes that is told in it: what would be rounded to 1000.0 of the next or to 0.1."""

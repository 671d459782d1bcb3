"""Tables as plain text: the same on a terminal, in a file and in a notebook."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

GAP = "  "


def aligned(rows: Sequence[Sequence[str]], *, words: int = 1) -> list[str]:
    """One line for each row, its cells in columns: the first ``words`` columns to the left, the others to the right.

    >>> aligned([("class", "boxes"), ("mug", "3")])
    ['class  boxes', 'mug        3']
    """
    if not rows:
        return []
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        GAP.join(
            f"{cell}{' ' * (width - _width(cell))}" if index < words else f"{' ' * (width - _width(cell))}{cell}"
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """Columns on a terminal: Chinese, Japanese and Korean letters take two, accents on their own none."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )

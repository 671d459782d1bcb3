"""Where the words stand in a picture: near their box, inside the picture, not over one another if that can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfodkit.boxes import Box
from tfodkit.inference.fonts import Font

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text in a filled rectangle; sizes in pixels."""

    text: str
    width: int
    height: int
    padding: int
    baseline: int
    """From the top of the rectangle down to the foot of the letters."""


def make_label(name: str, score: float | None, font: Font, *, padding: int, widest: int) -> Label:
    """``bagel 93%``, or ``bagel`` without a score; a name is cut with an ellipsis where it is wider than ``widest``."""
    percent = "" if score is None else f" {score:.0%}"
    text = name + percent
    while font.getlength(text) + 2 * padding > widest and len(name) > 1:
        name = name[:-1]
        text = name.rstrip() + ELLIPSIS + percent
    top, bottom = _vertical_extent(font)
    return Label(
        text=text,
        width=round(font.getlength(text)) + 2 * padding,
        height=bottom - top + padding,
        padding=padding,
        baseline=padding // 2 - top,
    )


def place_label(label: Label, box: Box, taken: Sequence[Box], *, width: int, height: int) -> Box:
    """The rectangle for the label of ``box`` in a picture of ``width`` by ``height`` pixels.

    Above the box, else inside it at the top, below it, inside it at the bottom: the first place that lies in the
    picture and touches no rectangle of ``taken``; where there is none, the place that covers least of them.
    """
    inside = box.clip(width=width, height=height)
    tops = (inside.ymin - label.height, inside.ymin, inside.ymax, inside.ymax - label.height)
    left = _between(inside.xmin, 0, width - label.width)
    places = [
        Box(left, top, left + label.width, top + label.height)
        for top in (_between(top, 0, height - label.height) if index % 2 else top for index, top in enumerate(tops))
    ]
    seen = [place for place in places if place.ymin >= 0 and place.ymax <= height] or places[1:2]
    return min(seen, key=lambda place: sum(_shared_area(place, other) for other in taken))


def _shared_area(one: Box, other: Box) -> float:
    across = min(one.xmax, other.xmax) - max(one.xmin, other.xmin)
    down = min(one.ymax, other.ymax) - max(one.ymin, other.ymin)
    return max(across, 0.0) * max(down, 0.0)


def _between(value: float, low: float, high: float) -> float:
    return float(round(max(low, min(value, high))))


def _vertical_extent(font: Font) -> tuple[int, int]:
    """How far letters reach above and below their foot, in pixels downwards: the same for every text."""
    _, top, _, bottom = font.getbbox("Éjg", anchor="ls") if hasattr(font, "getmetrics") else font.getbbox("Éjg")
    return int(top), int(bottom)

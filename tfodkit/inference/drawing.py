"""Boxes on pictures, as a person wants to see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from tfodkit.annotations.detections import Detections
from tfodkit.boxes import Box
from tfodkit.inference.colours import Colour, colour_of, ink_on
from tfodkit.inference.fonts import Font, can_write, font_for
from tfodkit.inference.labels import make_label, place_label

LINE_SHARE = 1 / 250
"""Width of a box's line, as a share of the picture's mean side."""
TEXT_SHARE = 1 / 34
"""Size of the letters, as a share of the picture's mean side."""
SMALLEST_TEXT, LARGEST_TEXT = 11, 96


@dataclass(frozen=True, slots=True)
class _Pen:
    """Font, and widths in pixels, chosen for one picture."""

    line: int
    casing: int
    padding: int
    font: Font


@dataclass(frozen=True, slots=True)
class Marked:
    """One object to be drawn."""

    box: Box
    class_id: int
    """Decides the colour."""
    name: str
    """Blank for a box without a label."""
    score: float | None = None
    """0 to 1; None for an object that somebody labelled."""


def draw(image: Image.Image, detections: Detections, name_of: Callable[[int], str]) -> Image.Image:
    """A copy of an upright RGB picture with every detection drawn: a box, its class's name and its score in percent.

    All that is given is drawn, so take :meth:`Detections.above` first. Labels of higher scores get the better places.
    A name that no font at hand can write becomes ``class N``.
    """
    rows = zip(detections.boxes_xyxy, detections.class_ids, detections.scores, strict=True)
    marked = [
        Marked(Box(*map(float, xyxy)), int(class_id), name_of(int(class_id)), float(score))
        for xyxy, class_id, score in rows
    ]
    return draw_marked(image, marked)


def draw_marked(image: Image.Image, marked: Sequence[Marked]) -> Image.Image:
    """As :func:`draw`, of any objects, the more important first; a label without a score is the name alone."""
    picture = image.copy()
    pen = _pen(picture, "".join(one.name for one in marked))
    canvas = ImageDraw.Draw(picture)
    for one in reversed(marked):
        _draw_box(canvas, one.box, colour_of(one.class_id), pen)
    taken: list[Box] = []
    for one in marked:
        if not one.name:
            continue
        colour = colour_of(one.class_id)
        written = one.name if can_write(pen.font, one.name) else f"class {one.class_id}"
        label = make_label(written, one.score, pen.font, padding=pen.padding, widest=picture.width)
        place = place_label(label, one.box, taken, width=picture.width, height=picture.height)
        taken.append(place)
        canvas.rectangle((place.xmin, place.ymin, place.xmax - 1, place.ymax - 1), fill=colour)
        foot = (place.xmin + label.padding, place.ymin + label.baseline)
        canvas.text(foot, label.text, fill=ink_on(colour), font=pen.font, anchor="ls")
    return picture


def _pen(picture: Image.Image, text: str) -> _Pen:
    side = (picture.width + picture.height) / 2
    line = max(2, round(side * LINE_SHARE))
    letters = min(max(round(side * TEXT_SHARE), SMALLEST_TEXT), LARGEST_TEXT)
    return _Pen(line=line, casing=max(1, line // 3), padding=max(3, letters // 4), font=font_for(text, letters))


def _draw_box(canvas: ImageDraw.ImageDraw, box: Box, colour: Colour, pen: _Pen) -> None:
    """A coloured line between two thin ones of the opposite brightness: one of them shows on any background."""
    if box.is_empty:
        return
    left, top = round(box.xmin), round(box.ymin)
    right, bottom = max(round(box.xmax) - 1, left), max(round(box.ymax) - 1, top)
    case = pen.casing
    canvas.rectangle(
        (left - case, top - case, right + case, bottom + case), outline=ink_on(colour), width=pen.line + 2 * case
    )
    canvas.rectangle((left, top, right, bottom), outline=colour, width=pen.line)

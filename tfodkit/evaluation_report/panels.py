"""A bad picture as two: what was labelled, and what the model found, with the numbers of what is wrong.

Two pictures, as boxes of truth and of detections over one another can't be told apart where a model is nearly right.
Colours are the classes'; whatever is wrong has a number, the same in both, which the list below the pictures explains.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tfodkit.boxes import Box
from tfodkit.evaluation.accuracy.matching import NOBODY
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation_report.names import shortened
from tfodkit.evaluation_report.worst import BadPicture
from tfodkit.inference.drawing import Marked, draw_marked
from tfodkit.inference.fonts import can_write, font_for

SHOWN_SIDE = 720
"""Longer side of a picture in the page, in pixels; smaller ones are enlarged, at most by ``MOST_ENLARGED``."""
MOST_ENLARGED = 4.0
MOST_NAMED = 8
"""Objects of a picture; of more, those that are no part of a mistake have a box alone."""
PAGE_QUALITY, FILE_QUALITY = 76, 90
_GAP = 12
_GAP_COLOUR = (250, 249, 246)
_FONT_SIZE = 16
_LONGEST_STEM = 40


@dataclass(frozen=True, slots=True)
class Panels:
    """The two pictures, of the same size."""

    labelled: Image.Image
    found: Image.Image

    def joined(self) -> Image.Image:
        """Both in one: side by side, or one over the other where they are wide."""
        width, height = self.labelled.size
        across = (width + _GAP, 0) if width <= height * 1.5 else (0, height + _GAP)
        sheet = Image.new("RGB", (width + across[0], height + across[1]), _GAP_COLOUR)
        sheet.paste(self.labelled, (0, 0))
        sheet.paste(self.found, across)
        return sheet


def draw_panels(picture: Image.Image, bad: BadPicture, images: EvaluationSet, *, threshold: float) -> Panels:
    """Both panels of ``picture``, in its size; of the detections those with a score of at least ``threshold``."""
    scale = picture.width / images.images[bad.place].width
    numbered = list(enumerate(bad.flaws, 1))
    about = {flaw.truth: number for number, flaw in reversed(numbered) if flaw.truth != NOBODY}
    wrong = {flaw.detection: number for number, flaw in numbered if flaw.detection != NOBODY}
    return Panels(
        labelled=draw_marked(picture, _labelled(bad.place, images, about, scale)),
        found=draw_marked(picture, _found(bad.place, images, wrong, scale, threshold)),
    )


def fitted(picture: Image.Image) -> Image.Image:
    """The picture as large as the page shows it."""
    factor = min(SHOWN_SIDE / max(picture.size), MOST_ENLARGED)
    width, height = (max(1, round(side * factor)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """A picture as JPEG bytes."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def file_name(number: int, image_name: str) -> str:
    """``03_tray.jpg``: the rank, and of a stranger's name what every file system takes.

    >>> file_name(3, "../a b/tray<1>.png")
    '03_tray_1.jpg'
    """
    stem = image_name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    safe = re.sub(r"[^\w-]+", "_", stem).strip("_")[:_LONGEST_STEM]
    return f"{number:02}_{safe or 'picture'}.jpg"


def _labelled(place: int, images: EvaluationSet, about: dict[int, int], scale: float) -> list[Marked]:
    """What a mistake is about first, with its number; the others have a name where there are few of them."""
    truth = images.truth
    rows = sorted(_rows_of(truth.image, place), key=lambda row: row not in about)
    marked = []
    for row in rows:
        class_id = int(truth.class_id[row])
        name = _written(images.class_names[class_id], class_id) + (" (crowd)" if truth.is_crowd[row] else "")
        if row in about:
            name = f"{about[row]}: {name}"
        elif len(rows) > MOST_NAMED:
            name = ""
        marked.append(Marked(_scaled(truth.boxes_xyxy[row], scale), class_id, name))
    return marked


def _found(place: int, images: EvaluationSet, wrong: dict[int, int], scale: float, threshold: float) -> list[Marked]:
    """What is wrong first; what is right has a box and no label."""
    found = images.found
    rows = [row for row in _rows_of(found.image, place) if found.score[row] >= threshold]
    marked = []
    for row in sorted(rows, key=lambda row: row not in wrong):
        class_id, box = int(found.class_id[row]), _scaled(found.boxes_xyxy[row], scale)
        if row in wrong:
            name = f"{wrong[row]}: {_written(images.class_names[class_id], class_id)}"
            marked.append(Marked(box, class_id, name, float(found.score[row])))
        else:
            marked.append(Marked(box, class_id, ""))
    return marked


def _rows_of(image: NDArray[np.int64], place: int) -> Iterable[int]:
    return np.flatnonzero(image == place).tolist()


def _scaled(xyxy: NDArray[np.float64], scale: float) -> Box:
    return Box(*(xyxy * scale).tolist())


def _written(name: str, class_id: int) -> str:
    """The name on one line, or ``class N`` where no font at hand has its letters."""
    line = shortened(name)
    return line if can_write(font_for(line, _FONT_SIZE), line) else f"class {class_id}"

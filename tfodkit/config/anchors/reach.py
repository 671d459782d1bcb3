"""How well a model's anchors fit the boxes that it is to learn: :func:`anchor_reach`.

An anchor learns an object where their IoU reaches the matcher's ``matched_threshold``, 0.5 as a rule. With
``force_match_for_each_row`` every object has its best anchor all the same, but one alone, and far from it. What the
augmentation does to the boxes is not looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tfodkit.config.anchors.grids import AnchorGrid, anchor_grids
from tfodkit.config.anchors.match import Edge, Floats, best_ious
from tfodkit.config.model.resizing import Resized, resized
from tfodkit.config.pipeline import Message
from tfodkit.records.manifest import SampledBox

USUAL_THRESHOLD = 0.5
"""Where the config has none. Faster R-CNN's first stage asks for 0.7, and gives each box its best anchor besides; but
its second stage learns from proposals of 0.5."""
WELL = 0.7
"""The IoU of a box with an anchor that fits it well."""


@dataclass(frozen=True, slots=True)
class Level:
    """The anchors of one feature map, for the usual size of the input."""

    grid: AnchorGrid
    boxes: int
    """Those whose best anchor is one of these."""


@dataclass(frozen=True, slots=True)
class ClassReach:
    """The boxes of one class; shares are of them."""

    name: str
    boxes: int
    well: float
    """With an anchor that has an IoU of :data:`WELL` or more."""
    reached: float
    """At the threshold or above."""
    median_width: float
    """In pixels, after the resizer."""
    median_height: float

    @property
    def unreached(self) -> float:
        return 1 - self.reached


@dataclass(frozen=True, eq=False)
class AnchorReach:
    """Boxes after the resizer, and the IoU of each with its best anchor. Arrays are [boxes]; at least one."""

    input_width: int
    """The usual input's, in pixels."""
    input_height: int
    threshold: float
    levels: tuple[Level, ...]
    """The finest first."""
    ious: Floats
    widths: Floats
    """In pixels of the input."""
    heights: Floats
    class_ids: NDArray[np.intp]
    names: tuple[str, ...]
    """Of the classes, that of id 1 first."""

    @property
    def all_classes(self) -> ClassReach:
        return self._of("all classes", np.ones(len(self.ious), dtype=bool))

    @cached_property
    def classes(self) -> tuple[ClassReach, ...]:
        """Those that occur, the ones with the most boxes unreached first."""
        found = [self._of(name, self.class_ids == number) for number, name in enumerate(self.names, start=1)]
        there = [each for each in found if each.boxes]
        return tuple(sorted(there, key=lambda each: (-each.unreached * each.boxes, each.name)))

    def _of(self, name: str, chosen: NDArray[np.bool_]) -> ClassReach:
        if not chosen.any():
            return ClassReach(name, 0, 0.0, 0.0, 0.0, 0.0)
        ious = self.ious[chosen]
        return ClassReach(
            name=name,
            boxes=len(ious),
            well=float((ious >= WELL).mean()),
            reached=float((ious >= self.threshold).mean()),
            median_width=float(np.median(self.widths[chosen])),
            median_height=float(np.median(self.heights[chosen])),
        )


def anchor_reach(model: Message, sample: Sequence[SampledBox], names: Sequence[str]) -> AnchorReach | None:
    """How well the anchors of a ``DetectionModel`` fit sampled boxes of the classes ``names``, that of id 1 first.

    None for a model without anchors, without boxes, or with a resizer whose sizes can't be told.

    Raises:
        ValueError: as :func:`~tfodkit.config.anchors.grids.anchor_grids`; or the resizer leaves nothing of a picture.
    """
    kind = model.WhichOneof("model")
    body = getattr(model, kind)
    rows = np.array(sample, dtype=float).reshape(-1, len(SampledBox._fields))
    canvases = _canvases(body.image_resizer, rows)
    if not len(rows) or canvases is None:
        return None
    boxes = _boxes_yxyx(rows, canvases)
    ious, level_of, usual = np.zeros(len(boxes)), np.zeros(len(boxes), dtype=np.intp), _usual(canvases)
    levels: list[AnchorGrid] = []
    for canvas, chosen in _by_canvas(canvases):
        width, height, is_fixed = canvas
        grids = anchor_grids(kind, body, width=width, height=height, is_fixed=is_fixed)
        if not grids:
            return None
        levels = grids if canvas == usual else levels
        ious[chosen], level_of[chosen] = best_ious(boxes[chosen], grids, height=height, width=width, edge=_edge(body))
    return AnchorReach(
        input_width=usual[0],
        input_height=usual[1],
        threshold=_threshold(body),
        levels=tuple(Level(grid, int((level_of == index).sum())) for index, grid in enumerate(levels)),
        ious=ious,
        widths=boxes[:, 3] - boxes[:, 1],
        heights=boxes[:, 2] - boxes[:, 0],
        class_ids=rows[:, SampledBox._fields.index("class_id")].astype(np.intp),
        names=tuple(names),
    )


_Canvas = tuple[int, int, bool]
"""An input's width and height, and whether every input has them."""


def _canvases(resizer: Message, rows: Floats) -> list[Resized] | None:
    """What becomes of each box's picture; None where that can't be told."""
    sizes = [(int(width), int(height)) for width, height in rows[:, -2:]]
    of_size = {size: resized(resizer, width=size[0], height=size[1]) for size in set(sizes)}
    for size, each in of_size.items():
        if each and min(each.width, each.height) < 1:
            what = f"an input of {each.width} x {each.height} of a picture of {size[0]} x {size[1]}"
            raise ValueError(f"image_resizer must leave a pixel, but makes {what}")
    found = [of_size[size] for size in sizes]
    return None if None in found else [each for each in found if each]


def _boxes_yxyx(rows: Floats, canvases: Sequence[Resized]) -> Floats:
    """In pixels of the input; what lies outside the picture is cut off, and no side is shorter than a tenth pixel."""
    sizes = np.array([(each.height, each.width) for each in canvases], dtype=float)
    start = np.clip(rows[:, [1, 0]], 0, 1) * sizes
    end = np.clip(rows[:, [1, 0]] + rows[:, [3, 2]], 0, 1) * sizes
    return np.concatenate([start, np.maximum(end, start + 0.1)], 1)


def _key(canvas: Resized) -> _Canvas:
    return (canvas.canvas_width, canvas.canvas_height, canvas.is_fixed)


def _usual(canvases: Sequence[Resized]) -> _Canvas:
    return Counter(sorted(map(_key, canvases))).most_common(1)[0][0]


def _by_canvas(canvases: Sequence[Resized]) -> Iterator[tuple[_Canvas, NDArray[np.intp]]]:
    keys = list(map(_key, canvases))
    number_of = {key: number for number, key in enumerate(sorted(set(keys)))}
    numbers = np.array([number_of[key] for key in keys])
    for key, number in number_of.items():
        yield key, np.flatnonzero(numbers == number)


def _edge(body: Message) -> Edge:
    """Faster R-CNN learns from anchors that lie inside, or are cut off; SSD from all as they are."""
    if body.DESCRIPTOR.name == "Ssd":
        return "keep"
    return "clip" if body.clip_anchors_to_image else "drop"


def _threshold(body: Message) -> float:
    if body.DESCRIPTOR.name == "Ssd" and body.matcher.WhichOneof("matcher_oneof") == "argmax_matcher":
        return float(body.matcher.argmax_matcher.matched_threshold)
    return USUAL_THRESHOLD

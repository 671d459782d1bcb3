"""A large picture looked at in tiles, so that small objects are not scaled away, and what is found put together again.

Slicing after Akyon, Altinuc, Temizel: Slicing Aided Hyper Inference, ICIP 2022: tiles overlap, so that what the border
of one cuts is whole in the next; the picture as a whole is looked at too, for what is larger than a tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.detections import Detections
from tfodkit.inference.overlaps import shares_of_smaller

SIDE = 640
OVERLAP = 0.2
SAME_OBJECT = 0.5
"""Of the smaller of two boxes of a class, the share that has to lie in the other one, as in the paper's merging."""
BORDER = 1.5
"""Pixels: a box that ends so near to an inner border of its tile is cut by it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture in pixels, half-open."""

    xmin: int
    ymin: int
    xmax: int
    ymax: int

    def cut(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """This part of ``[height, width, 3]``."""
        return pixels[self.ymin : self.ymax, self.xmin : self.xmax]


def make_tiles(width: int, height: int, *, side: int = SIDE, overlap: float = OVERLAP) -> list[Tile]:
    """Tiles of one size that cover a picture, row by row; the last ones of a row and column overlap more.

    Args:
        width: of the picture, in pixels.
        height: of the picture.
        side: of a tile; the picture's where that is shorter.
        overlap: the share of a tile's side that the next one has too, 0 to below 1.

    Raises:
        ValueError: ``side`` is below 1 or ``overlap`` out of range.
    """
    if side < 1 or not 0 <= overlap < 1:
        raise ValueError(f"tiles must have a side of 1 or more and an overlap from 0 to 1, but got {side}, {overlap}")
    across, down = min(side, width), min(side, height)
    step = max(1, round(side * (1 - overlap)))
    corners = product(_starts(height, down, step), _starts(width, across, step))
    return [Tile(left, top, left + across, top + down) for top, left in corners]


def merge_tiles(
    tiles: Sequence[Tile], found: Sequence[Detections], *, width: int, height: int, whole: Detections | None = None
) -> Detections:
    """The detections of a picture out of those of its tiles.

    Boxes of a class that lie on each other by half of the smaller one are one object. Whole boxes come before those
    that an inner border of their tile cuts, each kind by score: a whole one swallows its pieces and its doubles; where
    there are pieces alone, they grow together to the box around them.

    Args:
        tiles: as :func:`make_tiles` made them.
        found: in each tile, in the tile's own pixels.
        width: of the picture, in pixels.
        height: of the picture.
        whole: what was found in the picture as a whole, where it was looked at.
    """
    shifted = [_shifted(tile, detections) for tile, detections in zip(tiles, found, strict=True)]
    cut = [_cut(tile, boxes, width=width, height=height) for tile, boxes in zip(tiles, shifted, strict=True)]
    lists = [*found, *([whole] if whole else [])]
    xyxy = np.concatenate([np.empty((0, 4)), *shifted, *([whole.boxes_xyxy] if whole else [])])
    is_cut = np.concatenate([np.empty(0, bool), *cut, *([np.zeros(len(whole), bool)] if whole else [])])
    score = np.concatenate([np.empty(0, np.float32), *(each.scores for each in lists)])
    class_id = np.concatenate([np.empty(0, np.int64), *(each.class_ids for each in lists)])
    parts = [_merged(xyxy, score, is_cut, np.flatnonzero(class_id == each)) for each in np.unique(class_id)]
    rows = np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in parts)])
    boxes = np.concatenate([np.empty((0, 4)), *(boxes for _, boxes in parts)])
    order = np.argsort(-score[rows], kind="stable")
    rows = rows[order]
    return Detections(boxes[order].astype(np.float32), score[rows].astype(np.float32), class_id[rows].astype(np.int64))


def _merged(
    xyxy: NDArray[np.float64], score: NDArray[np.float32], is_cut: NDArray[np.bool_], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Of the ``rows`` of one class those that are kept, and their boxes ``[k, 4]``."""
    rows = rows[np.lexsort((-score[rows], is_cut[rows]))]
    kept, boxes = np.empty(len(rows), np.int64), np.empty((len(rows), 4))
    count = 0
    for row in rows:
        shares = shares_of_smaller(xyxy[row][None], boxes[:count])[0]
        owner = int(np.argmax(shares)) if count else 0
        if not count or shares[owner] < SAME_OBJECT:
            kept[count], boxes[count] = row, xyxy[row]
            count += 1
        elif is_cut[kept[owner]]:
            boxes[owner] = _around(boxes[owner], xyxy[row])
    return kept[:count], boxes[:count]


def _around(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([np.minimum(one[:2], other[:2]), np.maximum(one[2:], other[2:])])


def _starts(length: int, side: int, step: int) -> list[int]:
    return [*range(0, length - side, step), length - side]


def _shifted(tile: Tile, detections: Detections) -> NDArray[np.float64]:
    corner = np.array([tile.xmin, tile.ymin, tile.xmin, tile.ymin], np.float64)
    boxes: NDArray[np.float64] = detections.boxes_xyxy + corner
    return boxes


def _cut(tile: Tile, xyxy: NDArray[np.float64], *, width: int, height: int) -> NDArray[np.bool_]:
    """Which boxes end at a border of the tile that is none of the picture."""
    borders = np.array([tile.xmin, tile.ymin, tile.xmax, tile.ymax])
    inner = np.array([tile.xmin > 0, tile.ymin > 0, tile.xmax < width, tile.ymax < height])
    near = np.abs(xyxy - borders) <= BORDER
    return np.asarray((near & inner).any(axis=1))

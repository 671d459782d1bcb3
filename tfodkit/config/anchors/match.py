"""The best anchor for each box: its intersection over union (IoU), exactly, without laying a single anchor.

Whether an anchor meets a box is decided down and across apart: what both share is the product of what their sides
share. Along one axis the best of equal anchors on a grid is one of the two beside the point where both begin together,
or of the two beside that where both end together: further out they share less, and in between no more. That holds where
the image's edge cuts anchors as well, since a cut anchor is the smaller the further out it lies. So four cells of each
axis are looked at, however fine the grid is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tfodkit.config.anchors.grids import AnchorGrid

Edge: TypeAlias = Literal["keep", "clip", "drop"]
"""What becomes of an anchor that the input's edge cuts: it stays as it is, is cut off, or is taken out."""

Floats: TypeAlias = NDArray[np.float64]

_NEARLY = 1e-6
"""Pixels; an anchor this far outside lies on the edge."""


def best_ious(
    boxes_yxyx: Floats, grids: Sequence[AnchorGrid], *, height: float, width: float, edge: Edge = "keep"
) -> tuple[Floats, NDArray[np.intp]]:
    """The IoU of each box with its best anchor, 0 where none meets it, and the index of that anchor's grid.

    Args:
        boxes_yxyx: [n, 4] in pixels, inside an input of ``width`` by ``height`` pixels, none of them empty.
        grids: at least one.
        height: of the input.
        width: of the input.
        edge: what becomes of anchors that go beyond it.
    """
    of_grids = np.stack([_best_of_grid(boxes_yxyx, grid, (height, width), edge) for grid in grids])
    return of_grids.max(0), of_grids.argmax(0)


def _best_of_grid(boxes: Floats, grid: AnchorGrid, input_size: tuple[float, float], edge: Edge) -> Floats:
    sizes = np.array(grid.sizes)
    (shared_down, heights), (shared_across, widths) = (
        _along(
            (boxes[:, axis], boxes[:, axis + 2]),
            sizes[:, axis],
            _Cells(grid.stride[axis], grid.offset[axis], (grid.rows, grid.columns)[axis], input_size[axis], edge),
        )
        for axis in (0, 1)
    )
    shared = shared_down[..., :, None] * shared_across[..., None, :]
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    together = areas[:, None, None, None] + heights[..., :, None] * widths[..., None, :] - shared
    best: Floats = (shared / together).max((1, 2, 3))
    return best


class _Cells:
    """The points along one axis that anchors lie round."""

    def __init__(self, stride: float, offset: float, count: int, end: float, edge: Edge) -> None:
        self.stride, self.offset, self.count, self.end, self.edge = stride, offset, count, end, edge

    def points(self, goals: Floats, lengths: Floats) -> Floats:
        """The two beside each goal, [boxes, sizes, goals]: of those that an anchor of that length may lie round."""
        below = np.floor((goals - self.offset) / self.stride)
        cells = np.concatenate([below, below + 1], -1)
        first, last = self._inside(lengths) if self.edge == "drop" else (0, self.count - 1)
        points: Floats = self.offset + self.stride * np.clip(cells, first, last)
        return np.where(np.less_equal(first, last), points, -np.inf)

    def _inside(self, lengths: Floats) -> tuple[Floats, Floats]:
        first = np.ceil((lengths / 2 - self.offset - _NEARLY) / self.stride)
        last = np.floor((self.end - lengths / 2 - self.offset + _NEARLY) / self.stride)
        return np.maximum(first, 0)[:, None], np.minimum(last, self.count - 1)[:, None]


def _along(ends: tuple[Floats, Floats], lengths: Floats, cells: _Cells) -> tuple[Floats, Floats]:
    """What box and anchor share along one axis, and the anchor's length: both [boxes, sizes, anchors worth a look]."""
    start, end = (each[:, None] for each in ends)
    halves = np.broadcast_to(lengths / 2, (len(start), len(lengths)))
    points = cells.points(np.stack([start + halves, end - halves], -1), lengths)
    low, high = points - halves[..., None], points + halves[..., None]
    if cells.edge == "clip":
        low, high = np.maximum(low, 0), np.minimum(high, cells.end)
    shared = np.maximum(np.minimum(high, end[..., None]) - np.maximum(low, start[..., None]), 0)
    if cells.edge == "clip":
        return shared, np.maximum(high - low, 0)
    return shared.max(-1, keepdims=True), 2 * halves[..., None]

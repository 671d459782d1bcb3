"""The anchors of a model, as the Object Detection API lays them: a grid for each feature map. In NumPy alone.

Three generators are those of the model zoo:

``ssd_anchor_generator``
    Liu et al. 2016, section 2.2. Sizes are shares of the input's shorter side, from ``min_scale`` on the finest map to
    ``max_scale`` on the coarsest; each map has one more square between its scale and the next. The finest map has three
    boxes alone unless ``reduce_boxes_in_lowest_layer`` is false, the square among them a tenth of the side.
``multiscale_anchor_generator``
    Lin et al. 2017 (RetinaNet). Sizes are multiples of the map's stride.
``grid_anchor_generator``
    Ren et al. 2015. One map, sizes in pixels.

A fourth, ``flexible_grid_anchor_generator``, has every number written out.

An aspect ratio is the width over the height, at equal area.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tfodkit.config.anchors.checks import check_anchors
from tfodkit.config.anchors.feature_maps import feature_map_sizes
from tfodkit.config.anchors.values import anchor_generator
from tfodkit.config.pipeline import Message

_SMALLEST_OF_SSD = 0.1

_Pair = tuple[float, float]
"""Down and across, in pixels."""
_Maps = Sequence[tuple[int, int]]
"""Rows and columns of each feature map."""


@dataclass(frozen=True, slots=True)
class AnchorGrid:
    """The anchors on one feature map: at each of its cells one of each size, all round the same point.

    Pairs are in pixels of the model's input, down before across.
    """

    rows: int
    columns: int
    stride: _Pair
    """From a cell to the next."""
    offset: _Pair
    """Of the first cell's point."""
    sizes: tuple[_Pair, ...]
    """Height and width of each anchor, in the order of the Object Detection API."""

    def boxes_yxyx(self) -> NDArray[np.float64]:
        """All of them: [rows x columns x sizes, 4], ``ymin, xmin, ymax, xmax`` in pixels; the size changes fastest."""
        y, x = (
            offset + stride * np.arange(count)
            for offset, stride, count in zip(self.offset, self.stride, (self.rows, self.columns), strict=True)
        )
        shape = (self.rows, self.columns, len(self.sizes))
        centres = np.broadcast_to(np.stack(np.meshgrid(y, x, indexing="ij"), -1)[:, :, None], (*shape, 2))
        halves = np.broadcast_to(np.array(self.sizes) / 2, (*shape, 2))
        return np.concatenate([centres - halves, centres + halves], -1).reshape(-1, 4)


def anchor_grids(kind: str, model: Message, *, width: int, height: int, is_fixed: bool = True) -> list[AnchorGrid]:
    """The grids of a model for an input of ``width`` by ``height`` pixels, the finest first.

    With ``is_fixed`` every input has that size. Empty for a model without anchors.

    Raises:
        ValueError: as :func:`~tfodkit.config.anchors.checks.check_anchors`.
    """
    check_anchors(kind, model)
    generator = anchor_generator(kind, model)
    if generator is None:
        return []
    maps = feature_map_sizes(kind, model.feature_extractor, width=width, height=height)
    # Faster R-CNN lays its anchors without looking at the input's size
    knows_size = kind == "ssd" and is_fixed
    return _GENERATORS[generator.DESCRIPTOR.name](generator, maps, (height, width), knows_size)


def _ssd(generator: Message, maps: _Maps, size: _Pair, _: bool) -> list[AnchorGrid]:
    base = [min(size) * side for side in (generator.base_anchor_height, generator.base_anchor_width)]
    strides = list(zip(generator.height_stride, generator.width_stride, strict=False))
    offsets = list(zip(generator.height_offset, generator.width_offset, strict=False))
    grids = []
    for index, ((rows, columns), shapes) in enumerate(zip(maps, _ssd_shapes(generator), strict=False)):
        stride = strides[index] if strides else (size[0] / rows, size[1] / columns)
        offset = offsets[index] if offsets else (stride[0] / 2, stride[1] / 2)
        grids.append(AnchorGrid(rows, columns, stride, offset, _sizes(shapes, base)))
    return grids


def _ssd_shapes(generator: Message) -> list[list[tuple[float, float]]]:
    """The scale and the aspect ratio of each anchor, for each map."""
    shapes: list[list[tuple[float, float]]] = []
    for index, (scale, larger) in enumerate(pairwise([*ssd_scales(generator), 1.0])):
        if index == 0 and generator.reduce_boxes_in_lowest_layer:
            shapes.append([(_SMALLEST_OF_SSD, 1.0), (scale, 2.0), (scale, 0.5)])
            continue
        shapes.append([(scale, ratio) for ratio in generator.aspect_ratios])
        if generator.interpolated_scale_aspect_ratio > 0:
            shapes[-1].append((math.sqrt(scale * larger), generator.interpolated_scale_aspect_ratio))
    return shapes


def ssd_scales(generator: Message) -> list[float]:
    """The scale of each feature map, the finest first, of an ``SsdAnchorGenerator``."""
    if generator.scales:
        return list(generator.scales)
    span, steps = generator.max_scale - generator.min_scale, max(generator.num_layers - 1, 1)
    return [generator.min_scale + span * index / steps for index in range(generator.num_layers)]


def _multiscale(generator: Message, maps: _Maps, size: _Pair, knows_size: bool) -> list[AnchorGrid]:
    octave = [2 ** (index / generator.scales_per_octave) for index in range(generator.scales_per_octave)]
    shapes = [(scale, ratio) for ratio in generator.aspect_ratios for scale in octave]
    grids = []
    for level, (rows, columns) in zip(range(generator.min_level, generator.max_level + 1), maps, strict=False):
        stride = 2.0**level
        # where the stride does not divide the input's side, the first anchor lies on its edge
        down, across = (stride / 2 if not knows_size or side % stride == 0 else 0.0 for side in size)
        base = [stride * generator.anchor_scale] * 2
        grids.append(AnchorGrid(rows, columns, (stride, stride), (down, across), _sizes(shapes, base)))
    return grids


def _grid(generator: Message, maps: _Maps, _: _Pair, __: bool) -> list[AnchorGrid]:
    shapes = [(scale, ratio) for ratio in generator.aspect_ratios for scale in generator.scales]
    stride = (float(generator.height_stride), float(generator.width_stride))
    offset = (float(generator.height_offset), float(generator.width_offset))
    base = [generator.height, generator.width]
    return [AnchorGrid(rows, columns, stride, offset, _sizes(shapes, base)) for rows, columns in maps[:1]]


def _flexible(generator: Message, maps: _Maps, _: _Pair, __: bool) -> list[AnchorGrid]:
    return [
        AnchorGrid(
            rows,
            columns,
            (grid.height_stride, grid.width_stride),
            (grid.height_offset, grid.width_offset),
            _sizes(list(zip(grid.base_sizes, grid.aspect_ratios, strict=False)), (1, 1)),
        )
        for (rows, columns), grid in zip(maps, generator.anchor_grid, strict=False)
    ]


def _sizes(shapes: Sequence[tuple[float, float]], base: Sequence[float]) -> tuple[_Pair, ...]:
    return tuple((scale / math.sqrt(ratio) * base[0], scale * math.sqrt(ratio) * base[1]) for scale, ratio in shapes)


_GENERATORS: dict[str, Callable[[Message, _Maps, _Pair, bool], list[AnchorGrid]]] = {
    "SsdAnchorGenerator": _ssd,
    "MultiscaleAnchorGenerator": _multiscale,
    "GridAnchorGenerator": _grid,
    "FlexibleGridAnchorGenerator": _flexible,
}

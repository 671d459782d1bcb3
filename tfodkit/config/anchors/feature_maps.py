"""How large the feature maps are that a model lays its anchors on.

Every backbone of the Object Detection API halves with SAME padding, or with as much padding of its own: a side of n
becomes one of n / 2, rounded up. What the levels are is the extractor's: SSDs on a bare MobileNet begin at a 16th and
go on for ``num_layers``, pyramids have the levels that their message names, Faster R-CNN without a pyramid has one.
"""

from __future__ import annotations

import re

from tfodkit.config.pipeline import Message

_PYRAMID = re.compile(r"\w+_fpn_keras")
_BIPYRAMID = re.compile(r"ssd_efficientnet-b\d_bifpn_keras")
_FIRST_OF_SSD = 4
"""Level 4 is a 16th: MobileNet's last layer before it halves for the fifth time."""

COARSEST = 20
"""A cell of this level is a million pixels wide."""


def feature_levels(kind: str, extractor: Message) -> list[int]:
    """The level of each feature map, the finest first: at level n a cell is 2 ** n pixels wide.

    ``kind`` is ``ssd`` or ``faster_rcnn``; ``extractor`` its ``feature_extractor``.

    Raises:
        ValueError: there is no level, or one that no picture has.
    """
    levels = _levels(kind, extractor)
    if not levels or levels[0] < 0 or levels[-1] > COARSEST:
        got = f"{levels[0]} to {levels[-1]}" if levels else "none"
        raise ValueError(f"the levels of {extractor.type} must be some of 0 to {COARSEST}, but got {got}")
    return list(levels)


def _levels(kind: str, extractor: Message) -> range:
    if _BIPYRAMID.fullmatch(extractor.type):
        return range(extractor.bifpn.min_level, extractor.bifpn.max_level + 1)
    if _PYRAMID.fullmatch(extractor.type):
        return range(extractor.fpn.min_level, extractor.fpn.max_level + 1)
    if kind == "faster_rcnn":
        level = extractor.first_stage_features_stride.bit_length() - 1
        return range(level, level + 1)
    return range(_FIRST_OF_SSD, _FIRST_OF_SSD + extractor.num_layers)


def feature_map_sizes(kind: str, extractor: Message, *, width: int, height: int) -> list[tuple[int, int]]:
    """Rows and columns of each feature map for an input of ``width`` by ``height`` pixels, the finest first."""
    multiple = max(extractor.pad_to_multiple, 1) if _pads(kind, extractor) else 1
    height, width = (-(-side // multiple) * multiple for side in (height, width))
    return [(-(-height // 2**level), -(-width // 2**level)) for level in feature_levels(kind, extractor)]


def _pads(kind: str, extractor: Message) -> bool:
    """Of Faster R-CNN the pyramids alone read ``pad_to_multiple``."""
    return kind == "ssd" or bool(_PYRAMID.fullmatch(extractor.type))

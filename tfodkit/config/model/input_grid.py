"""Which sizes of input a backbone can take.

A pyramid adds the grid of a level to the next one blown up to twice its size, so that each level has to be exactly half
as large as the one below it, in the backbone's own rounding: an input whose sides are no multiple of the coarsest
level's stride ends at the first picture, deep in the Object Detection API, with "Incompatible shapes". Some extractors
refuse small inputs besides.
"""

from __future__ import annotations

import re

from tfodkit.config.pipeline import Message

_PYRAMID_OF_SSD = re.compile(r"ssd_\w+_fpn_keras")
_PYRAMID_OF_CENTER_NET = re.compile(r"(resnet_v1_\d+|mobilenet_v2)_fpn(_sep_conv)?")
_COARSEST_OF_BACKBONE = 5
"""Level 5 is the last of an image backbone, at a 32nd; an SSD makes coarser levels from it that nothing is added to."""
_HOURGLASS_STEPS = {"hourglass_52": 7, "hourglass_104": 7}
"""Halvings on the way down: 2 before the first hourglass, and 5 in it."""
_LEAST_SIDES = {re.compile(r"ssd_resnet\d+_v1_fpn_keras"): 129, re.compile(r"ssd_efficientnet-b\d_bifpn_keras"): 129}


def side_step(extractor: Message) -> int:
    """What the sides of the input must be multiples of, in pixels, for this ``feature_extractor``; 1 where any will do.

    >>> from tfodkit.config.templates import read_template
    >>> side_step(read_template("efficientdet_d0_512x512_coco17").message().model.ssd.feature_extractor)
    128
    """
    kind = extractor.type
    if _PYRAMID_OF_SSD.fullmatch(kind):
        return int(2 ** min(extractor.fpn.max_level, _COARSEST_OF_BACKBONE))
    if kind.endswith("_bifpn_keras"):
        return int(2**extractor.bifpn.max_level)
    if _PYRAMID_OF_CENTER_NET.fullmatch(kind):
        return int(2**_COARSEST_OF_BACKBONE)
    return int(2 ** _HOURGLASS_STEPS.get(kind, 0))


def least_side(extractor: Message) -> int:
    """The shortest side that this ``feature_extractor`` takes, in pixels: a multiple of :func:`side_step`."""
    least = next((side for pattern, side in _LEAST_SIDES.items() if pattern.fullmatch(extractor.type)), 1)
    step = side_step(extractor)
    return -(-least // step) * step

"""Sets of augmentation steps by a name, in the flag's notation, each with why its values are what they are."""

from __future__ import annotations

from dataclasses import dataclass

NONE = "none"


@dataclass(frozen=True, slots=True)
class Preset:
    """Steps under one name."""

    steps: tuple[str, ...]
    purpose: str
    """For whom it is, in a line."""


_ZOO_CROP = (
    "random_crop_image:min_object_covered=0,min_aspect_ratio=0.75,max_aspect_ratio=3,"
    "min_area=0.75,max_area=1,overlap_thresh=0"
)
"""As the zoo's SSDs with feature pyramids have it: at least three quarters of the picture, cut objects kept."""

_SSD_COLOURS = (
    "random_adjust_brightness:max_delta=0.125",
    "random_adjust_contrast:min_delta=0.5,max_delta=1.5",
    "random_adjust_saturation:min_delta=0.5,max_delta=1.5",
    "random_adjust_hue:max_delta=0.1",
)
"""The photometric distortions of SSD as its authors' code has them: 32 of 256, halves, 18 of 180 degrees of OpenCV."""

PRESETS: dict[str, Preset] = {
    NONE: Preset((), "no augmentation"),
    "light": Preset(("random_horizontal_flip", _ZOO_CROP), "for many pictures, or as a beginning"),
    "ssd": Preset(
        (*_SSD_COLOURS, "ssd_random_crop", "random_horizontal_flip"), "for objects of many sizes, as SSD was trained"
    ),
    "strong": Preset(
        (
            *_SSD_COLOURS,
            "random_rgb_to_gray:probability=0.1",
            "random_jpeg_quality:min_jpeg_quality=40,max_jpeg_quality=100,random_coef=0.5",
            "random_patch_gaussian:random_coef=0.5",
            "ssd_random_crop",
            "random_pad_image",
            "random_horizontal_flip",
        ),
        "for few pictures and long training",
    ),
    "top-down": Preset(
        ("random_horizontal_flip", "random_vertical_flip", "random_rotation90"), "for scenes without an up"
    ),
    "colour-critical": Preset(
        ("random_horizontal_flip", _ZOO_CROP, "random_adjust_brightness:max_delta=0.1"),
        "for classes told apart by colour",
    ),
}
"""By name, from nothing to much, then those for a purpose.

``light``
    What the zoo's ``ssd_mobilenet_v2_fpnlite`` and ``ssd_resnet50_v1_fpn`` are trained with on COCO, to the digit: it
    changes neither colours nor sizes by much, so it can't do harm where left and right mean the same.
``ssd``
    Liu et al., SSD: Single Shot MultiBox Detector (2016), section 2.2: crops by the overlap that they leave (the API's
    default operations of ``ssd_random_crop``, which the zoo's ``ssd_mobilenet_v2_320x320`` has too), a flip, and
    the colours of the authors' code; there each is applied to half of the pictures, here to all, by an amount drawn
    around none.
``strong``
    ``ssd``, and its section 3.6: pictures made smaller on a larger ground, by which small objects gained most (there
    to a quarter of the side for half of them, here down to a half for all). Besides, every tenth picture is gray (the
    API's default), and every second one saved as a poor JPEG or with a noisy patch (Lopes et al. 2019, in the zoo's
    CenterNet MobileNetV2), which keeps a network from learning a few pictures by heart.
``top-down``
    Two flips and a turn by 90 degrees, each in half of the cases, make the eight positions of a square equally likely.
``colour-critical``
    ``light``, with half of the API's default brightness, which moves all channels alike. No step changes hue or
    saturation.
"""

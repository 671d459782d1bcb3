"""Scales and aspect ratios of each anchor generator, read and written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tfodkit.config.anchors.values import (
    AnchorValues,
    anchor_generator,
    anchor_values,
    set_anchor_scales,
    set_aspect_ratios,
)
from tfodkit.config.pipeline import Message
from tfodkit.config.templates import read_template

SSD = "ssd_mobilenet_v2_320x320_coco17"
PYRAMID = "efficientdet_d0_512x512_coco17"
ONE_GRID = "faster_rcnn_resnet50_v1_640x640_coco17"


def generator_of(name: str) -> Message:
    model = read_template(name).message().model
    kind = model.WhichOneof("model")
    return anchor_generator(kind, getattr(model, kind))


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        (SSD, "--anchor-scales 0.2,0.95 --aspect-ratios 1,2,0.5,3,0.3333"),
        (PYRAMID, "--anchor-scales 4 --aspect-ratios 1,2,0.5"),
        (ONE_GRID, "--anchor-scales 0.25,0.5,1,2 --aspect-ratios 0.5,1,2"),
    ],
)
def test_what_a_template_has_is_what_is_written_back(name: str, flags: str) -> None:
    generator = generator_of(name)
    values, before = anchor_values(generator), generator.SerializeToString()
    assert values is not None
    assert " ".join(values.flags()) == flags
    assert values.flags(unlike=values) == []
    assert values.flags(unlike=replace(values, scales=(0.7,))) == flags.split()[:2]
    assert values.flags(unlike=replace(values, aspect_ratios=(0.7,))) == flags.split()[2:]
    set_anchor_scales(generator, values.scales)
    set_aspect_ratios(generator, values.aspect_ratios)
    assert anchor_values(generator) == values
    assert len(generator.SerializeToString()) == len(before)


@pytest.mark.parametrize(
    ("name", "scales", "field"),
    [
        (SSD, (0.1, 0.5), lambda found: [found.min_scale, found.max_scale, len(found.scales)]),
        (SSD, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), lambda found: list(found.scales)),
        (PYRAMID, (2.5,), lambda found: [found.anchor_scale, found.scales_per_octave]),
        (ONE_GRID, (0.1,), lambda found: list(found.scales)),
    ],
)
def test_scales_go_where_the_generator_has_them(
    name: str, scales: tuple[float, ...], field: Callable[[Message], list[float]]
) -> None:
    generator = generator_of(name)
    set_anchor_scales(generator, scales)
    expected = {2: [*scales, 0], 1: [*scales, 3]}.get(len(scales), scales) if name != ONE_GRID else scales
    assert field(generator) == pytest.approx(list(expected))
    assert anchor_values(generator) == AnchorValues(scales, anchor_values(generator_of(name)).aspect_ratios)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "scales", "what"),
    [
        (SSD, (0.1,), "the smallest and the largest, or one for each of the 6 feature maps, but got 0.1"),
        (PYRAMID, (4, 3), "one, in strides of the feature map, but got 4,3"),
        (ONE_GRID, (), "one or more, in shares of 256 pixels, but got none"),
    ],
)
def test_another_number_of_scales_is_refused(name: str, scales: tuple[float, ...], what: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"the scales must be {what}")):
        set_anchor_scales(generator_of(name), scales)


def test_a_generator_with_every_number_written_out_has_none_to_set() -> None:
    model = read_template(SSD).message().model.ssd
    model.anchor_generator.flexible_grid_anchor_generator.SetInParent()
    flexible = anchor_generator("ssd", model)
    assert anchor_values(flexible) is None
    with pytest.raises(ValueError, match="must be written one by one, as anchor_grid, but got 2"):
        set_anchor_scales(flexible, (2,))
    with pytest.raises(ValueError, match="of a generator that has them once for all"):
        set_aspect_ratios(flexible, (2,))
    with pytest.raises(ValueError, match="the aspect ratios must be one or more"):
        set_aspect_ratios(generator_of(SSD), ())

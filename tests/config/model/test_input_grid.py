from __future__ import annotations

import pytest

from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.image_size import input_size, set_image_size
from tfodkit.config.model.input_grid import least_side, side_step
from tfodkit.config.templates import read_template, template_names
from tfodkit.errors import UsageError

FPNLITE = "ssd_mobilenet_v2_fpnlite_320x320_coco17"
RETINANET = "ssd_resnet50_v1_fpn_640x640_coco17"
EFFICIENTDET = "efficientdet_d0_512x512_coco17"
HOURGLASS = "centernet_hg104_512x512_coco17"


@pytest.mark.parametrize(
    ("name", "step", "least"),
    [
        ("ssd_mobilenet_v2_320x320_coco17", 1, 1),
        (FPNLITE, 32, 32),
        (RETINANET, 32, 160),
        (EFFICIENTDET, 128, 256),
        (HOURGLASS, 128, 128),
        ("centernet_resnet50_v1_fpn_512x512_coco17", 32, 32),
        ("centernet_mobilenetv2fpn_512x512_coco17_od", 32, 32),
        ("centernet_resnet50_v2_512x512_coco17", 1, 1),
        ("faster_rcnn_resnet50_v1_640x640_coco17", 1, 1),
        ("faster_rcnn_resnet50_v1_fpn_640x640_coco17", 1, 1),
    ],
)
def test_what_each_kind_of_backbone_takes(name: str, step: int, least: int) -> None:
    extractor = architecture(read_template(name).message(), name).feature_extractor
    assert (side_step(extractor), least_side(extractor)) == (step, least)


def test_a_shorter_pyramid_asks_for_less() -> None:
    extractor = read_template(FPNLITE).message().model.ssd.feature_extractor
    extractor.fpn.max_level = 4
    assert side_step(extractor) == 16


@pytest.mark.parametrize("name", template_names())
def test_every_template_has_an_input_that_its_backbone_takes(name: str) -> None:
    message = read_template(name).message()
    size, extractor = input_size(message, name), architecture(message, name).feature_extractor
    assert size is not None
    for side in (size.width, size.height):
        assert side % side_step(extractor) == 0
        assert side >= least_side(extractor)


@pytest.mark.parametrize(
    ("name", "size", "need", "instead"),
    [
        (FPNLITE, 300, "ssd_mobilenet_v2_fpn_keras it must be a multiple of 32 from 32 on", "288 or 320"),
        (RETINANET, 96, "ssd_resnet50_v1_fpn_keras it must be a multiple of 32 from 160 on", "160"),
        (RETINANET, 170, "ssd_resnet50_v1_fpn_keras it must be a multiple of 32 from 160 on", "160 or 192"),
        (EFFICIENTDET, 128, "ssd_efficientnet-b0_bifpn_keras it must be a multiple of 128 from 256 on", "256"),
        (HOURGLASS, 448, "hourglass_104 it must be a multiple of 128 from 128 on", "384 or 512"),
    ],
)
def test_another_size_is_refused_with_those_beside_it(name: str, size: int, need: str, instead: str) -> None:
    with pytest.raises(UsageError) as caught:
        set_image_size(read_template(name).message(), size, name)
    assert str(caught.value) == f"--image-size {size}: for {need}. Pass --image-size {instead}."


@pytest.mark.parametrize(("name", "size"), [(FPNLITE, 64), (RETINANET, 160), (EFFICIENTDET, 256), (HOURGLASS, 128)])
def test_a_size_that_fits_is_taken(name: str, size: int) -> None:
    message = read_template(name).message()
    set_image_size(message, size, name)
    found = input_size(message, name)
    assert found is not None
    assert (found.width, found.height) == (size, size)

from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.config.pipeline import Message, parse_pipeline
from tfodkit.config.templates import read_template
from tfodkit.exporting.tflite.holding import image_resizer_of, integer_refusal, refusal, resizing_of
from tfodkit.inference.resizing import Resizing


def template(name: str) -> Message:
    return read_template(name).message()


@pytest.mark.parametrize(
    ("name", "resizing"),
    [
        ("ssd_mobilenet_v2_320x320_coco17", Resizing(300, 300)),
        ("efficientdet_d0_512x512_coco17", Resizing(512, 512, shorter=512)),
        ("centernet_resnet50_v2_512x512_coco17", Resizing(512, 512, shorter=512)),
    ],
)
def test_ssd_efficientdet_and_centernet_can_be_held(name: str, resizing: Resizing) -> None:
    pipeline = template(name)
    assert refusal(pipeline) is None
    assert resizing_of(image_resizer_of(pipeline)) == resizing


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("faster_rcnn_resnet50_v1_640x640_coco17", "and this is a faster_rcnn"),
        ("mask_rcnn_inception_resnet_v2_1024x1024_coco17", "and this is a faster_rcnn"),
        ("centernet_resnet50_v2_512x512_kpts_coco17", "model.center_net.keypoint_estimation_task gives more"),
    ],
)
def test_other_models_are_refused_by_name(name: str, reason: str) -> None:
    told = refusal(template(name))
    assert told is not None
    assert told.endswith(reason)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("width: 96", "width: 96 convert_to_grayscale: true", "convert_to_grayscale is set"),
        ("width: 96", "width: 96 resize_method: AREA", "resize_method is AREA"),
        ("fixed_shape_resizer { height: 96 width: 96 }", "identity_resizer {}", r"image_resizer.identity_resizer"),
        (
            "fixed_shape_resizer { height: 96 width: 96 }",
            "keep_aspect_ratio_resizer { min_dimension: 96 max_dimension: 96 }",
            "without pad_to_max_dimension",
        ),
        ("iou_threshold: 0.6", "iou_threshold: 0.6 use_class_agnostic_nms: true", "use_class_agnostic_nms"),
        ("iou_threshold: 0.6", "iou_threshold: 0.6 soft_nms_sigma: 0.5", "soft_nms_sigma"),
        (
            "faster_rcnn_box_coder { y_scale: 10 x_scale: 10 height_scale: 5 width_scale: 5 }",
            "square_box_coder {}",
            "not square_box_coder",
        ),
    ],
)
def test_what_phones_can_t_do_is_refused_by_field(tiny_config: str, old: str, new: str, reason: str) -> None:
    assert refusal(parse_pipeline(tiny_config, "tiny")) is None
    assert tiny_config.count(old) == 1
    told = refusal(parse_pipeline(tiny_config.replace(old, new), "changed"))
    assert told is not None
    assert reason in told


def test_a_center_net_can_t_be_of_integers() -> None:
    told = integer_refusal(template("centernet_resnet50_v2_512x512_coco17"))
    assert told is not None
    assert "peaks of its heat map" in told


def test_what_can_t_be_held_at_all_can_t_be_of_integers() -> None:
    pipeline = template("faster_rcnn_resnet50_v1_640x640_coco17")
    assert integer_refusal(pipeline) == refusal(pipeline)


def test_integers_need_training_records(tiny_config: str, tmp_path: Path) -> None:
    told = integer_refusal(parse_pipeline(tiny_config, "tiny"))
    assert told is not None
    assert "there are no training records here" in told
    (tmp_path / "train.record").touch()
    pipeline = parse_pipeline(tiny_config.replace("absent.record", str(tmp_path / "train.record")), "tiny")
    assert integer_refusal(pipeline) is None

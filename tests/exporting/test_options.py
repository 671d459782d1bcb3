from __future__ import annotations

import re

import pytest

from tfodkit.config.pipeline import parse_pipeline
from tfodkit.config.templates import read_template
from tfodkit.errors import UsageError
from tfodkit.exporting import DetectionLimits, ExportOptions, FixedInput
from tfodkit.exporting.exporter import labels_text
from tfodkit.exporting.options import parse_sides

ALL = DetectionLimits(score_threshold=0.25, nms_iou=0.5, max_detections=7)


@pytest.mark.parametrize(
    ("template", "where"),
    [
        ("ssd_mobilenet_v2_320x320_coco17", "ssd.post_processing"),
        ("faster_rcnn_resnet50_v1_640x640_coco17", "faster_rcnn.second_stage_post_processing"),
    ],
)
def test_limits_are_set_where_the_architecture_has_them(template: str, where: str) -> None:
    pipeline = parse_pipeline(read_template(template).text, template)
    ALL.apply(pipeline, template)
    part = pipeline.model
    for name in where.split("."):
        part = getattr(part, name)
    suppression = part.batch_non_max_suppression
    assert (suppression.score_threshold, suppression.iou_threshold) == (0.25, 0.5)
    assert (suppression.max_detections_per_class, suppression.max_total_detections) == (7, 7)


def test_a_center_net_has_a_most_but_no_threshold() -> None:
    name = "centernet_resnet50_v2_512x512_coco17"
    pipeline = parse_pipeline(read_template(name).text, name)
    DetectionLimits(max_detections=7).apply(pipeline, name)
    assert pipeline.model.center_net.object_center_params.max_box_predictions == 7
    with pytest.raises(UsageError, match=r"--score-threshold 0\.25: the model is a CenterNet"):
        DetectionLimits(score_threshold=0.25).apply(pipeline, name)


def test_what_is_not_given_stays_as_the_config_has_it() -> None:
    name = "ssd_mobilenet_v2_320x320_coco17"
    pipeline, other = (parse_pipeline(read_template(name).text, name) for _ in range(2))
    assert not DetectionLimits()
    DetectionLimits().apply(pipeline, name)
    assert pipeline == other


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"score_threshold": 1.0}, "--score-threshold: must be 0 to below 1, but got 1"),
        ({"score_threshold": float("nan")}, "--score-threshold: must be 0 to below 1, but got nan"),
        ({"nms_iou": 0.0}, "--nms-iou: must be above 0, and 1 at most, but got 0"),
        ({"max_detections": 0}, "--max-detections: must be 1 or more, but got 0"),
    ],
)
def test_limits_that_can_not_be_meant_are_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        DetectionLimits(**values)  # type: ignore[arg-type]


def test_a_fixed_input_needs_the_saved_model_and_sizes_of_a_pixel_at_least() -> None:
    with pytest.raises(UsageError, match=r"a fixed input is a signature of the saved_model"):
        ExportOptions(formats=("frozen_graph",), fixed=FixedInput(batch=2))
    with pytest.raises(UsageError, match="--batch: must be 1 or more, but got 0"):
        FixedInput(batch=0)
    with pytest.raises(UsageError, match="--input-size: must be 1 or more a side, but got 0"):
        FixedInput(size=(0, 5))
    with pytest.raises(UsageError, match="--pictures: must be 1 or more, but got 0"):
        ExportOptions(pictures=0)


@pytest.mark.parametrize(("text", "sides"), [("640", (640, 640)), ("640x480", (480, 640)), ("640×480", (480, 640))])
def test_sides_are_width_by_height(text: str, sides: tuple[int, int]) -> None:
    assert parse_sides(text) == sides


@pytest.mark.parametrize("text", ["", "x", "640x", "x480", "a", "-5", "640x480x3"])
def test_sides_are_nothing_else(text: str) -> None:
    with pytest.raises(UsageError, match="must be a side or width x height"):
        parse_sides(text)


def test_labels_leave_a_line_for_every_id() -> None:
    assert labels_text({1: "bagel", 3: "žemľa"}) == "bagel\n???\nžemľa\n"
    assert labels_text({}) == ""

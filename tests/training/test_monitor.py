from __future__ import annotations

import math

import pytest

from tfodkit.config.pipeline import Message, parse_pipeline
from tfodkit.errors import UsageError
from tfodkit.evaluation.result import COCO_FIGURES, ClassFigures, EvaluationResult
from tfodkit.training.monitor import Monitor, choose_monitor, loss_names

RESULT = EvaluationResult(
    images=1,
    detections=1,
    figures={name: None if name == "mAP_small" else 0.25 for name, _, _ in COCO_FIGURES},
    per_class=(
        ClassFigures(name="mug", ground_truths=2, ap=0.5, ap50=0.6, ar100=0.7),
        ClassFigures(name="bagel", ground_truths=0, ap=None, ap50=None, ar100=None),
    ),
    losses={"Loss/total_loss": 1.5},
)


def pipeline(model: str) -> Message:
    return parse_pipeline(f"model {{ {model} }}", "test")


@pytest.mark.parametrize(
    ("name", "value"),
    [("AR@100", 0.25), ("mAP_small", 0.0), ("AP/mug", 0.5), ("AP/bagel", 0.0), ("Loss/total_loss", 1.5)],
)
def test_a_figure_is_found_by_its_name(name: str, value: float) -> None:
    assert Monitor(name).value(RESULT) == value


def test_what_is_no_number_is_the_worst() -> None:
    assert Monitor("Loss/total_loss").comparable(math.nan) == Monitor("Loss/total_loss").comparable(None) == math.inf
    assert Monitor("mAP").comparable(math.nan) == Monitor("mAP").comparable(None) == 0.0


def test_a_loss_is_better_when_lower() -> None:
    assert not Monitor("Loss/total_loss").higher_is_better
    assert Monitor("AP/mug").higher_is_better


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("ssd {}", "Loss/localization_loss"),
        ("faster_rcnn { number_of_stages: 1 }", "Loss/RPNLoss/objectness_loss"),
        ("faster_rcnn { number_of_stages: 2 }", "Loss/BoxClassifierLoss/classification_loss"),
        ("faster_rcnn { number_of_stages: 3 }", "Loss/BoxClassifierLoss/mask_loss"),
        ("center_net { object_detection_task {} }", "Loss/box/scale"),
        ("center_net { keypoint_estimation_task { task_name: 'pose' } }", "Loss/pose/keypoint/regression"),
        ("center_net { mask_estimation_task {} }", "Loss/segmentation/heatmap"),
        ("center_net {}", "Loss/total_loss"),
    ],
)
def test_each_model_has_its_own_losses(model: str, name: str) -> None:
    assert choose_monitor(name, pipeline(model), classes=[]) == Monitor(name)
    assert loss_names(pipeline(model)).count(name) == 1
    others = {"ssd {}", "faster_rcnn { number_of_stages: 1 }", "center_net {}"} - {model}
    if name != "Loss/total_loss":
        assert not any(name in loss_names(pipeline(other)) for other in others)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("map", "Did you mean mAP"),
        ("AP/mugg", "Did you mean AP/mug"),
        ("Loss/total", "Did you mean Loss/total_loss"),
        ("AP/bagel", "Did you mean"),  # which no validation image holds
    ],
)
def test_an_unknown_figure_is_refused_with_the_nearest(name: str, remedy: str) -> None:
    message = (
        f"--monitor: must be a COCO figure, AP/ and a class of the validation images, or a loss, but got '{name}'. "
    )
    with pytest.raises(UsageError) as refused:
        choose_monitor(name, pipeline("ssd {}"), classes=["mug"])
    assert str(refused.value).startswith(message + remedy)

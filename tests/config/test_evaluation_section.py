from __future__ import annotations

import pytest

from tfodkit.config.evaluation_section import set_evaluation
from tfodkit.config.options import PipelineOptions
from tfodkit.config.pipeline import new_pipeline


@pytest.mark.parametrize("metrics", [("coco_mask_metrics",), ("oid_V2_detection_metrics", "coco_detection_metrics")])
def test_metrics_come_out_again(metrics: tuple[str, ...]) -> None:
    evaluation = new_pipeline().eval_config
    evaluation.metrics_set.append("lvis_mask_metrics")
    set_evaluation(evaluation, PipelineOptions(metrics=metrics))
    assert tuple(evaluation.metrics_set) == metrics


def test_coco_s_figures_unless_asked_otherwise() -> None:
    evaluation = new_pipeline().eval_config
    evaluation.batch_size = 8
    set_evaluation(evaluation, PipelineOptions())
    assert list(evaluation.metrics_set) == ["coco_detection_metrics"]
    assert (evaluation.batch_size, evaluation.use_moving_averages) == (1, False)


def test_averages_are_evaluated_where_they_are_made() -> None:
    evaluation = new_pipeline().eval_config
    set_evaluation(evaluation, PipelineOptions(ema=0.99))
    assert evaluation.use_moving_averages

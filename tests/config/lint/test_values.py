"""The values that are called refused are those that the builders refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tfodkit.config.lint.values import value_faults
from tfodkit.config.pipeline import Message, format_pipeline
from tfodkit.config.templates import read_template, template_names
from tfodkit.errors import ConfigError

SSD = "ssd_mobilenet_v2_320x320_coco17"
REFUSED: dict[str, Callable[[Message], object]] = {
    "IoU": lambda ssd: setattr(ssd.post_processing.batch_non_max_suppression, "iou_threshold", 1.5),
    "detections": lambda ssd: setattr(ssd.post_processing.batch_non_max_suppression, "max_total_detections", 9),
    "matcher": lambda ssd: setattr(ssd.matcher.argmax_matcher, "matched_threshold", 0.25),
    "resizer": lambda ssd: setattr(ssd.image_resizer.keep_aspect_ratio_resizer, "min_dimension", 5000),
}


@pytest.mark.parametrize("name", template_names())
def test_no_template_has_one(name: str) -> None:
    assert list(value_faults(read_template(name).message())) == []


@pytest.mark.tensorflow
@pytest.mark.parametrize("case", REFUSED)
def test_the_builders_refuse_it(case: str) -> None:
    from tfodkit.odapi.model import build_model

    message = read_template(SSD).message()
    REFUSED[case](message.model.ssd)
    assert len(list(value_faults(message))) == 1
    with pytest.raises(ConfigError, match="can't build its model"):
        build_model(format_pipeline(message), is_training=True)

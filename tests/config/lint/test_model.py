from __future__ import annotations

import pytest

from tfodkit.config.lint.model import NEEDED_PARTS
from tfodkit.config.model.architecture import ARCHITECTURES
from tfodkit.config.pipeline import format_pipeline
from tfodkit.config.templates import read_template
from tfodkit.errors import ConfigError

TEMPLATES = {
    "ssd": "ssd_mobilenet_v2_320x320_coco17",
    "faster_rcnn": "faster_rcnn_resnet50_v1_640x640_coco17",
    "center_net": "centernet_resnet50_v1_fpn_512x512_coco17",
}


def test_every_meta_architecture_has_its_parts() -> None:
    assert set(NEEDED_PARTS) == set(ARCHITECTURES)


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", TEMPLATES)
def test_the_parts_that_are_needed_are_those_that_the_builders_end_without(kind: str) -> None:
    from tfodkit.odapi.model import build_model

    written = getattr(read_template(TEMPLATES[kind]).message().model, kind).ListFields()
    parts = {field.name for field, _ in written if field.message_type} - {"feature_extractor", "object_detection_task"}
    for part in parts:
        message = read_template(TEMPLATES[kind]).message()
        getattr(message.model, kind).ClearField(part)
        if part in NEEDED_PARTS[kind]:
            with pytest.raises(ConfigError, match="can't build its model"):
                build_model(format_pipeline(message), is_training=True)
        else:
            build_model(format_pipeline(message), is_training=True)

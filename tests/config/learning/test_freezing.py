"""The patterns, held to the variables that the Object Detection API calls the backbone."""

from __future__ import annotations

import re

import pytest

from tfodkit.config.learning.freezing import backbone_pattern, freeze_backbone
from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.feature_extractors import FEATURE_EXTRACTORS
from tfodkit.config.model.image_size import set_image_size
from tfodkit.config.model.input_grid import least_side
from tfodkit.config.pipeline import format_pipeline
from tfodkit.config.templates import read_template
from tfodkit.errors import UsageError

SSD = "ssd_mobilenet_v2_320x320_coco17"
SMALL = 64


def test_every_extractor_has_a_pattern() -> None:
    patterns = {
        (kind, name): backbone_pattern(kind, name) for kind in FEATURE_EXTRACTORS for name in FEATURE_EXTRACTORS[kind]
    }
    assert all(re.compile(pattern) for pattern in patterns.values())
    assert patterns["ssd", "ssd_mobilenet_v2_keras"] == "_feature_extractor/classification_backbone/"
    assert patterns["center_net", "mobilenet_v2"] == "_feature_extractor/_network/"
    assert patterns["center_net", "mobilenet_v2_fpn"] == "_feature_extractor/_base_model/"


def test_what_is_frozen_already_stays_and_nothing_twice() -> None:
    message = read_template(SSD).message()
    message.train_config.freeze_variables.append("_box_predictor/")
    freeze_backbone(message)
    freeze_backbone(message)
    frozen = ["_box_predictor/", "_feature_extractor/classification_backbone/"]
    assert list(message.train_config.freeze_variables) == frozen


def test_a_model_of_tensorflow_1_is_refused() -> None:
    message = read_template(SSD).message()
    message.model.ssd.feature_extractor.type = "ssd_mobilenet_v2"
    with pytest.raises(UsageError) as caught:
        freeze_backbone(message)
    assert str(caught.value) == (
        "--freeze backbone: ssd_mobilenet_v2 is no feature extractor of TensorFlow 2, whose variables could be named. "
        "Start from a template."
    )


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        SSD,
        "ssd_mobilenet_v2_fpnlite_320x320_coco17",
        "efficientdet_d0_512x512_coco17",
        "faster_rcnn_resnet50_v1_640x640_coco17",
        "faster_rcnn_resnet50_v1_fpn_640x640_coco17",
        "centernet_resnet50_v1_fpn_512x512_coco17",
        "centernet_resnet50_v2_512x512_coco17",
        "centernet_mobilenetv2fpn_512x512_coco17_od",
    ],
)
def test_the_backbone_is_what_a_classification_checkpoint_restores(name: str) -> None:
    from tfodkit.odapi.model import build_model, create_variables
    from tfodkit.odapi.variables import variable_paths

    message = read_template(name).message()
    body = architecture(message, name)
    set_image_size(message, max(SMALL, least_side(body.feature_extractor)), name)
    freeze_backbone(message)
    model = build_model(format_pipeline(message), is_training=True)
    create_variables(model)
    restored = model.restore_from_objects(fine_tune_checkpoint_type="classification")
    backbone = {id(variable) for part in restored.values() for variable in variable_paths(part).values()}
    (pattern,) = message.train_config.freeze_variables
    trainable = [(path, variable) for path, variable in variable_paths(model).items() if variable.trainable]
    frozen = {path for path, _ in trainable if re.match(pattern, path)}
    assert frozen == {path for path, variable in trainable if id(variable) in backbone}
    assert 0 < len(frozen) < len(trainable)

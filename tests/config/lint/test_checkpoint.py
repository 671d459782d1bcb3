"""The rules on checkpoints that can be looked into, red and green, on files of the real layout and few variables."""

from __future__ import annotations

from pathlib import Path

import pytest
from checkpoint_builders import Shape, write_checkpoint, write_tensors

from tests.config.linting import lint_file
from tfodkit.config import make_config
from tfodkit.config.checkpoint.models import BACKBONE_VARIABLES
from tfodkit.config.options import PipelineOptions
from tfodkit.config.pipeline import format_pipeline, read_pipeline

SSD = "ssd_mobilenet_v2_320x320_coco17"
CLASSES = "model/_box_predictor/_prediction_heads/class_predictions_with_background/0/_class_predictor_layers/0/bias"


def ssd(backbone: str = "ssd_mobilenet_v2_keras", *, outputs: int = 273) -> dict[str, Shape]:
    """An SSD's checkpoint, from the zoo unless told otherwise: 91 outputs for each of 3 anchors."""
    count = BACKBONE_VARIABLES["ssd"][backbone]
    extractor = {f"model/_feature_extractor/classification_backbone/{number}": (number,) for number in range(count)}
    neck = {"model/_feature_extractor/feature_map_generator/0/kernel": (1, 1, 8, 8)}
    return {**extractor, **neck, CLASSES: (outputs,), "save_counter": ()}


OTHERS = {
    "faster_rcnn": {"model/_mask_rcnn_box_predictor/0/bias": (91,)},
    "center_net": {"model/_prediction_head_dict/object_center/0/0/bias": (90,)},
}
BACKBONE = {"feature_extractor/layer-0/kernel": (3, 3, 3, 32), "save_counter": ()}


@pytest.fixture
def config(records: Path, tmp_path: Path) -> Path:
    path = tmp_path / "pipeline.config"
    make_config(SSD, records, path)
    return path


def lint_with(config: Path, checkpoint: Path, kind: str = "detection", extractor: str = "") -> list[tuple[str, str]]:
    """Code and words of each finding where training is to start from a checkpoint."""
    message = read_pipeline(config)
    message.train_config.fine_tune_checkpoint = str(checkpoint)
    message.train_config.fine_tune_checkpoint_type = kind
    if extractor:
        message.model.ssd.feature_extractor.type = extractor
    config.write_text(format_pipeline(message), encoding="utf-8")
    return [(finding.code, finding.what) for finding in lint_file(config) if finding.code != "TFK605"]


@pytest.mark.parametrize("kind", ["", "detection"])
def test_the_model_s_own_checkpoint_is_no_finding(config: Path, tmp_path: Path, kind: str) -> None:
    assert lint_with(config, write_checkpoint(tmp_path / "ckpt-0", ssd(outputs=91)), kind) == []


def test_a_run_of_the_same_classes_can_be_taken_whole(config: Path, tmp_path: Path) -> None:
    run = {**ssd(outputs=9), "step": (), "optimizer/iter": ()}
    assert lint_with(config, write_checkpoint(tmp_path / "ckpt-300", run), "full") == []


def test_other_classes_can_t_be_taken_whole(config: Path, tmp_path: Path) -> None:
    prefix = write_checkpoint(tmp_path / "ckpt-0", ssd(outputs=91))
    what = f"the type is full, but a class head of {prefix} has 91 outputs, no multiple of 3"
    assert lint_with(config, prefix, "full") == [("TFK676", what)]


def test_a_backbone_is_for_classification(config: Path, tmp_path: Path) -> None:
    prefix = write_checkpoint(tmp_path / "ckpt-1", BACKBONE)
    assert lint_with(config, prefix, "classification") == []
    what = f"the type is detection, but {prefix} holds no model but a backbone or something else"
    assert lint_with(config, prefix) == lint_with(config, prefix, "") == [("TFK673", what)]


def test_a_detector_is_not_for_classification(config: Path, tmp_path: Path) -> None:
    prefix = write_checkpoint(tmp_path / "ckpt-0", ssd())
    what = f"the type is classification, but {prefix} holds a whole model"
    assert lint_with(config, prefix, "classification") == [("TFK673", what)]


@pytest.mark.parametrize("other", OTHERS)
def test_another_meta_architecture(config: Path, tmp_path: Path, other: str) -> None:
    prefix = write_checkpoint(tmp_path / "ckpt-0", OTHERS[other])
    assert lint_with(config, prefix) == [("TFK674", f"the model is ssd, but {prefix} is of {other}")]


def test_a_model_of_ones_own_is_not_judged(config: Path, tmp_path: Path) -> None:
    assert lint_with(config, write_checkpoint(tmp_path / "ckpt-0", {"model/_own_predictor/bias": (3,)})) == []


def test_a_backbone_that_is_not_known_is_not_judged(config: Path, tmp_path: Path) -> None:
    own = {CLASSES: (91,), "model/_feature_extractor/classification_backbone/0/kernel": (3, 3)}
    assert lint_with(config, write_checkpoint(tmp_path / "ckpt-0", own)) == []


def test_another_backbone(config: Path, tmp_path: Path) -> None:
    prefix = write_checkpoint(tmp_path / "ckpt-0", ssd("ssd_resnet50_v1_fpn_keras"))
    what = f"the feature extractor is ssd_mobilenet_v2_keras, but {prefix} is of ssd_resnet50_v1_fpn_keras"
    assert lint_with(config, prefix) == [("TFK675", what)]


def test_a_checkpoint_of_the_other_tensorflow(config: Path, tmp_path: Path) -> None:
    old = write_tensors(tmp_path / "model.ckpt", {"FeatureExtractor/MobilenetV2/Conv/weights": (3, 3, 3, 32)})
    new = write_checkpoint(tmp_path / "ckpt-0", ssd())
    what = f"{old} is a checkpoint of lane TF1, and ssd_mobilenet_v2_keras is a model of TF2"
    assert lint_with(config, old) == [("TFK672", what)]
    assert lint_with(config, old, extractor="ssd_mobilenet_v2") == []
    what = f"{new} is a checkpoint of lane TF2, and ssd_mobilenet_v2 is a model of TF1"
    assert lint_with(config, new, extractor="ssd_mobilenet_v2") == [("TFK672", what)]


def test_a_damaged_checkpoint(config: Path, tmp_path: Path) -> None:
    prefix = write_checkpoint(tmp_path / "ckpt-0", ssd())
    data = prefix.with_name("ckpt-0.data-00000-of-00001")
    data.unlink()
    assert lint_with(config, prefix) == [("TFK671", f"{data}: is not there")]


def test_make_config_refuses_what_training_would(records: Path, tmp_path: Path) -> None:
    from tfodkit.errors import ConfigError

    prefix = write_checkpoint(tmp_path / "ckpt-0", OTHERS["faster_rcnn"])
    with pytest.raises(ConfigError, match=r"the model is ssd, but .*ckpt-0 is of faster_rcnn\. Take the .*\[TFK674\]"):
        make_config(SSD, records, tmp_path / "new.config", PipelineOptions(fine_tune_checkpoint=prefix))


@pytest.mark.parametrize("named", ["folder", "index"])
def test_a_folder_or_a_file_is_no_prefix(config: Path, tmp_path: Path, named: str) -> None:
    prefix = write_checkpoint(tmp_path / "zoo" / "ckpt-0", ssd())
    written = prefix.parent if named == "folder" else prefix.with_name("ckpt-0.index")
    assert lint_with(config, written) == [("TFK677", f"{written} is no prefix of a checkpoint, but {prefix} is")]

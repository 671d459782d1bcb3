from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.config.checkpoint.models import (
    BACKBONE_VARIABLES,
    backbones,
    class_head_sizes,
    holds_model,
    meta_architecture,
)
from tfodkit.config.checkpoint.objects import StoredObjects
from tfodkit.config.model.feature_extractors import FEATURE_EXTRACTORS

ZOO = Path(__file__).parents[4] / "shared" / "data" / "zoo_variables"
VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"


def published(name: str) -> StoredObjects:
    path = ZOO / f"{name}.tsv"
    if not path.is_file():
        pytest.skip(f"needs the names of the zoo's variables, {path.name}")
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    shapes = {key: tuple(int(size) for size in sizes.split(",") if size) for key, sizes in lines}
    return StoredObjects(False, {key.removesuffix(VALUE): shape for key, shape in shapes.items() if VALUE in key})


def test_every_feature_extractor_has_its_number() -> None:
    assert {kind: set(known) for kind, known in BACKBONE_VARIABLES.items()} == FEATURE_EXTRACTORS


@pytest.mark.parametrize(
    ("name", "outputs"),
    [("ssd_mobilenet_v2_320x320_coco17_tpu-8", {273, 546}), ("ssd_mobilenet_v2_fpnlite_320x320_coco17_tpu-8", {546})],
)
def test_a_published_checkpoint_is_known(name: str, outputs: set[int]) -> None:
    stored = published(name)
    assert holds_model(stored)
    assert meta_architecture(stored) == "ssd"
    assert backbones(stored, "ssd") == ["ssd_mobilenet_v2_keras", "ssd_mobilenet_v2_fpn_keras"]
    assert class_head_sizes(stored, "ssd") == outputs


def stored(*paths: str, shape: tuple[int, ...] = (3,)) -> StoredObjects:
    return StoredObjects(False, dict.fromkeys(paths, shape))


def test_the_predictor_tells_the_meta_architecture() -> None:
    assert meta_architecture(stored("model/_mask_rcnn_box_predictor/a", "model/_first_stage_box_predictor/a")) == (
        "faster_rcnn"
    )
    assert meta_architecture(stored("model/_prediction_head_dict/box/0/a")) == "center_net"
    assert meta_architecture(stored("model/_own_predictor/a")) is None


def test_a_number_that_no_backbone_has_is_not_guessed_at() -> None:
    assert backbones(stored("model/_feature_extractor/a", "model/_feature_extractor/b"), "ssd") == []


def test_of_a_center_net_the_last_layer_tells_the_classes() -> None:
    heads = {
        f"model/_prediction_head_dict/object_center/{head}/layer_with_weights-{layer}/bias": (size,)
        for head in (0, 1)
        for layer, size in ((0, 256), (1, 90))
    }
    assert class_head_sizes(StoredObjects(False, heads), "center_net") == {90}


def test_a_classifier_holds_no_model() -> None:
    assert not holds_model(stored("feature_extractor/layer-0/kernel", "save_counter"))


# The largest take gigabytes and minutes; these are one of each kind, and the two mends of names are among them.
BUILT = ["ssd_mobilenet_v2_fpnlite_320x320_coco17", "faster_rcnn_resnet50_v1_fpn_640x640_coco17"]
BUILT += ["centernet_resnet50_v2_512x512_coco17", "efficientdet_d0_512x512_coco17"]


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("name", BUILT)
def test_a_checkpoint_of_a_template_is_known_as_its_own(name: str, tmp_path: Path) -> None:
    from tfodkit.config.checkpoint.objects import read_objects
    from tfodkit.config.lane import extractor_type
    from tfodkit.config.model.architecture import architecture
    from tfodkit.config.model.image_size import set_image_size
    from tfodkit.config.model.input_grid import least_side, side_step
    from tfodkit.config.pipeline import format_pipeline
    from tfodkit.config.templates import read_template
    from tfodkit.odapi.model import build_model, create_variables

    message = read_template(name).message()
    (tmp_path / "map.pbtxt").write_text('item { id: 1 name: "cat" }', encoding="utf-8")
    for task in message.model.center_net.keypoint_estimation_task:
        task.keypoint_label_map_path = str(tmp_path / "map.pbtxt")
    extractor = architecture(message, name).feature_extractor
    set_image_size(message, max(least_side(extractor), side_step(extractor), 128), name)
    model = build_model(format_pipeline(message), is_training=True)
    create_variables(model)
    import tensorflow as tf

    stored = read_objects(Path(tf.train.Checkpoint(model=model).save(str(tmp_path / "ckpt"))))
    kind = message.model.WhichOneof("model")
    assert meta_architecture(stored) == kind
    assert extractor_type(message) in backbones(stored, kind)
    outputs = architecture(message, name).num_classes + (
        kind == "faster_rcnn" or message.model.ssd.add_background_class
    )
    sizes = class_head_sizes(stored, kind)
    assert sizes
    assert all(size % (90 if kind == "center_net" else outputs) == 0 for size in sizes)

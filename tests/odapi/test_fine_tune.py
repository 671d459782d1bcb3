"""The zoo's checkpoints fit: the same variables, and all of them but the class heads start a model of other classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfodkit import resources
from tfodkit.errors import CheckpointError
from tfodkit.odapi.fine_tune import load_fine_tune_checkpoint
from tfodkit.odapi.model import build_model, create_variables

ZOO = Path(__file__).parents[2] / ".." / "shared" / "data" / "zoo_variables"
TEMPLATES = ("ssd_mobilenet_v2_320x320_coco17", "ssd_mobilenet_v2_fpnlite_320x320_coco17")
# what is in a published checkpoint beside the model: the object graph, and the count of saves
BESIDE_THE_MODEL = {"_CHECKPOINTABLE_OBJECT_GRAPH", "save_counter/.ATTRIBUTES/VARIABLE_VALUE"}

pytestmark = pytest.mark.tensorflow


def build(template: str, classes: int) -> Any:
    text = (resources.folder("templates") / f"{template}.config").read_text(encoding="utf-8")
    model = build_model(text.replace("num_classes: 90", f"num_classes: {classes}"), is_training=True)
    create_variables(model)
    return model


@pytest.fixture(scope="module", params=TEMPLATES)
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A template, and a checkpoint of random numbers under the names of its 90-class model."""
    import tensorflow as tf

    model = build(request.param, classes=90)
    generator = np.random.default_rng(0)
    for variable in model.variables:
        variable.assign(generator.normal(size=variable.shape))
    return request.param, Path(tf.train.Checkpoint(model=model).save(str(tmp_path_factory.mktemp("zoo") / "ckpt")))


def test_the_model_has_the_variables_of_the_published_checkpoint(published: tuple[str, Path]) -> None:
    import tensorflow as tf

    template, checkpoint = published
    table = ZOO / f"{template}_tpu-8.tsv"
    if not table.is_file():
        pytest.skip(f"the names of the published variables are not here: {table}")
    lines = [line.partition("\t") for line in table.read_text(encoding="utf-8").splitlines()]
    theirs = {name: [int(size) for size in shape.split(",") if size] for name, _, shape in lines}
    ours = dict(tf.train.list_variables(str(checkpoint)))
    assert set(theirs) >= BESIDE_THE_MODEL
    assert ours == theirs


def test_all_but_the_class_heads_are_restored(published: tuple[str, Path]) -> None:
    import tensorflow as tf

    template, checkpoint = published
    model = build(template, classes=3)
    report = load_fine_tune_checkpoint(model, checkpoint, "detection")

    assert report.total == len(model.variables)
    assert report.missing == ()
    assert report.matched == report.total - len(report.other_shape)
    assert all("_prediction_heads/class_predictions_with_background" in name for name in report.other_shape)
    assert f"{report.matched} of {report.total} variables restored" in str(report)

    stored = tf.train.load_checkpoint(str(checkpoint))
    again = tf.train.load_checkpoint(tf.train.Checkpoint(model=model).write(str(checkpoint.parent / "again")))
    for name in set(again.get_variable_to_shape_map()) - BESIDE_THE_MODEL:
        is_head = any(name.startswith(path) for path in report.other_shape)
        assert np.array_equal(again.get_tensor(name), stored.get_tensor(name)) != is_head, name


def test_full_wants_everything(published: tuple[str, Path]) -> None:
    template, checkpoint = published
    with pytest.raises(CheckpointError, match=r"fine_tune_checkpoint_type is full, but only \d+ of \d+ variables"):
        load_fine_tune_checkpoint(build(template, classes=3), checkpoint, "full")


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path, published: tuple[str, Path]) -> None:
    import tensorflow as tf

    path = tf.train.Checkpoint(other=tf.Variable(1.0)).write(str(tmp_path / "ckpt"))
    with pytest.raises(CheckpointError, match=r"none of the model's \d+ variables is in the checkpoint"):
        load_fine_tune_checkpoint(build(published[0], classes=3), Path(path), "detection")


def test_a_checkpoint_of_tensorflow_1_is_refused_by_name(tmp_path: Path) -> None:
    import tensorflow as tf

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variable = tf.compat.v1.get_variable("a", initializer=1.0)
        session.run(variable.initializer)
        path = tf.compat.v1.train.Saver([variable]).save(session, str(tmp_path / "model.ckpt"))
    with pytest.raises(CheckpointError, match="is a name-based checkpoint of TensorFlow 1"):
        load_fine_tune_checkpoint(None, Path(path), "detection")


def test_a_missing_checkpoint_says_what_a_prefix_is(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"is no readable checkpoint .*\. A checkpoint is named by its prefix"):
        load_fine_tune_checkpoint(None, tmp_path / "ckpt-0", "detection")

from __future__ import annotations

from pathlib import Path

import pytest
from checkpoint_builders import write_checkpoint, write_tensors

from tfodkit.config.checkpoint.objects import OBJECT_GRAPH, read_objects
from tfodkit.errors import CheckpointError

VARIABLES = {
    "model/_feature_extractor/classification_backbone/layer-0/kernel": (3, 3, 3, 32),
    "model/_box_predictor/0/bias": (12,),
    "save_counter": (),
}


def test_the_variables_by_their_paths(tmp_path: Path) -> None:
    stored = read_objects(write_checkpoint(tmp_path / "ckpt-1", VARIABLES))
    assert not stored.is_name_based
    assert stored.variables == VARIABLES
    assert stored.below("model/_box_predictor") == {"0/bias": (12,)}
    assert stored.below("model/_box") == {}


def test_what_the_model_holds_is_named_by_the_model_s_path_whatever_holds_it_too(tmp_path: Path) -> None:
    """An optimizer that keeps averages lists the model's variables, on shorter paths."""
    edges = {f"optimizer/_model_weights/{number}": path for number, path in enumerate(VARIABLES)}
    assert read_objects(write_checkpoint(tmp_path / "ckpt-1", VARIABLES, edges=edges)).variables == VARIABLES


def test_of_two_paths_the_shorter_one_counts(tmp_path: Path) -> None:
    edges = {"model/bias": "model/_box_predictor/0/bias"}
    assert "model/bias" in read_objects(write_checkpoint(tmp_path / "ckpt-1", VARIABLES, edges=edges)).variables


def test_names_alone_are_tensorflow_1_s(tmp_path: Path) -> None:
    stored = read_objects(write_tensors(tmp_path / "model.ckpt", {"FeatureExtractor/weights": (3, 3)}))
    assert stored.is_name_based
    assert stored.variables == {"FeatureExtractor/weights": (3, 3)}


def test_a_graph_with_a_changed_byte(tmp_path: Path) -> None:
    prefix = write_checkpoint(tmp_path / "ckpt-1", VARIABLES)
    data = prefix.with_name("ckpt-1.data-00000-of-00001")
    content = data.read_bytes()
    data.write_bytes(content.replace(b"_box_predictor", b"_bax_predictor"))
    with pytest.raises(CheckpointError, match=rf"00001: has a wrong checksum of {OBJECT_GRAPH}\. Copy or unpack"):
        read_objects(prefix)


@pytest.mark.parametrize("graph", [b"no message", b"\x0a\x06\x0a\x04\x08\x07\x12\x00"])
def test_a_graph_that_is_none(tmp_path: Path, graph: bytes) -> None:
    """The second one has an edge to a node that is not there."""
    prefix = write_tensors(tmp_path / "ckpt-1", {"a": ()}, graph)
    with pytest.raises(CheckpointError, match=r"ckpt-1: holds no readable graph of its objects\. Copy"):
        read_objects(prefix)


@pytest.mark.tensorflow
def test_it_reads_what_tensorflow_writes(tmp_path: Path) -> None:
    import tensorflow as tf

    model = tf.Module()
    model.layers = [tf.Variable(tf.zeros([3, number])) for number in range(300)]
    model.same = model.layers
    prefix = tf.train.Checkpoint(step=tf.Variable(0), model=model).save(str(tmp_path / "ckpt"))
    shapes = tf.train.load_checkpoint(prefix).get_variable_to_shape_map()
    value = "/.ATTRIBUTES/VARIABLE_VALUE"
    expected = {name.removesuffix(value): shape for name, shape in shapes.items() if name.endswith(value)}
    assert {path: list(shape) for path, shape in read_objects(Path(prefix)).variables.items()} == expected

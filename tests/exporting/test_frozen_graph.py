"""The promise to users of TensorFlow 1's frozen graphs: their program of ten lines runs on ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfodkit.exporting.frozen_graph import VARIABLE_OPERATIONS

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def graph_def(tiny_export: Path) -> Any:
    import tensorflow as tf

    graph_def = tf.compat.v1.GraphDef()
    graph_def.ParseFromString((tiny_export / "frozen_inference_graph.pb").read_bytes())
    return graph_def


def test_no_function_no_variable_and_one_placeholder_is_left(graph_def: Any) -> None:
    assert not graph_def.library.function
    assert not {node.op for node in graph_def.node} & VARIABLE_OPERATIONS
    assert not {node.op for node in graph_def.node} & {"PartitionedCall", "StatefulPartitionedCall", "If", "While"}
    assert [node.name for node in graph_def.node if node.op == "Placeholder"] == ["image_tensor"]


def test_a_program_of_tensorflow_1_runs_it_and_gets_the_detections_of_the_saved_model(
    graph_def: Any, tiny_export: Path
) -> None:
    import tensorflow as tf

    images = np.random.default_rng(1).integers(0, 256, (2, 90, 120, 3), np.uint8)
    names = ("detection_boxes", "detection_scores", "detection_classes", "num_detections")
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            found = session.run([f"{name}:0" for name in names], feed_dict={"image_tensor:0": images})
    signature = tf.saved_model.load(str(tiny_export / "saved_model")).signatures["serving_default"]
    expected = signature(input_tensor=tf.constant(images))
    for name, array in zip(names, found, strict=True):
        assert array.dtype == np.float32
        np.testing.assert_allclose(array, expected[name].numpy(), atol=1e-4)
    boxes, scores, classes, count = found
    assert boxes.shape == (2, 100, 4)
    assert count.tolist() == [100, 100]
    assert set(np.unique(classes)) == {1, 2, 3}
    assert scores[0].std() > 0.01, "the tiny detector's scores say nothing"


def test_input_and_outputs_have_the_shapes_that_they_had(graph_def: Any) -> None:
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
    image_tensor = graph.get_tensor_by_name("image_tensor:0")
    assert (image_tensor.dtype, image_tensor.shape.as_list()) == (tf.uint8, [None, None, None, 3])
    assert graph.get_tensor_by_name("num_detections:0").shape.as_list() == [None]

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfodkit.errors import ExportError
from tfodkit.inference import Detector


def test_boxes_are_pixels_of_the_picture(detector: Detector) -> None:
    found = detector.detect(np.zeros((100, 200, 3), np.uint8))
    np.testing.assert_allclose(found.boxes_xyxy, [[40, 10, 120, 50], [0, 0, 100, 100], [0, 0, 200, 100]], rtol=1e-6)
    np.testing.assert_allclose(found.scores, [0.9, 0.75, 0.3])
    assert found.class_ids.tolist() == [1, 2, 1]


def test_a_pillow_image_is_turned_upright(detector: Detector, runtime: object) -> None:
    image = Image.new("L", (40, 20))
    image.getexif()[0x0112] = 6
    detector.detect(image)
    assert [seen.shape for seen in runtime.seen] == [(40, 20, 3)]  # type: ignore[attr-defined]


def test_classes_beyond_the_label_map_have_a_name_too(detector: Detector) -> None:
    assert [detector.name_of(class_id) for class_id in (1, 2, 3)] == ["bagel", "mug", "class 3"]


def test_a_model_without_a_label_map_is_named_before_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "frozen_inference_graph.pb").touch()
    with pytest.raises(ExportError, match=r"there is no label_map\.pbtxt beside the model"):
        Detector.open(tmp_path)


@pytest.mark.tensorflow
def test_every_form_detects_the_same(tiny_export: Path) -> None:
    image = np.random.default_rng(3).integers(0, 256, (80, 120, 3), np.uint8)
    saved_model = Detector.open(tiny_export)
    frozen_graph = Detector.open(tiny_export / "frozen_inference_graph.pb")
    assert (saved_model.format_name, frozen_graph.format_name) == ("saved_model", "frozen_graph")
    assert saved_model.class_names == {1: "bagel", 2: "mug", 3: "žemľa"}
    one, other = saved_model.detect(image), frozen_graph.detect(image)
    assert len(one) == 100
    np.testing.assert_allclose(one.scores, other.scores, atol=1e-4)
    assert (one.boxes_xyxy.min(), one.boxes_xyxy.max() <= 120) == (pytest.approx(0, abs=60), True)


@pytest.mark.tensorflow
@pytest.mark.parametrize("form", ["saved_model", "frozen_graph"])
def test_a_damaged_model_is_named(tmp_path: Path, form: str) -> None:
    (tmp_path / "label_map.pbtxt").write_text('item { name: "mug" id: 1 }')
    (tmp_path / "saved_model").mkdir()
    (tmp_path / "saved_model" / "saved_model.pb").write_bytes(b"\x00 no graph")
    (tmp_path / "frozen_inference_graph.pb").write_bytes(b"\x00 no graph")
    with pytest.raises(ExportError, match="can't be loaded as a") as caught:
        Detector.open(tmp_path, format=form)
    assert "Export the model again" in str(caught.value)


@pytest.mark.tensorflow
def test_models_that_detect_nothing_are_refused(tmp_path: Path) -> None:
    import tensorflow as tf

    (tmp_path / "label_map.pbtxt").write_text('item { name: "mug" id: 1 }')
    with tf.Graph().as_default() as graph:
        tf.compat.v1.placeholder(tf.uint8, [None, None, None, 3], name="image_tensor")
    (tmp_path / "frozen_inference_graph.pb").write_bytes(graph.as_graph_def().SerializeToString())
    with pytest.raises(ExportError, match=r"is no detector of pictures .*detection_boxes"):
        Detector.open(tmp_path)

    module = tf.Module()
    module.double = tf.function(lambda x: {"doubled": 2 * x}, input_signature=[tf.TensorSpec([None], tf.float32)])
    tf.saved_model.save(module, str(tmp_path / "saved_model"), signatures=module.double.get_concrete_function())
    with pytest.raises(ExportError, match="is no detector: its signature lacks detection_boxes"):
        Detector.open(tmp_path / "saved_model")

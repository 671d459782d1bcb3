from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfodkit.config.pipeline import parse_pipeline
from tfodkit.errors import ExportError
from tfodkit.exporting import onnx_form
from tfodkit.exporting.onnx_form import OPSET, refuse_onnx, write_onnx
from tfodkit.inference import Detector
from tfodkit.inference.onnx_model import OnnxRuntime


def test_a_machine_without_the_converter_is_told_what_to_install(
    tiny_config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = parse_pipeline(tiny_config, "pipeline.config")
    assert refuse_onnx(pipeline) is None
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(onnx_form, "find_spec", lambda name: None if name == "tf2onnx" else find_spec(name))
    assert refuse_onnx(pipeline) == "tf2onnx is not installed (pip install 'tfodkit[onnx]')"
    monkeypatch.setattr(onnx_form, "find_spec", lambda _: None)
    assert refuse_onnx(pipeline) == "tf2onnx, onnx, onnxruntime are not installed (pip install 'tfodkit[onnx]')"


@pytest.fixture(scope="module")
def exported(tiny_export: Path) -> Any:
    import onnx

    return onnx.load(tiny_export / "onnx" / "model.onnx")


def sides(tensor: Any) -> list[int | str]:
    return [side.dim_value or side.dim_param for side in tensor.type.tensor_type.shape.dim]


@pytest.mark.tensorflow
def test_the_file_is_a_model_of_the_opset_that_is_promised(exported: Any) -> None:
    import onnx

    onnx.checker.check_model(exported, full_check=True)
    assert {entry.domain: entry.version for entry in exported.opset_import}[""] == OPSET


@pytest.mark.tensorflow
def test_input_and_outputs_have_the_names_and_sides_of_the_saved_model(exported: Any) -> None:
    assert {tensor.name: sides(tensor) for tensor in exported.graph.input} == {
        "input_tensor": ["batch", "height", "width", 3]
    }
    outputs = {tensor.name: sides(tensor) for tensor in exported.graph.output}
    assert outputs["detection_boxes"] == ["batch", 100, 4]
    assert outputs["detection_scores"] == outputs["detection_classes"] == ["batch", 100]
    assert outputs["num_detections"] == ["batch"]
    assert outputs["raw_detection_boxes"] == ["batch", "", 4]


@pytest.mark.tensorflow
def test_a_lone_file_names_its_classes(tiny_export: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").symlink_to(tiny_export / "onnx" / "model.onnx")
    assert Detector.open(tmp_path / "mine.onnx").class_names == {1: "bagel", 2: "mug", 3: "žemľa"}


@pytest.mark.tensorflow
def test_it_detects_what_the_checkpoint_detects(tiny_export: Path) -> None:
    parity = json.loads((tiny_export / "export.json").read_text(encoding="utf-8"))["parity"]
    (onnx,) = (form for form in parity if form["format"] == "onnx")
    assert onnx["detections"] > 100, "too little was compared to mean something"
    assert onnx["score_difference"] <= 1e-4
    assert onnx["box_difference"] <= 1e-3


@pytest.mark.tensorflow
def test_a_batch_gives_what_its_pictures_give_alone(tiny_export: Path) -> None:
    runtime = OnnxRuntime(tiny_export / "onnx" / "model.onnx")
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 80, 3), np.uint8)
    for index, together in enumerate(runtime.run(images)):
        (alone,) = runtime.run(images[index : index + 1])
        np.testing.assert_allclose(together.scores, alone.scores, atol=1e-5)
        np.testing.assert_array_equal(together.class_ids, alone.class_ids)


@dataclass(frozen=True)
class TracedModel:
    concrete_function: Any


@dataclass(frozen=True)
class TracedJob:
    model: TracedModel
    class_names: dict[int, str]


@pytest.mark.tensorflow
def test_an_operation_that_onnx_has_not_is_named(tmp_path: Path) -> None:
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([None, 3, 3], tf.float32, name="input_tensor")])
    def invert(input_tensor: Any) -> Any:
        return {"detection_scores": tf.linalg.inv(input_tensor)}

    job = TracedJob(TracedModel(invert.get_concrete_function()), {1: "mug"})
    with pytest.raises(ExportError, match=r"ONNX: it has no counterpart of MatrixInverse\. Leave onnx out"):
        write_onnx(job, tmp_path / "model.onnx")  # type: ignore[arg-type]
    assert not (tmp_path / "model.onnx").exists()


@pytest.mark.tensorflow
@pytest.mark.parametrize("factor", [2, 3])
def test_enlarging_to_the_nearest_is_said_as_onnx_says_it_now(factor: int, tmp_path: Path) -> None:
    import onnxruntime
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([1, 5, 7, 2], tf.float32, name="input_tensor")])
    def enlarge(input_tensor: Any) -> Any:
        sides = [5 * factor, 7 * factor]
        return {"detection_scores": tf.image.resize(input_tensor, sides, method="nearest")}

    write_onnx(TracedJob(TracedModel(enlarge.get_concrete_function()), {1: "mug"}), tmp_path / "model.onnx")  # type: ignore[arg-type]
    assert b"tf_half_pixel_for_nn" not in (tmp_path / "model.onnx").read_bytes()
    values = np.arange(70, dtype=np.float32).reshape(1, 5, 7, 2)
    (found,) = onnxruntime.InferenceSession(tmp_path / "model.onnx").run(None, {"input_tensor": values})
    np.testing.assert_array_equal(found, enlarge(tf.constant(values))["detection_scores"])

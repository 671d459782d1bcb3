"""ONNX models made by hand, of a few nodes: the runtime needs no more, and no TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tfodkit.errors import ExportError, SetupError
from tfodkit.inference import Detector
from tfodkit.inference.formats import locate
from tfodkit.inference.onnx_model import OnnxRuntime, onnx_class_names

BRIGHTNESS = "detection_scores"
NAMES = {"class_names": '{"2": "žemľa", "1": "mug"}'}
SAYS: Mapping[str, Sequence[float]] = {
    "detection_boxes": [0.1, 0.2, 0.5, 0.6],
    "detection_classes": [2.0],
    "num_detections": [1.0],
}


def write_model(
    path: Path,
    *,
    image_type: int = TensorProto.UINT8,
    without: str = "",
    metadata: Mapping[str, str] = NAMES,
) -> Path:
    """A detector that says of every picture: one box of class 2, whose score is the picture's first value / 255."""
    shapes = {"detection_boxes": ["b", 1, 4], "detection_classes": ["b", 1], "num_detections": ["b"]}
    nodes = [
        helper.make_node("Cast", ["image"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("Slice", ["pixels", "zeros", "ones", "axes"], ["first"]),
        helper.make_node("Reshape", ["first", "column"], ["value"]),
        helper.make_node("Div", ["value", "white"], [BRIGHTNESS]),
        helper.make_node("Shape", ["image"], ["batch"], start=0, end=1),
    ]
    constants = [
        helper.make_tensor("zeros", TensorProto.INT64, [3], [0, 0, 0]),
        helper.make_tensor("ones", TensorProto.INT64, [3], [1, 1, 1]),
        helper.make_tensor("axes", TensorProto.INT64, [3], [1, 2, 3]),
        helper.make_tensor("column", TensorProto.INT64, [2], [-1, 1]),
        helper.make_tensor("white", TensorProto.FLOAT, [], [255.0]),
    ]
    for name, values in SAYS.items():
        constants.append(helper.make_tensor(f"{name}_values", TensorProto.FLOAT, [1, *shapes[name][1:]], values))
        constants.append(
            helper.make_tensor(f"{name}_sides", TensorProto.INT64, [len(shapes[name]) - 1], shapes[name][1:])
        )
        nodes.append(helper.make_node("Concat", ["batch", f"{name}_sides"], [f"{name}_shape"], axis=0))
        nodes.append(helper.make_node("Expand", [f"{name}_values", f"{name}_shape"], [name]))
    shapes[BRIGHTNESS] = ["b", 1]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    graph = helper.make_graph(
        nodes,
        "detector",
        [helper.make_tensor_value_info("image", image_type, ["b", "h", "w", 3])],
        [output for output in outputs if output.name != without],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "mine.onnx")


def test_the_outputs_are_told_picture_by_picture(model: Path) -> None:
    images = np.zeros((2, 6, 9, 3), np.uint8)
    images[1, 0, 0, 0] = 51
    dark, bright = OnnxRuntime(model).run(images)
    assert (dark.scores.tolist(), bright.scores.tolist()) == ([0.0], [pytest.approx(0.2)])
    np.testing.assert_allclose(bright.boxes_yxyx_norm, [[0.1, 0.2, 0.5, 0.6]], rtol=1e-6)
    assert (bright.class_ids.tolist(), bright.class_ids.dtype, bright.limit) == ([2], np.int64, 1)


def test_a_lone_file_names_its_classes_in_the_order_of_their_ids(model: Path) -> None:
    detector = Detector.open(model)
    assert list(detector.class_names.items()) == [(1, "mug"), (2, "žemľa")]
    assert (detector.format_name, detector.name_of(2)) == ("onnx", "žemľa")


def test_a_label_map_beside_it_is_believed_first(model: Path) -> None:
    (model.parent / "label_map.pbtxt").write_text('item { name: "cup" id: 2 }')
    assert Detector.open(model).class_names == {2: "cup"}


def test_a_lone_file_that_names_no_classes_needs_a_label_map(tmp_path: Path) -> None:
    path = write_model(tmp_path / "mine.onnx", metadata={"author": "somebody"})
    assert onnx_class_names(path) == {}
    with pytest.raises(ExportError, match=r"mine\.onnx: there is no label_map\.pbtxt beside the model"):
        Detector.open(path)


@pytest.mark.parametrize("text", ["mug, bagel", '["mug"]', '{"one": "mug"}'])
def test_names_that_can_t_be_read_are_an_error(tmp_path: Path, text: str) -> None:
    path = write_model(tmp_path / "mine.onnx", metadata={"class_names": text})
    with pytest.raises(ExportError, match="says of its classes what can't be read"):
        onnx_class_names(path)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(b"\x00 no model")
    with pytest.raises(ExportError, match=r"mine\.onnx: can't be loaded as an ONNX model \(.* failed\)\. Export"):
        OnnxRuntime(locate(tmp_path / "mine.onnx").path)


def test_a_model_of_something_else_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is no detector: it has no output num_detections"):
        OnnxRuntime(write_model(tmp_path / "one.onnx", without="num_detections"))
    with pytest.raises(ExportError, match=r"takes image: tensor\(float\), not one uint8 picture"):
        OnnxRuntime(write_model(tmp_path / "two.onnx", image_type=TensorProto.FLOAT))


def test_a_machine_without_onnx_runtime_is_told_what_to_install(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(SetupError, match=r"onnxruntime: is not installed.*pip install 'tfodkit\[onnx\]'\."):
        OnnxRuntime(model)


def test_it_runs_without_tensorflow_and_says_nothing(model: Path) -> None:
    program = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "from tfodkit.inference.onnx_model import OnnxRuntime\n"
        "OnnxRuntime(Path(sys.argv[1])).run(np.zeros((1, 4, 4, 3), np.uint8))\n"
        "print(sorted({'tensorflow', 'onnx', 'tf2onnx'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(model)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")

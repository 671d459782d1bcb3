from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from tflite_builders import UINT8, make_converted, write_tflite

from tfodkit.errors import ExportError
from tfodkit.inference import Detector
from tfodkit.inference.resizing import Resizing
from tfodkit.inference.tflite import TFLiteRuntime

LEFT = (0.1, 0.1, 0.5, 0.3)
RIGHT = (0.1, 0.6, 0.5, 0.9)


def grey(height: int = 20, width: int = 30) -> np.ndarray:
    return np.full((height, width, 3), 100, np.uint8)


def test_outputs_are_found_by_name_and_class_ids_count_from_1(tmp_path: Path) -> None:
    runtime = TFLiteRuntime(write_tflite(tmp_path / "m.tflite", (LEFT, 0.9, 1), (RIGHT, 0.4, 0)))
    (outputs,) = runtime.run(grey()[np.newaxis])
    np.testing.assert_allclose(outputs.boxes_yxyx_norm, [LEFT, RIGHT])
    np.testing.assert_allclose(outputs.scores, [0.9, 0.4])
    assert outputs.class_ids.tolist() == [2, 1]
    assert outputs.limit == 2


def test_every_picture_of_a_batch_is_answered(tmp_path: Path) -> None:
    runtime = TFLiteRuntime(write_tflite(tmp_path / "m.tflite", (LEFT, 0.9, 1)))
    assert len(runtime.run(np.stack([grey()] * 3))) == 3


def test_boxes_are_those_of_the_picture_not_of_the_padded_input(tmp_path: Path) -> None:
    resizing = Resizing(8, 8, shorter=8)
    path = write_tflite(tmp_path / "m.tflite", ((0.1, 0.1, 0.5, 0.9), 0.9, 0), resizing=resizing)
    (outputs,) = TFLiteRuntime(path).run(grey(20, 40)[np.newaxis])
    np.testing.assert_allclose(outputs.boxes_yxyx_norm, [[0.2, 0.1, 1.0, 0.9]], rtol=1e-6)


def test_what_lies_outside_of_the_picture_is_left_out(tmp_path: Path) -> None:
    resizing = Resizing(8, 8, shorter=8)
    found = [((0.6, 0.1, 0.9, 0.9), 0.9, 0), (LEFT, 0.8, 1)]  # the first one in the padding
    (outputs,) = TFLiteRuntime(write_tflite(tmp_path / "m.tflite", *found, resizing=resizing)).run(
        grey(20, 40)[np.newaxis]
    )
    assert outputs.class_ids.tolist() == [2]
    assert outputs.limit == 1, "the other place was spent"


def test_a_point_that_a_model_gives_as_a_box_is_kept_as_the_checkpoint_keeps_it(tmp_path: Path) -> None:
    (outputs,) = TFLiteRuntime(write_tflite(tmp_path / "m.tflite", ((0.3, 0.4, 0.3, 0.4), 0.9, 0))).run(
        grey()[np.newaxis]
    )
    assert outputs.class_ids.tolist() == [1]


def test_a_float_model_is_fed_values_and_an_integer_model_whole_bytes(tmp_path: Path) -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[0] = 101
    fed = []
    for name, takes in (("float", 0), ("bytes", UINT8)):
        runtime = TFLiteRuntime(write_tflite(tmp_path / name, (LEFT, 0.9, 1), resizing=Resizing(4, 4), takes=takes))
        runtime.run(picture[np.newaxis])
        fed.append(runtime._interpreter.get_tensor(0)[0, :, 0, 0])
    assert fed[0].dtype == np.float32
    assert fed[0].tolist() == [101, 50.5, 0, 0]
    assert fed[1].dtype == np.uint8
    assert fed[1].tolist() == [101, 50, 0, 0]


def test_a_lone_file_names_its_classes_itself(tmp_path: Path) -> None:
    path = write_tflite(tmp_path / "m.tflite", (LEFT, 0.9, 2), labels=("bagel", "???", "žemľa"))
    detector = Detector.open(path)
    assert detector.class_names == {1: "bagel", 3: "žemľa"}
    assert [detector.name_of(int(class_id)) for class_id in detector.detect(grey()).class_ids] == ["žemľa"]


def test_a_model_without_metadata_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(make_converted((LEFT, 0.9, 1)))
    with pytest.raises(ExportError, match=r"m\.tflite: has no metadata that can be read \(there are none\)\. Export"):
        TFLiteRuntime(path)


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    for content in (b"", b"not a model, but long enough for one"):
        path.write_bytes(content)
        with pytest.raises(ExportError, match=r"m\.tflite: .* is no TensorFlow Lite model"):
            TFLiteRuntime(path)
    with pytest.raises(ExportError, match=r"absent\.tflite: can't be read"):
        TFLiteRuntime(tmp_path / "absent.tflite")


def test_tensorflow_is_not_needed(tmp_path: Path) -> None:
    import subprocess

    path = write_tflite(tmp_path / "m.tflite", (LEFT, 0.9, 1))
    program = (
        "import sys, numpy as np; from tfodkit.inference import Detector;"
        f"print(len(Detector.open({str(path)!r}).detect(np.zeros((5, 5, 3), np.uint8))), 'tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]

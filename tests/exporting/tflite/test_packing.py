from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from tflite_builders import make_converted, write_tflite

from tfodkit.errors import ExportError
from tfodkit.exporting.tflite.packing import pack
from tfodkit.inference.resizing import Resizing
from tfodkit.inference.tflite_metadata import format_resizing, parse_resizing, read_metadata
from tfodkit.odapi.tflite import OUTPUTS

SAID = ((0.1, 0.1, 0.5, 0.3), 0.9, 1)


def test_the_labels_are_in_an_archive_that_anything_can_open(tmp_path: Path) -> None:
    path = write_tflite(tmp_path / "m.tflite", SAID, labels=("bagel", "žemľa"))
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["labelmap.txt", "resizing.json"]
        assert archive.read("labelmap.txt").decode() == "bagel\nžemľa\n"
        assert archive.testzip() is None


def test_outputs_come_in_the_order_that_programs_read_them_by(tmp_path: Path) -> None:
    def shapes(content: bytes) -> list[tuple[int, ...]]:
        interpreter = Interpreter(model_content=content)
        interpreter.allocate_tensors()
        return [tuple(detail["shape"]) for detail in interpreter.get_output_details()]

    converted = make_converted(SAID, SAID)
    assert shapes(converted) == [(1,), (1, 2), (1, 2), (1, 2, 4)]
    assert shapes(pack(converted, OUTPUTS, b"", {"a": "b"})) == [(1, 2, 4), (1, 2), (1, 2), (1,)]


def test_weights_lie_where_a_runtime_can_use_them_in_place() -> None:
    packed = pack(make_converted(SAID), OUTPUTS, b"metadata", {})
    model = schema.Model.GetRootAs(packed)
    buffers = [model.Buffers(index) for index in range(model.BuffersLength())]
    content = np.frombuffer(packed, np.uint8)
    starts = [buffer.DataAsNumpy().ctypes.data - content.ctypes.data for buffer in buffers if not buffer.DataIsNone()]
    assert len(starts) == 5
    assert {start % 16 for start in starts} == {0}


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_tflite(tmp_path / name, SAID).read_bytes() for name in ("a", "b"))
    assert first == second


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    resizing = Resizing(96, 96, shorter=64, padding=(123.675, 116.25, 103.5))
    path = write_tflite(tmp_path / "m.tflite", SAID, labels=("bagel", "???", "mug"), resizing=resizing)
    metadata = read_metadata(path.read_bytes(), "m.tflite")
    assert metadata.outputs == ("location", "category", "score", "number of detections")
    assert (metadata.mean, metadata.std) == ((0.0,), (1.0,))
    assert metadata.class_names == {1: "bagel", 3: "mug"}
    assert metadata.resizing == resizing
    assert parse_resizing(format_resizing(resizing)) == resizing


def test_metadata_of_another_kind_of_model_are_refused() -> None:
    from tfodkit.exporting.tflite.flat_tables import flat_buffer

    other = flat_buffer({3: [{2: [{0: "image"}], 3: [{0: "probability"}]}]}, "M001")
    packed = pack(make_converted(SAID), OUTPUTS, other, {})
    with pytest.raises(ExportError, match=r"m\.tflite: is no detector: its metadata name no output location, category"):
        read_metadata(packed, "m.tflite")


@pytest.mark.parametrize("damage", [b"", b"\x00" * 4, b"\xff" * 64])
def test_damaged_metadata_are_refused(damage: bytes) -> None:
    packed = pack(make_converted(SAID), OUTPUTS, damage, {})
    with pytest.raises(ExportError, match=r"m\.tflite: .*metadata"):
        read_metadata(packed, "m.tflite")

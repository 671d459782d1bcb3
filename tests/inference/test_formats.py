from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.errors import ExportError, UsageError
from tfodkit.inference.formats import locate


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    folder = tmp_path / "exported"
    (folder / "saved_model").mkdir(parents=True)
    (folder / "saved_model" / "saved_model.pb").touch()
    (folder / "frozen_inference_graph.pb").touch()
    (folder / "label_map.pbtxt").touch()
    return folder


def test_an_export_folder_opens_as_its_saved_model_or_as_what_is_asked_for(exported: Path) -> None:
    assert locate(exported).path == exported / "saved_model"
    assert locate(exported, "frozen_graph").path == exported / "frozen_inference_graph.pb"


def test_an_export_folder_with_one_form_opens_as_that(exported: Path) -> None:
    (exported / "saved_model" / "saved_model.pb").unlink()
    (exported / "saved_model").rmdir()
    assert locate(exported).format.name == "frozen_graph"
    with pytest.raises(ExportError, match="holds no saved_model"):
        locate(exported, "saved_model")


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("saved_model", "saved_model"),
        ("saved_model/saved_model.pb", "saved_model"),
        ("frozen_inference_graph.pb", "frozen_graph"),
    ],
)
def test_a_form_opens_by_its_own_path_and_finds_the_label_map(exported: Path, place: str, name: str) -> None:
    model = locate(exported / place)
    assert model.format.name == name
    assert model.find_label_map() == exported / "label_map.pbtxt"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("mine.onnx", "onnx"),
        ("MINE.ONNX", "onnx"),
        ("mine.pb", "frozen_graph"),
        ("mine.tflite", "tflite_float32"),
        ("model_int8.tflite", "tflite_int8"),
    ],
)
def test_a_file_of_any_name_is_told_by_its_ending(tmp_path: Path, name: str, form: str) -> None:
    (tmp_path / name).touch()
    assert locate(tmp_path / name).format.name == form


def test_a_file_without_an_ending_is_a_frozen_graph(tmp_path: Path) -> None:
    (tmp_path / "graph").touch()
    assert locate(tmp_path / "graph").format.name == "frozen_graph"


def test_a_file_of_another_ending_is_not_opened_as_what_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").touch()
    with pytest.raises(ExportError, match=r"mine\.onnx: holds no frozen_graph"):
        locate(tmp_path / "mine.onnx", "frozen_graph")


def test_a_form_in_a_folder_of_its_own_finds_the_label_map_of_the_export(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (exported / "onnx").mkdir()
    (exported / "onnx" / "model.onnx").touch()
    assert locate(exported, "onnx").find_label_map() == exported / "label_map.pbtxt"
    monkeypatch.chdir(exported / "onnx")
    assert locate(Path("model.onnx")).find_label_map() == exported / "label_map.pbtxt"


def test_a_label_map_far_above_a_model_is_not_its_own(exported: Path) -> None:
    (exported / "deep").mkdir()
    for name in ("graph.pb", "mine.onnx"):
        (exported / "deep" / name).touch()
        assert locate(exported / "deep" / name).find_label_map() is None


def test_a_label_map_in_the_saved_model_comes_first(exported: Path) -> None:
    (exported / "saved_model" / "label_map.pbtxt").touch()
    assert locate(exported).find_label_map() == exported / "saved_model" / "label_map.pbtxt"


def test_what_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"absent: does not exist\. Name a folder that tfodkit export made"):
        locate(tmp_path / "absent")
    with pytest.raises(ExportError, match="holds no saved_model and no frozen_graph"):
        locate(tmp_path)


def test_an_unknown_form_is_a_usage_error(exported: Path) -> None:
    with pytest.raises(UsageError, match=r"'caffe' is no exported form\. Choose one of: saved_model, frozen_graph, "):
        locate(exported, "caffe")

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


def test_a_label_map_in_the_saved_model_comes_first(exported: Path) -> None:
    (exported / "saved_model" / "label_map.pbtxt").touch()
    assert locate(exported).find_label_map() == exported / "saved_model" / "label_map.pbtxt"


def test_what_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"absent: does not exist\. Name a folder that tfodkit export made"):
        locate(tmp_path / "absent")
    with pytest.raises(ExportError, match="holds no saved_model and no frozen_graph"):
        locate(tmp_path)


def test_an_unknown_form_is_a_usage_error(exported: Path) -> None:
    with pytest.raises(UsageError, match=r"'tflite' is no exported form\. Choose one of: saved_model, frozen_graph\."):
        locate(exported, "tflite")

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tfodkit.errors import CheckpointError, ConfigError, ExportError, OutputError
from tfodkit.exporting import ExportSource, export, export_checkpoint, exporter, job
from tfodkit.files import sha256


@pytest.fixture
def source(tmp_path: Path, tiny_config: str) -> ExportSource:
    """A source without a checkpoint: enough for everything that is refused before TensorFlow is loaded."""
    (tmp_path / "pipeline.config").write_text(tiny_config)
    (tmp_path / "label_map.pbtxt").write_text('item { name: "bagel" id: 1 }')
    return ExportSource(tmp_path / "pipeline.config", tmp_path / "best" / "ckpt-1", tmp_path / "label_map.pbtxt")


class FakeModel:
    """Writes its forms as files of a few bytes."""

    averaged = False

    def write_checkpoint(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "ckpt-0.index").write_bytes(b"weights")


def test_a_folder_that_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="run: does not exist"):
        export(tmp_path / "run", tmp_path / "exported")


def test_an_export_folder_with_content_is_kept(source: ExportSource, tmp_path: Path) -> None:
    (tmp_path / "exported").mkdir()
    (tmp_path / "exported" / "mine").touch()
    with pytest.raises(OutputError, match=r"no export\.json"):
        export_checkpoint(source, tmp_path / "exported")


def test_a_missing_label_map_is_named(source: ExportSource, tmp_path: Path) -> None:
    source.label_map.unlink()
    with pytest.raises(ExportError, match=r"label_map\.pbtxt: the label map is missing"):
        export_checkpoint(source, tmp_path / "exported")


def test_a_broken_config_is_named_with_its_line(source: ExportSource, tmp_path: Path) -> None:
    source.config.write_text("model {\n  sdd {}\n}\n")
    with pytest.raises(ConfigError, match=r"pipeline\.config:2"):
        export_checkpoint(source, tmp_path / "exported")


def test_nothing_is_left_of_an_export_that_fails_its_check(
    source: ExportSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ExportError("saved_model", "does not detect what the checkpoint detects", "Nothing was exported.")

    monkeypatch.setattr(job, "load_serving_model", lambda *_, **__: FakeModel())
    monkeypatch.setattr(exporter, "prove", fail)
    monkeypatch.setattr(exporter, "_write", lambda *_: None)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ExportError, match="does not detect"):
        export_checkpoint(source, tmp_path / "exported")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.tensorflow
def test_the_export_folder_holds_what_its_manifest_says(tiny_export: Path, tiny_run: Path) -> None:
    content = json.loads((tiny_export / "export.json").read_text(encoding="utf-8"))
    assert {path.name for path in tiny_export.iterdir()} == {
        "checkpoint",
        "export.json",
        "frozen_inference_graph.pb",
        "label_map.pbtxt",
        "labels.txt",
        "model_card.md",
        "onnx",
        "pipeline.config",
        "saved_model",
        "tflite",
    }
    assert content["checkpoint"] == "best/ckpt-7"
    for file in content["files"]:
        assert (tiny_export / file["path"]).stat().st_size == file["bytes"]
        assert sha256(tiny_export / file["path"]) == file["sha256"]
    for name in ("pipeline.config", "label_map.pbtxt"):
        assert (tiny_export / name).read_bytes() == (tiny_run / name).read_bytes()


@pytest.mark.tensorflow
def test_saved_model_and_frozen_graph_score_as_the_checkpoint_does(tiny_export: Path) -> None:
    parity = json.loads((tiny_export / "export.json").read_text(encoding="utf-8"))["parity"]
    assert [form["format"] for form in parity][:2] == ["saved_model", "frozen_graph"]
    for form in parity[:2]:
        assert form["detections"] > 100, "too little was compared to mean something"
        assert form["score_difference"] <= 1e-4
        assert form["box_difference"] <= 1e-3


@pytest.mark.tensorflow
def test_the_exported_checkpoint_holds_the_weights_of_the_run(tiny_export: Path, tiny_run: Path) -> None:
    import tensorflow as tf

    exported = tf.train.load_checkpoint(str(tiny_export / "checkpoint" / "ckpt-0"))
    trained = tf.train.load_checkpoint(str(tiny_run / "best" / "ckpt-7"))
    weights = [name for name in exported.get_variable_to_shape_map() if name.startswith("model/")]
    assert len(weights) > 100
    for name in weights:
        np.testing.assert_array_equal(exported.get_tensor(name), trained.get_tensor(name))


@pytest.mark.tensorflow
def test_a_checkpoint_of_another_model_is_refused(tiny_run: Path, tmp_path: Path, tiny_config: str) -> None:
    other = tmp_path / "pipeline.config"
    other.write_text(tiny_config.replace("num_classes: 3", "num_classes: 5"))
    source = ExportSource(other, tiny_run / "best" / "ckpt-7", tiny_run / "label_map.pbtxt")
    with pytest.raises(CheckpointError, match="variables are not in it, or of another shape"):
        export_checkpoint(source, tmp_path / "exported")
    assert not (tmp_path / "exported").exists()

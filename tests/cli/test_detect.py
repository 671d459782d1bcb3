from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from tfodkit.annotations.detections import Detections
from tfodkit.cli.detect import command, summary_lines
from tfodkit.errors import DataError, ExportError, Problem
from tfodkit.inference import DetectionRun, PictureResult

app = typer.Typer()
app.command()(command)


def make_run(*problems: Problem) -> DetectionRun:
    found = Detections(np.zeros((3, 4), np.float32), np.ones(3, np.float32), np.array([1, 1, 3]))
    result = PictureResult(Path("a.jpg"), 60, 40, "a.jpg", found)
    return DetectionRun(Path("found"), (result,), problems, {1: "bagel", 2: "croissant", 3: "mug"})


def test_the_summary_counts_the_objects_of_every_class() -> None:
    problem = Problem("b.jpg", "can't be read", "Replace it.")
    assert summary_lines(make_run(problem)) == [
        "3 objects in 1 picture",
        "  bagel          2",
        "  croissant      0",
        "  mug            1",
        "1 place could not be looked at",
        "pictures with boxes and detections.json: found",
    ]


def test_unreadable_pictures_are_printed_after_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    import tfodkit.inference

    problem = Problem("b.jpg", "can't be read", "Replace it.")
    monkeypatch.setattr(tfodkit.inference, "detect", lambda *_, **__: make_run(problem))
    result = CliRunner().invoke(app, ["exported", "photos", "-o", "found", "--json"])
    assert isinstance(result.exception, DataError)
    assert result.exception.problems == (problem,)
    assert json.loads(result.stdout) == {
        "output": "found",
        "detections": str(Path("found") / "detections.json"),
        "pictures": 1,
        "objects_by_class": {"bagel": 2, "croissant": 0, "mug": 1},
        "unreadable": ["b.jpg"],
    }


def test_a_missing_model_ends_with_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    arguments = [str(tmp_path / "absent"), str(tmp_path / "a.png"), "-o", str(tmp_path / "found")]
    with pytest.raises(ExportError, match="absent: does not exist"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert not (tmp_path / "found").exists()


@pytest.mark.tensorflow
@pytest.mark.parametrize("form", ["saved_model", "frozen_graph"])
def test_pictures_of_several_places_are_detected_in(tiny_export: Path, tmp_path: Path, form: str) -> None:
    (tmp_path / "photos").mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "photos" / "a.jpg")
    Image.fromarray(noise[:, ::-1]).save(tmp_path / "b.png")
    arguments = [str(tiny_export), str(tmp_path / "photos"), str(tmp_path / "b.png"), "-o", str(tmp_path / "found")]
    result = CliRunner().invoke(
        app, [*arguments, "--threshold", "0.01", "--format", form, "--json"], catch_exceptions=False
    )
    assert json.loads(result.stdout)["pictures"] == 2
    assert sum(json.loads(result.stdout)["objects_by_class"].values()) > 0
    assert {path.name for path in (tmp_path / "found").iterdir()} == {"a.jpg", "b.png", "detections.json"}

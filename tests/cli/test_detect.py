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
from tfodkit.errors import DataError, ExportError, Problem, UsageError
from tfodkit.inference import DetectionRun, DetectOptions, Output, PictureResult
from tfodkit.inference.fusion import Fusion

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


def refused(tmp_path: Path, *flags: str) -> str:
    result = CliRunner().invoke(app, ["exported", str(tmp_path), "-o", str(tmp_path / "found"), *flags])
    assert isinstance(result.exception, UsageError), result.exception
    return str(result.exception)


def test_flags_that_can_not_be_meant_are_named_before_anything_is_loaded(tmp_path: Path) -> None:
    assert refused(tmp_path, "--fusion", "wfb") == "--fusion: there is no way 'wfb'. Did you mean wbf?"
    assert refused(tmp_path, "--weights", "2;1") == "--weights: '2;1' is no list of numbers. Pass such as 2,1."
    assert refused(tmp_path, "--overlap", "0.3").startswith("--overlap: there are no tiles without --tile")
    assert refused(tmp_path, "--thresholds", "mug").startswith("--thresholds: 'mug' is no report of tfodkit eval")


def test_flags_become_options(monkeypatch: pytest.MonkeyPatch) -> None:
    import tfodkit.inference

    calls: list[tuple[tuple[object, ...], dict[str, object]]] = []

    def record(*args: object, **keywords: object) -> DetectionRun:
        calls.append((args, keywords))
        return make_run()

    monkeypatch.setattr(tfodkit.inference, "detect", record)
    flags = "--model b --model c --weights 3,2,1 --fusion soft-nms --tile 640 --overlap 0.3 --flip --scale 1.5"
    more = "--scale 0.5 --top 3 --thresholds mug=0.4 --batch 2 --recursive --no-pictures --csv --coco --crops --voc"
    result = CliRunner().invoke(app, ["a", "photos", "x.jpg", "-o", "found", *flags.split(), *more.split()])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == (
        "detections.csv, coco_results.json, crops, annotations for labelImg and detections.json: found"
    )
    ((exported, images, output, options), keywords) = calls[0]
    assert (exported, images, output) == (
        [Path("a"), Path("b"), Path("c")],
        [Path("photos"), Path("x.jpg")],
        Path("found"),
    )
    assert options == DetectOptions(
        thresholds={"mug": 0.4},
        top=3,
        batch=2,
        tile=640,
        overlap=0.3,
        flip=True,
        scales=(1.5, 0.5),
        fusion=Fusion.SOFT_NMS,
        weights=(3.0, 2.0, 1.0),
        outputs=frozenset(Output) - {Output.PICTURES},
    )
    assert keywords["recursive"] is True


@pytest.mark.tensorflow
def test_a_model_fused_with_itself_in_views_and_tiles_writes_everything(tiny_export: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    (tmp_path / "photos").mkdir()
    Image.fromarray(noise).save(tmp_path / "photos" / "a.jpg")
    second = str(tiny_export / "saved_model")
    flags = ["--tile", "80", "--flip", "--scale", "1.5", "--model", second, "--threshold", "0.01"]
    outputs = ["--csv", "--coco", "--crops", "--voc", "--top", "5", "--json"]
    arguments = [str(tiny_export), str(tmp_path / "photos"), "-o", str(tmp_path / "found"), *flags, *outputs]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert sum(json.loads(result.stdout)["objects_by_class"].values()) == 5
    assert {path.name for path in (tmp_path / "found").iterdir()} == {
        "a.jpg",
        "annotations",
        "coco_results.json",
        "crops",
        "detections.csv",
        "detections.json",
    }


def test_films_cameras_and_pictures_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "film.MP4").touch()
    film = str(tmp_path / "film.MP4")
    assert "film.MP4: is a film among other things" in refused(tmp_path, film)
    assert refused(tmp_path, "--camera", "0") == f"--camera 0: {tmp_path} is given too. Leave one of them out."
    assert refused(tmp_path, "--every", "2").startswith("--every: pictures have no frames")
    assert refused(tmp_path, "--seconds", "2").startswith("--seconds: pictures have no frames")
    result = CliRunner().invoke(app, ["exported", "-o", str(tmp_path / "found")])
    assert str(result.exception).startswith("detect: there is nothing to look at")

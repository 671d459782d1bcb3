"""Anybody's detections evaluated whole: what is refused before work begins, what is told, what is left behind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from builders import cafe_folder, label_image, make_object

import tfodkit
from tfodkit.errors import CheckpointError, DataError, OutputError, TfodkitError, UsageError
from tfodkit.evaluation.analysis import AnalysisOptions
from tfodkit.evaluation.sources.read_truth import read_truth
from tfodkit.records import make_records
from tfodkit.workflow.evaluate import evaluate

# Raised inside matplotlib, by its text parser.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants' is deprecated:DeprecationWarning")

FEW = AnalysisOptions(samples=5)
NO_PICTURES = "no pictures at hand: none are shown, and brightness and contrast are not looked at"


@pytest.fixture
def annotations(tmp_path: Path) -> Path:
    """Two pictures with a mug each, of 40 x 30 pixels, and their XML in a folder beside theirs."""
    for name in ("a", "b"):
        label_image(tmp_path / f"images/{name}.jpg", make_object("mug", 4, 6, 20, 24), annotations=tmp_path / "xml")
    return tmp_path / "xml"


@pytest.fixture
def found(tmp_path: Path) -> Path:
    """The mug in ``a`` found, and another one that is not there."""
    rows = [("a", [4, 6, 16, 18], 0.9), ("a", [25, 2, 10, 10], 0.1)]
    path = tmp_path / "found.json"
    path.write_text(json.dumps([{"image_id": i, "category_id": "mug", "bbox": b, "score": s} for i, b, s in rows]))
    return path


def test_detections_are_held_against_xml_and_a_report_is_left(annotations: Path, found: Path, tmp_path: Path) -> None:
    said: list[str] = []
    evaluated = tfodkit.eval(
        detections=found,
        truth=annotations,
        options=FEW,
        output=tmp_path / "report",
        told=lambda what, done, total: said.append(what),  # noqa: ARG005
    )
    assert evaluated.result.figures["mAP"] == pytest.approx(0.505, abs=1e-3)
    assert [fate.missed for fate in evaluated.analysis.fates] == [1]
    assert evaluated.notes == ("1 of 2 images have no detection",)
    assert evaluated.subject.paths == (tmp_path / "images/a.jpg", tmp_path / "images/b.jpg")
    assert evaluated.report.page == tmp_path / "report/report.html"
    assert "worst" in {path.name for path in evaluated.report.folder.iterdir()}
    assert json.loads(evaluated.report.results.read_text())["detections"] == 2
    order = ["looking at the pictures", "matching", "measuring", "resampling", "looking for causes"]
    assert list(dict.fromkeys(said)) == [*order, "writing the report"]


def test_without_an_output_nothing_is_written(annotations: Path, found: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert evaluate(detections=found, truth=annotations, options=FEW).report is None
    assert sorted(tmp_path.rglob("*")) == before


def test_detections_of_a_threshold_are_told_to_be_so(annotations: Path, found: Path) -> None:
    found.write_text(found.read_text().replace("0.1}", "0.45}"))
    evaluated = evaluate(detections=found, truth=annotations, options=FEW)
    words = "no score is below 0.45: where a model's other detections were left out, AP is lower than its own"
    assert evaluated.notes == ("1 of 2 images have no detection", words)


def test_pictures_are_not_needed(annotations: Path, found: Path, tmp_path: Path) -> None:
    (tmp_path / "images/a.jpg").unlink()
    (tmp_path / "images/b.jpg").unlink()
    evaluated = evaluate(detections=found, truth=annotations, options=FEW, output=tmp_path / "report")
    assert evaluated.notes == ("1 of 2 images have no detection", NO_PICTURES)
    assert not {"brightness", "contrast"} & {cause.quality for cause in evaluated.analysis.causes.qualities}


def test_a_picture_of_another_size_is_not_shown(annotations: Path, found: Path, tmp_path: Path) -> None:
    from builders import draw_image

    draw_image(tmp_path / "images/b.jpg", size=(80, 60))
    evaluated = evaluate(detections=found, truth=annotations, options=FEW)
    assert evaluated.notes[1:] == ("brightness and contrast of 1 object are not known: no such picture or pixels",)
    assert [place for place, _ in evaluated.subject.pictures([0, 1])] == [0]


def test_pictures_may_lie_elsewhere(annotations: Path, found: Path, tmp_path: Path) -> None:
    (tmp_path / "images").rename(tmp_path / "elsewhere")
    evaluated = evaluate(detections=found, truth=annotations, images=tmp_path / "elsewhere", options=FEW)
    assert evaluated.subject.paths == (tmp_path / "elsewhere/a.jpg", tmp_path / "elsewhere/b.jpg")
    with pytest.raises(DataError, match="absent: the folder does not exist"):
        evaluate(detections=found, truth=annotations, images=tmp_path / "absent", options=FEW)


def test_the_pictures_of_records_are_in_them(tmp_path: Path) -> None:
    make_records(cafe_folder(tmp_path / "pictures"), tmp_path / "records")
    truth = read_truth(tmp_path / "records")
    rows = [
        {"image_id": image.name, "category_id": "mug", "bbox": [4, 6, 16, 18], "score": 0.9} for image in truth.images
    ]
    (tmp_path / "found.json").write_text(json.dumps(rows))
    evaluated = evaluate(detections=tmp_path / "found.json", truth=tmp_path / "records", options=FEW)
    pictures = dict(evaluated.subject.pictures(range(len(rows))))
    assert [picture.size for picture in pictures.values()] == [(40, 30)] * len(rows)
    assert NO_PICTURES not in evaluated.notes


def test_an_older_report_is_replaced_when_that_is_asked_for(annotations: Path, found: Path, tmp_path: Path) -> None:
    older = tmp_path / "report/report.html"
    older.parent.mkdir()
    older.write_text("older")
    with pytest.raises(OutputError, match="report: the folder exists and is not empty"):
        evaluate(detections=found, truth=annotations, options=FEW, output=older.parent)
    assert older.read_text() == "older"
    evaluate(detections=found, truth=annotations, options=FEW, output=older.parent, force=True)
    assert older.read_text() != "older"


def test_a_folder_of_somebody_else_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"the folder holds 'thesis\.txt' but no report\.html"):
        evaluate(detections="absent.json", truth="absent", output=tmp_path, force=True)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, UsageError, "tfodkit eval: there is nothing to evaluate. Pass the folder of a run, an exported model"),
        ({"model": "run", "truth": "x", "which": "last"}, UsageError, "--which last: only a run has checkpoints to"),
        (
            {"model": "run", "truth": "x"},
            UsageError,
            "run: this is a training run, which is evaluated on the records of",
        ),
        ({"model": "run", "images": "x"}, UsageError, "--images x: there is no --truth whose pictures these could be"),
        ({"detections": "a.json"}, UsageError, "--detections: there is nothing to hold them against. Pass --truth"),
        ({"detections": "a.json", "model": "run"}, UsageError, "--detections: 'run' is to be evaluated too. Pass one"),
        ({"model": "absent"}, CheckpointError, "absent: this is no training run: pipeline.config is missing"),
        ({"model": "a.json"}, UsageError, "a.json: this is no model. Pass --detections RESULTS.json --truth TRUTH."),
        ({"model": "exported"}, UsageError, "exported: an exported model has no records of its own. Pass --records"),
        ({"detections": "a.json", "truth": "absent"}, DataError, "absent: there is no truth here. Pass a COCO .json"),
        ({"options": AnalysisOptions(threshold=1.5)}, UsageError, "--threshold: must be 0 to 1, but got 1.5"),
        ({"options": AnalysisOptions(threshold=float("nan"))}, UsageError, "--threshold: must be 0 to 1, but got nan"),
        ({"options": AnalysisOptions(iou=0)}, UsageError, "--iou: must be above 0, and 1 at most, but got 0"),
        ({"options": AnalysisOptions(samples=0)}, UsageError, "--samples: must be 1 or more, but got 0"),
        ({"options": AnalysisOptions(seed=-1)}, UsageError, "--seed: must be 0 or more, but got -1"),
    ],
)
def test_what_can_not_be_meant_is_refused(
    arguments: dict[str, Any],
    error: type[TfodkitError],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text("[]")
    (tmp_path / "exported/saved_model").mkdir(parents=True)
    (tmp_path / "run").mkdir()
    (tmp_path / "run/pipeline.config").write_text("")
    with pytest.raises(error, match=re.escape(message)):
        evaluate(**arguments)

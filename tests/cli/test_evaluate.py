"""The command: without TensorFlow for detections; what goes to which stream, and where the report lies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import label_image, make_object

from tfodkit.cli.main import main

Run = Callable[..., tuple[int, str, str]]

# Raised inside matplotlib, by its text parser.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants' is deprecated:DeprecationWarning")

RUN_AND_TELL_MODULES = """
import sys
from tfodkit.cli.main import app
app(sys.argv[1:], standalone_mode=False)
print(sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a labelled picture and what was found in it, where the command runs."""
    label_image(tmp_path / "pictures/a.jpg", make_object("mug", 4, 6, 20, 24))
    row = {"image_id": "a.jpg", "category_id": 1, "bbox": [4, 6, 16, 18], "score": 0.9}
    (tmp_path / "found.json").write_text(json.dumps([row]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command; gives its exit code, and what went to standard output and error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tfodkit", "eval", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


FOUND = ("--detections", "found.json", "--truth", "pictures", "--samples", "5")


def test_detections_are_evaluated_without_tensorflow(place: Path) -> None:
    command = [sys.executable, "-c", RUN_AND_TELL_MODULES, "eval", *FOUND]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=place)
    modules = set(done.stderr.replace("'", '"').splitlines()[-1].strip("[]").replace('"', "").split(", "))
    assert "tfodkit" in modules
    assert not modules & {"tensorflow", "tf_keras", "object_detection", "official"}
    assert "Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 1.000" in done.stdout
    assert done.stdout.endswith("\nreport: found-report/report.html\n")


def test_figures_go_to_standard_output_and_notes_elsewhere(place: Path, run: Run) -> None:
    label_image(place / "pictures/b.jpg", make_object("mug"))
    code, out, err = run(*FOUND, "--json", "-o", "here")
    assert code == 0
    content = json.loads(out)
    assert content == json.loads((place / "here/results.json").read_text())
    assert content["options"] == {"threshold": 0.5, "iou": 0.5, "samples": 5, "seed": 0}
    assert "1 of 2 images have no detection" in err


def test_text_alone_writes_nothing(place: Path, run: Run) -> None:
    code, out, _ = run(*FOUND, "--no-report", "--threshold", "0.2", "--iou", "0.4")
    assert (code, "report:" in out, "|  at 0.20" in out) == (0, False, True)
    assert sorted(path.name for path in place.iterdir()) == ["found.json", "pictures"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((*FOUND, "--records", "records"), 2, "error: --records: --truth is given too. Pass one of them."),
        ((*FOUND, "--no-report", "-o", "a"), 2, "error: --no-report: --output is given too. Leave one of them out."),
        (
            (*FOUND, "--no-report", "--force"),
            2,
            "error: --no-report: --force is given too, but no report is to be repl",
        ),
        ((*FOUND, "--iou", "2"), 2, "error: --iou: must be above 0, and 1 at most, but got 2"),
        (("--detections", "absent.json", "--truth", "pictures"), 1, "error: absent.json: the file can't be read"),
        ((*FOUND[:3], "absent"), 1, "error: absent: there is no truth here. Pass a COCO .json"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    arguments: tuple[str, ...], code: int, message: str, place: Path, run: Run
) -> None:
    before = sorted(place.rglob("*"))
    ended, _, err = run(*arguments)
    assert (ended, message in err) == (code, True), err
    assert sorted(place.rglob("*")) == before


def test_an_older_report_is_kept(place: Path, run: Run) -> None:
    (place / "found-report").mkdir()
    (place / "found-report/report.html").write_text("older")
    code, _, err = run(*FOUND)
    assert (code, "found-report: the folder exists and is not empty" in err) == (1, True)
    assert (place / "found-report/report.html").read_text() == "older"

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.errors import UsageError
from tfodkit.workflow import run as workflow
from tfodkit.workflow.ledger import Entry
from tfodkit.workflow.run import Done
from tfodkit.workflow.work import Work

FIGURES = {
    "make-records": {"classes": ["mug", "bagel"], "train": 160, "val": 40},
    "make-config": {"steps": 2000, "batch_size": 8, "epochs": 100.0},
    "train": {"step": 1500, "why": "no improvement in 5 evaluations"},
    "eval": {"images": 40, "mAP": 0.512, "mAP@.50": None},
    "export": {"bytes": 41_000_000, "checkpoint": "best/ckpt-1000", "models": {"saved_model/": 20_400_000}},
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Work]:
    """The works that were to be done; each is done at once."""
    works: list[Work] = []

    def run_work(work: Work, **_: object) -> Done:
        works.append(work)
        entries = [
            Entry(
                step=step, template="" if step == "make-records" else "example", output="", seconds=65, figures=figures
            )
            for step, figures in FIGURES.items()
        ]
        return Done(work, tuple(entries), seconds=325)

    monkeypatch.setattr(workflow, "run_work", run_work)
    return works


def test_a_folder_is_worked_on_and_the_summary_is_kept(asked: list[Work], tmp_path: Path) -> None:
    work = Work(images=Path("photos"), output=tmp_path, templates=("example",))
    done = CliRunner().invoke(app, ["run", "photos", "-o", str(tmp_path), "--template", "example"])
    assert asked == [work]
    assert done.stdout.splitlines() == [
        f"photos → {tmp_path}",
        "",
        "step          template        took  result",
        "make-records            made  1:05  2 classes, images: 160 train, 40 val",
        "make-config   example   made  1:05  2,000 steps of 8, 100.0 epochs",
        "train         example   made  1:05  step 1,500, no improvement in 5 evaluations",
        "eval          example   made  1:05  mAP 0.512 on 40 images",
        "export        example   made  1:05  41.0 MB, same as best/ckpt-1000",
        "",
        "model    SavedModel MB  training    mAP  mAP@.50",
        "example           20.4      1:05  0.512        –",
        "",
        "done in 5:25",
    ]
    assert (tmp_path / "summary.txt").read_text(encoding="utf-8") == done.stdout


def test_json_has_the_steps(asked: list[Work], tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["run", "photos", "-o", str(tmp_path), "--template", "example", "--json"])
    assert [(step["step"], step["figures"]) for step in json.loads(done.stdout)] == list(FIGURES.items())


def test_a_folder_needs_a_place_and_an_unknown_template_is_refused() -> None:
    refused = CliRunner().invoke(app, ["run", "photos"])
    assert isinstance(refused.exception, UsageError)
    assert str(refused.exception) == "--output: it is missing. Pass -o FOLDER, for all that is made."
    refused = CliRunner().invoke(app, ["run", "photos", "-o", "work", "--template", "exmaple"])
    assert str(refused.exception).startswith("--template exmaple: there is no such template. Did you mean example")

"""What the loop tells is told to everybody: tables, events, the display, curves."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image
from training_builders import begun_run

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.examples import ExampleImage
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.result import COCO_FIGURES, ClassFigures, EvaluationResult
from tfodkit.odapi.protos import load
from tfodkit.training import journal as journals
from tfodkit.training.cadence import Cadence
from tfodkit.training.journal import Amounts, Journal
from tfodkit.training.metrics import read_table
from tfodkit.training.pictures import Gallery
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.progress import Display
from tfodkit.training.run_directory import RunDirectory

LOSSES = {"Loss/classification_loss": 0.75, "Loss/total_loss": 1.0}
PLAN = TrainingPlan(steps=200, eval_every=Cadence(50), save_every=Cadence(50), log_every=1)
BOX = np.array([[2, 2, 20, 20]], np.float32)


class Events:
    """An event writer that remembers; all writers of a test share what was written."""

    written: ClassVar[list[Any]] = []
    closed = 0

    def __init__(self, folder: Path) -> None:
        self._name = folder.name

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        Events.closed += 1

    def add(self, step: int, scalars: dict[str, float | None]) -> None:
        Events.written.append((self._name, step, scalars))

    def add_pictures(self, step: int, tag: str, pictures: list[Image.Image]) -> None:
        Events.written.append((self._name, step, (tag, [picture.size for picture in pictures])))


class Learner:
    """As the journal sees one."""

    model = SimpleNamespace(variables=[], trainable_variables=[])

    def __init__(self, step: int = 0) -> None:
        self.step, self.waited_seconds, self.learning_rate = step, 0.0, 0.1
        self.pipeline = load("pipeline_pb2").TrainEvalPipelineConfig()
        self.pipeline.train_config.optimizer.momentum_optimizer.SetInParent()

    def batch_preview(self) -> tuple[Any, Any, Any]:
        return np.zeros((2, 30, 40, 3), np.uint8), [BOX / 100, BOX[:0]], [[1], []]


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Events, "written", [])
    monkeypatch.setattr(Events, "closed", 0)
    monkeypatch.setattr(journals, "EventWriter", Events)
    monkeypatch.setattr(journals, "draw_curves", lambda *_, title, best_step: Events.written.append((title, best_step)))


@pytest.fixture
def learner() -> Learner:
    return Learner()


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    (tmp_path / "run").mkdir()
    return begun_run(tmp_path / "run")


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def journal(run: RunDirectory, learner: Learner, stream: io.StringIO) -> Iterator[Journal]:
    with Display(run.path / "train.log", stream) as display, open_journal(run, learner, display) as journal:
        yield journal


def open_journal(run: RunDirectory, learner: Learner, display: Display) -> Journal:
    truth = GroundTruth("a.jpg", 40, 30, BOX.astype(float), np.array([1]), np.zeros(1, bool))
    example = ExampleImage(0, Image.new("RGB", (40, 30)), truth)
    amounts = Amounts(images_a_step=8, train_images=64, validation_images=16, checkpoints=3)
    gallery = Gallery([example], {1: "mug"}, least_score=0.5, most_boxes=20)
    return Journal(run, PLAN, learner=learner, display=display, gallery=gallery, amounts=amounts)  # type: ignore[arg-type]


def step(journal: Journal, learner: Learner, *, count: int = 1, seconds: float = 0.5, is_logged: bool = True) -> None:
    learner.step += count
    learner.waited_seconds += 0.1 * count
    journal.stepped(LOSSES, seconds=seconds, is_logged=is_logged, best="")


def make_result() -> EvaluationResult:
    figures: dict[str, float | None] = {name: 0.25 for name, _, _ in COCO_FIGURES}
    classes = (ClassFigures("mug", 3, 0.5, 0.6, 0.7), ClassFigures("bagel", 0, None, None, None))
    return EvaluationResult(16, 1, {**figures, "mAP_small": None}, classes, {"Loss/total_loss": 2.0})


def test_a_logged_step_is_a_row_and_an_event_under_upstreams_tags(
    journal: Journal, learner: Learner, run: RunDirectory
) -> None:
    step(journal, learner, seconds=60)
    step(journal, learner, is_logged=False)
    step(journal, learner)
    first, third = read_table(run.metrics_path)
    assert list(third) == [
        "step", "Loss/classification_loss", "Loss/total_loss", "learning_rate", "steps_per_sec", "images_per_sec",
        "waiting_share", "epoch", "process_bytes", "gpu_bytes",
    ]  # fmt: skip
    assert (first["step"], first["steps_per_sec"], first["epoch"]) == (1, None, 0.125)
    assert (third["step"], third["steps_per_sec"], third["images_per_sec"]) == (3, 2.0, 16.0)
    assert third["waiting_share"] == pytest.approx(0.2)
    scalars = [(name, at, what) for name, at, what in Events.written if isinstance(what, dict)]
    assert [(name, at) for name, at, _ in scalars] == [("train", 1), ("train", 3)]
    assert {"Loss/total_loss", "learning_rate", "steps_per_sec"} <= set(scalars[1][2])
    assert journal._display.phases == {"learning": 1.0}, "the first step is traced"


def test_the_images_of_the_first_step_are_shown_with_their_boxes(journal: Journal, learner: Learner) -> None:
    step(journal, learner)
    step(journal, learner)
    assert [written for written in Events.written if isinstance(written[2], tuple)] == [
        ("train", 1, ("train_input_images", [(320, 240), (320, 240)]))
    ]


def test_an_evaluation_is_a_row_events_pictures_and_curves(
    journal: Journal, learner: Learner, run: RunDirectory
) -> None:
    learner.step = 50
    found = Detections(BOX, np.array([0.9], np.float32), np.array([1]))
    journal.evaluated(make_result(), [found], seconds=4.5, best_step=50)
    assert journal.pace.evaluation_seconds == 4.5
    (row,) = read_table(run.evaluations_path)
    assert (row["step"], row["mAP"], row["mAP_small"], row["seconds"]) == (50, 0.25, None, 4.5)
    assert (row["AP/mug"], row["AP/bagel"], row["Loss/total_loss"]) == (0.5, None, 2.0)
    (name, at, scalars), picture, inputs, curves = Events.written
    assert (name, at, scalars["DetectionBoxes_Precision/mAP"]) == ("eval", 50, 0.25)
    assert scalars["DetectionBoxes_PerformanceByCategory/mAP/mug"] == 0.5
    assert picture == ("eval", 50, ("eval_side_by_side_0_0", [(646, 240)]))
    assert inputs[:2] == ("train", 50)
    assert curves == ("run: step 50", 50)


def test_the_eta_counts_the_evaluations_that_are_to_come(
    journal: Journal, learner: Learner, stream: io.StringIO, run: RunDirectory
) -> None:
    step(journal, learner, seconds=60)
    journal.pace.took_evaluation(10)
    journal.pace.took_evaluation(10)
    step(journal, learner)
    log = (run.path / "train.log").read_text()
    assert "step 1/200  epoch 0.12  loss 1.0000 (classification 0.7500)  rate 0.1  memory" in log
    assert "step 2/200  epoch 0.25  ETA 2:19" in log, "198 steps of half a second and 4 evaluations"


def test_quick_steps_are_shown_from_time_to_time_and_those_that_are_logged_always(
    journal: Journal, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []
    monkeypatch.setattr(Display, "step", lambda _, report, **__: shown.append(report.step))
    now = 100.0
    monkeypatch.setattr(journals, "time", SimpleNamespace(monotonic=lambda: now))
    for number in range(1, 11):
        step(journal, learner, is_logged=number == 4)
        now += 0.1
    assert shown == [1, 4, 7, 10]


def test_after_fifty_steps_the_rest_is_forecast_once_and_a_small_disk_warned_of(
    journal: Journal, learner: Learner, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "expected_checkpoint_bytes", lambda *_: 10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    for _ in range(5):
        step(journal, learner, count=10, seconds=5)
    assert stream.getvalue().count("forecast: ") == 1
    step(journal, learner)
    assert stream.getvalue().count("forecast: ") == 1
    forecast, warning = stream.getvalue().splitlines()
    assert forecast.startswith("forecast: 1:19 to the end with 3 evaluations; memory ")
    assert warning.startswith("warning: the checkpoints still need 3.0 GB, but the disk has 1 MB left.")


def test_a_start_that_goes_on_drops_the_rows_that_come_again_and_forecasts_anew(
    journal: Journal, learner: Learner, run: RunDirectory
) -> None:
    for _ in range(5):
        step(journal, learner)
    stream, resumed = io.StringIO(), Learner(step=3)
    with Display(run.path / "train.log", stream) as display, open_journal(run, resumed, display) as again:
        assert [row["step"] for row in read_table(run.metrics_path)] == [1, 2, 3]
        step(again, resumed)
        assert "forecast" not in stream.getvalue()
        step(again, resumed, count=49)
        assert "forecast" in stream.getvalue()
    assert [row["step"] for row in read_table(run.metrics_path)] == [1, 2, 3, 4, 53]


def test_the_event_files_are_closed_when_a_start_ends(run: RunDirectory, learner: Learner) -> None:
    with Display(run.path / "train.log", io.StringIO()) as display:
        with pytest.raises(RuntimeError), open_journal(run, learner, display):
            raise RuntimeError
        assert Events.closed == 2


def test_an_evaluation_that_comes_before_any_batch_shows_no_inputs(
    journal: Journal, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learner, "batch_preview", None)
    journal.evaluated(make_result(), [Detections(BOX, np.ones(1), np.ones(1, int))], seconds=1.0, best_step=None)
    assert not [entry for entry in Events.written if entry[0] == "train"]

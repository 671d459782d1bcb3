"""The loop around a learner that learns nothing: what is on the disk after it was stopped at any point."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tfodkit import files
from tfodkit.errors import TrainingError
from tfodkit.evaluation.result import COCO_FIGURES, EvaluationResult
from tfodkit.odapi.learner import TOTAL_LOSS
from tfodkit.training import loop
from tfodkit.training.cadence import Cadence
from tfodkit.training.metrics import read_steps
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.progress import Display
from tfodkit.training.run_directory import RunDirectory

PLAN = TrainingPlan(steps=4, eval_every=Cadence(2), save_every=Cadence(10, "minutes"), log_every=1)


class Learner:
    """Counts its steps; Control-C comes in the step ``stopped_in``."""

    learning_rate = 0.1

    def __init__(self, step: int = 0, stopped_in: int | None = None) -> None:
        self.step, self._stopped_in = step, stopped_in
        self.saved: list[str] = []

    def take_step(self) -> dict[str, float]:
        if self.step + 1 == self._stopped_in:
            raise KeyboardInterrupt
        self.step += 1
        return {TOTAL_LOSS: 1.0}

    @contextlib.contextmanager
    def averaged_weights(self) -> Iterator[None]:
        yield

    def checkpoint_manager(self, folder: Path) -> Manager:
        return Manager(folder, self.saved)


class Manager:
    def __init__(self, folder: Path, saved: list[str]) -> None:
        self._folder, self._saved = folder, saved

    def save(self, checkpoint_number: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "checkpoint").write_text(f'model_checkpoint_path: "ckpt-{checkpoint_number}"\n')
        self._saved.append(f"{self._folder.name}/ckpt-{checkpoint_number}")


class Evaluator:
    """Finds a better figure each time; Control-C comes in the evaluation ``stopped_in``."""

    def __init__(self, first: float = 0.1, stopped_in: int | None = None) -> None:
        self._figure, self._stopped_in, self._count = first, stopped_in, 0

    def evaluate(self) -> EvaluationResult:
        self._count += 1
        if self._count == self._stopped_in:
            raise KeyboardInterrupt
        figures = {name: self._figure * self._count for name, _, _ in COCO_FIGURES}
        return EvaluationResult(images=1, detections=1, figures=figures, per_class=(), losses={})


@pytest.fixture(autouse=True)
def no_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop.EventWriter, "add", lambda *_: None)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "run")


def go(run: RunDirectory, learner: Learner, evaluator: Evaluator) -> None:
    with Display(run.log_path, stream=io.StringIO()) as display:
        loop.Loop(run, PLAN, learner=learner, evaluator=evaluator, display=display).to_the_end()  # type: ignore[arg-type]


def test_an_interrupt_before_the_first_step_saves_nothing(run: RunDirectory) -> None:
    with pytest.raises(TrainingError, match="interrupted before the first step was taken"):
        go(run, learner := Learner(stopped_in=1), Evaluator())
    assert learner.saved == []
    assert run.find_checkpoint("last") is None


def test_an_evaluation_that_was_interrupted_is_made_up_for(run: RunDirectory) -> None:
    with pytest.raises(TrainingError, match="interrupted after step 4, which is saved"):
        go(run, learner := Learner(), Evaluator(stopped_in=2))
    assert learner.saved == ["last/ckpt-2", "best/ckpt-2", "last/ckpt-4"]
    assert read_steps(run.evaluations_path) == {2}
    go(run, again := Learner(step=4), Evaluator(first=0.5))
    assert again.saved == ["best/ckpt-4"]
    assert read_steps(run.evaluations_path) == {2, 4}
    assert json.loads(run.figures_path("best").read_text())["step"] == 4


def test_a_stop_between_the_best_checkpoint_and_its_figures_is_healed(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text = files.write_text

    def stop_at_the_figures(path: Path, text: str) -> None:
        if path == run.figures_path("best"):
            raise KeyboardInterrupt
        write_text(path, text)

    with monkeypatch.context() as patched:
        patched.setattr(files, "write_text", stop_at_the_figures)
        with pytest.raises(TrainingError):
            go(run, Learner(step=1), Evaluator())
    assert run.find_checkpoint("best") is not None
    assert not run.figures_path("best").exists()
    go(run, Learner(step=2), Evaluator())
    assert json.loads(run.figures_path("best").read_text())["step"] == 4
    assert read_steps(run.evaluations_path) == {2, 4}

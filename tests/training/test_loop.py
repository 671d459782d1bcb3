"""The loop around a learner that learns nothing: why it ended, and what is on the disk wherever it was stopped."""

from __future__ import annotations

import io
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training_builders import Evaluator, Journal, Learner, begun_run

from tfodkit import files
from tfodkit.evaluation.result import EvaluationResult
from tfodkit.odapi import weights
from tfodkit.odapi.learner import TOTAL_LOSS
from tfodkit.training import checkpoint_folder, keeping, loop
from tfodkit.training.cadence import Cadence
from tfodkit.training.keeping import Keeper, KeepingRule
from tfodkit.training.loop import BadLoss, Collaborators, Loop
from tfodkit.training.metrics import read_steps
from tfodkit.training.mirror import Mirror
from tfodkit.training.monitor import Monitor
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.progress import Display
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.signals import listening
from tfodkit.training.stopping import StoppingRule
from tfodkit.training.watchdog import Watchdog

MAP = Monitor("mAP")


def plan_of(steps: int = 4, eval_every: int = 2, save_every: Cadence | None = None) -> TrainingPlan:
    saving = save_every or Cadence(10, "minutes")
    return TrainingPlan(steps=steps, eval_every=Cadence(eval_every), save_every=saving, log_every=1)


@pytest.fixture(autouse=True)
def finite_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "are_finite", lambda _model: True)
    monkeypatch.setattr(keeping, "_errors_of_saving", lambda: (OSError,))


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return begun_run(tmp_path / "run")


def go(
    run: RunDirectory,
    learner: Learner,
    evaluator: Evaluator,
    plan: TrainingPlan | None = None,
    *,
    monitor: Monitor = MAP,
    keep: int = 1,
    shown: io.StringIO | None = None,
    began: float | None = None,
    **rule: Any,
) -> str:
    with (
        Display(run.log_path, stream=shown or io.StringIO()) as display,
        listening(display.note) as stop,
        Watchdog(display.note, display.log) as watchdog,
    ):
        mirror = Mirror(run, None, display.note)
        keeper = Keeper(run, learner, rule=KeepingRule(monitor, keep), mirror=mirror)  # type: ignore[arg-type]
        work = Collaborators(
            learner=learner,  # type: ignore[arg-type]
            evaluator=evaluator,  # type: ignore[arg-type]
            keeper=keeper,
            journal=Journal(run, learner),  # type: ignore[arg-type]
            display=display,
            watchdog=watchdog,
            stop=stop,
        )
        stopping = StoppingRule(higher_is_better=monitor.higher_is_better, **rule)
        return Loop(run, plan or plan_of(), stopping, monitor, work=work).to_the_end(began=began or time.monotonic())


def kept(run: RunDirectory) -> list[str]:
    """The newest of last/ and of best/."""
    return [path.name for which in ("last", "best") if (path := run.find_checkpoint(which))]  # type: ignore[arg-type]


def test_all_steps_are_taken_and_the_last_is_saved_and_evaluated(run: RunDirectory) -> None:
    learner = Learner(run.path)
    assert go(run, learner, Evaluator(0.1, 0.3, 0.2), plan_of(5)) == "all steps taken"
    assert learner.saved == ["last/ckpt-2", "last/ckpt-4", "last/ckpt-5"]
    assert kept(run) == ["ckpt-5", "ckpt-4"]
    assert (read_steps(run.metrics_path), read_steps(run.evaluations_path)) == ({1, 2, 3, 4, 5}, {2, 4, 5})
    content = json.loads(run.figures_path("best").read_text())
    assert (content["step"], content["weights"], content["monitor"], content["value"]) == (4, "as trained", "mAP", 0.3)


def test_more_checkpoints_are_kept_and_saved_where_asked(run: RunDirectory) -> None:
    learner = Learner(run.path)
    go(run, learner, Evaluator(0.1, 0.2), plan_of(4, 3, save_every=Cadence(1)), keep=3)
    assert learner.saved == [f"last/ckpt-{step}" for step in (1, 2, 3, 4)]
    assert [path.name for path in checkpoint_folder.kept(run.folder("last"))] == ["ckpt-2", "ckpt-3", "ckpt-4"]


def test_patience_ends_a_run_and_says_what_was_compared(run: RunDirectory) -> None:
    shown = io.StringIO()
    why = go(
        run, Learner(run.path), Evaluator(0.5, 0.4, 0.51), plan_of(100, 10), shown=shown, patience=2, min_delta=0.02
    )
    assert why == "2 of 2 evaluations without improvement"
    assert kept(run) == ["ckpt-30", "ckpt-30"]  # by however little it is better
    assert (
        "step 20: mAP 0.4000, compared with 0.5000 at step 10, on 1 images; 1 of 2 evaluations without"
        in shown.getvalue()
    )
    assert "mAP@.50 0.5100; best mAP 0.5100 at step 30" in shown.getvalue()
    again = Learner(run.path, step=30)
    assert go(run, again, Evaluator(), plan_of(100, 10), patience=2, min_delta=0.02) == why
    assert again.step == 30


def test_patience_goes_on_in_the_next_start(run: RunDirectory) -> None:
    go(run, Learner(run.path), Evaluator(0.5, 0.4), plan_of(20, 10), patience=2)
    learner = Learner(run.path, step=20)
    assert go(run, learner, Evaluator(0.3), plan_of(100, 10), patience=2) == "2 of 2 evaluations without improvement"
    assert learner.step == 30
    assert kept(run) == ["ckpt-30", "ckpt-10"]


def test_a_class_or_a_loss_can_be_the_figure(run: RunDirectory) -> None:
    go(run, Learner(run.path), Evaluator(0.1, 0.2), monitor=Monitor("AP/mug"))
    assert json.loads(run.figures_path("best").read_text())["monitor"] == "AP/mug"
    go(run, Learner(run.path, step=4), Evaluator(0.0), plan_of(6), monitor=Monitor(TOTAL_LOSS))
    assert json.loads(run.figures_path("best").read_text())["step"] == 4  # the same loss is no better one


def test_time_ends_a_run_whose_last_step_is_saved_and_evaluated(run: RunDirectory) -> None:
    learner = Learner(run.path)
    why = go(run, learner, Evaluator(0.1), plan_of(100, 50), max_hours=1.0, began=time.monotonic() - 3600)
    assert (why, learner.step, kept(run)) == ("--max-hours reached", 1, ["ckpt-1", "ckpt-1"])
    assert read_steps(run.evaluations_path) == {1}


def press(number: int, at: int) -> Callable[[int], float]:
    def in_step(step: int) -> float:
        if step == at:
            os.kill(os.getpid(), number)
        return 1.0

    return in_step


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_step_end_and_saves_it(run: RunDirectory, number: int) -> None:
    learner = Learner(run.path, in_step=press(number, 3))
    with pytest.raises(KeyboardInterrupt):
        go(run, learner, Evaluator(0.1), plan_of(9, 5))
    assert learner.saved == ["last/ckpt-3"]
    assert read_steps(run.metrics_path) == {1, 2, 3}


def test_a_signal_before_the_first_step_saves_nothing(run: RunDirectory) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(run, learner := Learner(run.path, in_step=press(signal.SIGINT, 1)), Evaluator())
    assert (learner.step, learner.saved) == (0, [])


def test_an_evaluation_that_was_interrupted_is_made_up_for(run: RunDirectory) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(run, learner := Learner(run.path), Evaluator(0.1, KeyboardInterrupt()))
    assert learner.saved == ["last/ckpt-2", "last/ckpt-4"]
    assert read_steps(run.evaluations_path) == {2}
    go(run, again := Learner(run.path, step=4), Evaluator(0.5))
    assert again.saved == []
    assert read_steps(run.evaluations_path) == {2, 4}
    assert kept(run) == ["ckpt-4", "ckpt-4"]


def test_an_evaluation_in_the_midst_of_a_run_is_made_up_for_at_its_step(run: RunDirectory) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(run, Learner(run.path), Evaluator(KeyboardInterrupt()))
    go(run, Learner(run.path, step=2), Evaluator(0.5, 0.1))
    assert read_steps(run.evaluations_path) == {2, 4}
    assert kept(run) == ["ckpt-4", "ckpt-2"]


def test_a_signal_ends_an_evaluation_at_once(run: RunDirectory) -> None:
    class Interrupted(Evaluator):
        def evaluate(self) -> EvaluationResult:
            os.kill(os.getpid(), signal.SIGTERM)
            return super().evaluate()

    with pytest.raises(KeyboardInterrupt):
        go(run, learner := Learner(run.path), Interrupted(0.1))
    assert learner.saved == ["last/ckpt-2"]
    assert read_steps(run.evaluations_path) == frozenset()


def test_a_stop_between_the_best_checkpoint_and_its_figures_is_healed(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text = files.write_text

    def stop_at_the_figures(path: Path, text: str) -> None:
        if path == run.figures_path("best") and '"step": 4' in text:
            raise KeyboardInterrupt
        write_text(path, text)

    with monkeypatch.context() as patched:
        patched.setattr(files, "write_text", stop_at_the_figures)
        with pytest.raises(KeyboardInterrupt):
            go(run, Learner(run.path), Evaluator(0.1, 0.2))
    assert kept(run) == ["ckpt-4", "ckpt-4"]
    assert json.loads(run.figures_path("best").read_text())["step"] == 2
    assert keeping.read_best(run, MAP) is None
    go(run, Learner(run.path, step=4), Evaluator(0.2))
    assert json.loads(run.figures_path("best").read_text())["step"] == 4
    assert read_steps(run.evaluations_path) == {2, 4}


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_names_the_images_and_is_not_saved(run: RunDirectory, loss: float) -> None:
    learner = Learner(run.path, in_step=lambda step: loss if step == 4 else 1.0)
    message = (
        rf"the loss of step 4 is no number any more: Loss/total_loss {loss}; the images of its batch: "
        r"4a\.jpg, 4b\.jpg\. Look at these images; lower the learning rate, now 0\.1, and start a new run\."
    )
    with pytest.raises(BadLoss, match=message) as bad:
        go(run, learner, Evaluator(0.1))
    assert bad.value.step == 4
    assert learner.saved == ["last/ckpt-2"]


def test_a_loss_that_explodes_is_refused_at_the_second_time(run: RunDirectory) -> None:
    learner = Learner(run.path, in_step=lambda step: 1e6 if step >= 15 else 2.0)
    with pytest.raises(BadLoss, match="the loss of step 16 has exploded to more than 100 times the 2 that was usual"):
        go(run, learner, Evaluator(), plan_of(50, 40))


def test_weights_that_are_no_numbers_are_never_saved(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "are_finite", lambda _model: False)
    with pytest.raises(BadLoss, match=r"the weights are no numbers any more; the images of its batch: 2a\.jpg"):
        go(run, learner := Learner(run.path), Evaluator())
    assert learner.saved == []


def test_minutes_decide_where_they_are_asked_for(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(loop.time, "monotonic", lambda: now[0])

    def in_step(_step: int) -> float:
        now[0] += 40.0
        return 1.0

    plan = TrainingPlan(steps=7, eval_every=Cadence(2, "minutes"), save_every=Cadence(1, "minutes"), log_every=1)
    go(run, learner := Learner(run.path, in_step=in_step), Evaluator(0.1, 0.2, 0.3), plan)
    assert read_steps(run.evaluations_path) == {3, 6, 7}
    assert [name.removeprefix("last/ckpt-") for name in learner.saved] == ["2", "3", "5", "6", "7"]


def test_steps_in_one_call_pass_nothing_that_is_to_happen(run: RunDirectory) -> None:
    class Counting(Learner):
        counts: tuple[int, ...] = ()

        def take_step(self, count: int = 1) -> dict[str, float]:
            self.counts = (*self.counts, count)
            return super().take_step(count)

    learner = Counting(run.path)
    plan = TrainingPlan(steps=11, eval_every=Cadence(6), save_every=Cadence(10, "minutes"), log_every=4, at_once=3)
    go(run, learner, Evaluator(0.1, 0.2), plan)
    assert learner.counts == (1, 1, 2, 2, 2, 3)
    assert (read_steps(run.metrics_path), read_steps(run.evaluations_path)) == ({1, 4, 6, 8, 11}, {6, 11})

"""What one start does about faults, around a learner that learns nothing: attempts, settings, and ``run.json``."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import training_builders
from training_builders import Evaluator, begun_run

from tfodkit.errors import OutOfMemory, OutputError, TrainingError
from tfodkit.evaluation.result import EvaluationResult
from tfodkit.odapi import weights
from tfodkit.training import checkpoint_folder, keeping, start
from tfodkit.training.cadence import Cadence
from tfodkit.training.keeping import KeepingRule
from tfodkit.training.metrics import read_steps
from tfodkit.training.monitor import Monitor
from tfodkit.training.options import TrainOptions
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.progress import Display
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.signals import listening
from tfodkit.training.start import Start
from tfodkit.training.stopping import StoppingRule
from tfodkit.training.train import reason_to_do_nothing

Behave = Callable[[int, int], float]
"""The number of the attempt and of the step, from 1 → the loss."""

NO_MEMORY = OutOfMemory("train_config.batch_size", "the device has no memory left for 8 images", "Take fewer.")


class Learner(training_builders.Learner):
    """One of those that a start makes, one after the other; they are kept in ``made``."""

    made: list[Learner]
    behave: Behave

    def __init__(self, _text: str, *, settings: SimpleNamespace, **_: object) -> None:
        super().__init__(Path())
        self.settings, self.rate_factor, self.attempt = settings, 1.0, len(self.made) + 1
        self.pipeline = SimpleNamespace(eval_config=None)
        self.in_step = lambda step: type(self).behave(self.attempt, step)
        self.made.append(self)

    def resume(self, checkpoint: Path) -> None:
        self.step = checkpoint_folder.step_of(checkpoint)

    def start(self) -> None:
        """Nothing is to be opened."""


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return begun_run(tmp_path / "run")


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    class Improving(Evaluator):
        def __init__(self, *_: object, **__: object) -> None:
            super().__init__(*(number / 10 for number in range(1, 10)))

    class Journal(training_builders.Journal):
        def __init__(self, run: RunDirectory, _plan: object, *, learner: Any, **_: object) -> None:
            super().__init__(run, learner)

        def __enter__(self) -> Journal:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing is open."""

        def draw_curves(self, _best_step: int) -> None:
            """Nobody looks."""

    Learner.made, Learner.behave = [], staticmethod(lambda _attempt, _step: 1.0)
    monkeypatch.setattr(start, "install", lambda: None)
    monkeypatch.setattr(
        start.devices, "choose_strategy", lambda *_, **__: (SimpleNamespace(num_replicas_in_sync=1), "the CPU")
    )
    monkeypatch.setattr(start, "Learner", Learner)
    monkeypatch.setattr(start, "LearnerSettings", SimpleNamespace)
    monkeypatch.setattr(start, "draw_order", lambda _pipeline, seed: seed)
    monkeypatch.setattr(start, "ModelEvaluator", Improving)
    monkeypatch.setattr(start, "Journal", Journal)
    monkeypatch.setattr(start.Gallery, "open", lambda *_: None)
    monkeypatch.setattr(start, "choose_weights", lambda *_, **__: {"moving averages": 0.05})
    monkeypatch.setattr(start, "usual_weights", lambda _work: "as trained")
    monkeypatch.setattr("tfodkit.training.loop.evaluates_averages", lambda _pipeline: False)
    monkeypatch.setattr(weights, "are_finite", lambda _model: True)
    monkeypatch.setattr(keeping, "_errors_of_saving", lambda: (OSError,))


def prepared(steps: int = 6, patience: int | None = None) -> Any:
    pipeline = SimpleNamespace(
        text="",
        batch_size=8,
        manifest=None,
        train_records=[],
        val_records=[],
        class_names={},
        fine_tune_checkpoint=None,
    )
    plan = TrainingPlan(steps=steps, eval_every=Cadence(2), save_every=Cadence(10, "minutes"), log_every=1)
    stopping = StoppingRule(higher_is_better=True, patience=patience)
    keeping_rule = KeepingRule(Monitor("mAP"))
    return SimpleNamespace(
        pipeline=pipeline, plan=plan, stopping=stopping, keeping=keeping_rule, ground_truth=[], train_images=None
    )


def go(
    run: RunDirectory, behave: Behave | None = None, steps: int = 6, *, is_changed: bool = False, **options: Any
) -> tuple[str, list[str]]:
    """Why it ended, and the lines that were shown."""
    if behave is not None:
        Learner.behave = staticmethod(behave)
    shown = io.StringIO()
    with Display(run.log_path, stream=shown) as display, listening(display.note) as stop:
        one = Start(run, prepared(steps), TrainOptions(**options), display=display, stop=stop)
        try:
            why = one.to_the_end(is_changed=is_changed)
        except BaseException as error:
            error.add_note(shown.getvalue())
            raise
    return why, shown.getvalue().splitlines()


def record(run: RunDirectory) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run.record_path.read_text())
    return content


def settings(name: str) -> list[Any]:
    return [getattr(learner.settings, name) for learner in Learner.made]


def once(fault: float | Exception, at: int, attempts: int = 1) -> Behave:
    """Goes wrong in a step of the first attempts."""

    def behave(attempt: int, step: int) -> float:
        if step == at and attempt <= attempts:
            if isinstance(fault, Exception):
                raise fault
            return fault
        return 1.0

    return behave


def test_a_run_without_faults_is_one_attempt(run: RunDirectory) -> None:
    why, _ = go(run, precision="mixed_float16", accumulate=2, steps_per_loop=3, xla=True)
    assert why == "all steps taken"
    assert vars(Learner.made[0].settings) == {
        "precision": "mixed_float16",
        "xla": True,
        "accumulate": 2,
        "deterministic": False,
        "batch_size": None,
        "data_service": None,
    }
    content = record(run)
    assert content["recoveries"] == []
    assert (content["options"]["save_every"], content["options"]["eval_every"]) == ("10m", None)
    assert [(one["from_step"], one["to_step"], one["why_ended"]) for one in content["starts"]] == [(0, 6, why)]
    assert content["result"] == {
        "step": 6,
        "monitor": "mAP",
        "weights": {"as trained": 0.3, "moving averages": 0.05},
        "average": 0,
        "best": {"step": 6, "value": 0.3, "monitor": "mAP", "weights": "as trained"},
    }


def test_out_of_memory_goes_on_from_the_last_checkpoint_with_gradients_accumulated(run: RunDirectory) -> None:
    why, lines = go(run, once(NO_MEMORY, at=4, attempts=2))
    assert why == "all steps taken"
    assert settings("accumulate") == [1, 2, 4]
    assert settings("batch_size") == [None] * 3
    assert [learner.rate_factor for learner in Learner.made] == [1.0] * 3
    assert (
        "warning: the device has no memory left for 8 images; accumulated the gradients of twice as many parts of a "
        "batch, and going back to step 2, which is saved" in lines
    )
    assert record(run)["recoveries"][0] == {
        "step": 2,
        "what": "out of memory: the device has no memory left for 8 images",
        "did": "accumulated the gradients of twice as many parts of a batch",
    }
    assert read_steps(run.metrics_path) == {1, 2, 3, 4, 5, 6}


def test_out_of_memory_can_halve_batch_and_rate_before_anything_is_saved(run: RunDirectory) -> None:
    _, lines = go(run, once(NO_MEMORY, at=1), on_oom="halve")
    assert settings("batch_size") == [None, 4]
    assert [learner.rate_factor for learner in Learner.made] == [1.0, 0.5]
    assert any(line.endswith("going back to the beginning, as nothing is saved yet") for line in lines)


def test_the_next_start_goes_on_as_the_last_one_recovered(run: RunDirectory) -> None:
    go(run, once(NO_MEMORY, at=4), on_oom="halve")
    go(run, steps=8)
    assert settings("batch_size") == [None, 4, 4]
    assert Learner.made[2].rate_factor == 0.5
    go(run, steps=10, is_changed=True)
    assert settings("batch_size")[3:] == [None]
    assert Learner.made[3].rate_factor == 1.0


@pytest.mark.parametrize(("on_oom", "attempts"), [("accumulate", 4), ("halve", 4), ("stop", 1)])
def test_out_of_memory_is_given_up_in_the_end(run: RunDirectory, on_oom: str, attempts: int) -> None:
    message = "the device has no memory left for 8 images; what could be tried did not help. Take fewer."
    with pytest.raises(TrainingError, match=message):
        go(run, once(NO_MEMORY, at=3, attempts=9), on_oom=on_oom)
    assert len(Learner.made) == attempts
    assert run.checkpoint("last").name == "ckpt-2"
    assert "what could be tried did not help" in record(run)["starts"][0]["why_ended"]


def test_what_one_device_takes_at_once_is_what_can_be_halved(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_devices = SimpleNamespace(num_replicas_in_sync=2), "2 GPUs"
    monkeypatch.setattr(start.devices, "choose_strategy", lambda *_, **__: two_devices)
    with pytest.raises(TrainingError, match="what could be tried did not help"):
        go(run, once(NO_MEMORY, at=1, attempts=9), accumulate=2)
    assert settings("accumulate") == [2, 4]  # eight images on two devices: two at once, then one


def test_a_bad_loss_goes_back_and_lowers_the_rate(run: RunDirectory) -> None:
    why, lines = go(run, once(float("nan"), at=4, attempts=2))
    assert why == "all steps taken"
    assert [learner.rate_factor for learner in Learner.made] == pytest.approx([1.0, 0.5, 0.05])
    assert any("the images of its batch: 4a.jpg, 4b.jpg; halved the learning rate, and going" in line for line in lines)
    assert [(entry["step"], entry["did"]) for entry in record(run)["recoveries"]] == [
        (4, "halved the learning rate"),
        (4, "divided the learning rate by 10"),
    ]
    assert read_steps(run.metrics_path) == {1, 2, 3, 4, 5, 6}
    assert run.checkpoint("best").name == "ckpt-6"


def test_a_bad_loss_is_given_up_after_three_tries(run: RunDirectory) -> None:
    with pytest.raises(
        TrainingError, match=r"no number any more: .*; what could be tried did not help\. Look at these"
    ):
        go(run, once(float("nan"), at=4, attempts=9))
    assert [learner.rate_factor for learner in Learner.made] == pytest.approx([1.0, 0.5, 0.05, 0.005])


@pytest.mark.parametrize("attempt_of_signal", [1, 2])
def test_a_signal_ends_it_in_whichever_attempt(run: RunDirectory, attempt_of_signal: int) -> None:
    def behave(attempt: int, step: int) -> float:
        if (attempt, step) == (attempt_of_signal, 5):
            os.kill(os.getpid(), signal.SIGTERM)
        return once(NO_MEMORY, at=4, attempts=attempt_of_signal - 1)(attempt, step)

    with pytest.raises(KeyboardInterrupt):
        go(run, behave)
    assert run.checkpoint("last").name == "ckpt-5"
    assert record(run)["starts"][0]["why_ended"] == "it was interrupted"
    assert record(run)["result"] is None


def test_the_mirror_is_like_the_run_in_the_end(run: RunDirectory, tmp_path: Path) -> None:
    go(run, mirror=tmp_path / "drive")
    mirror = RunDirectory(tmp_path / "drive")
    assert mirror.checkpoint("last").name == mirror.checkpoint("best").name == "ckpt-6"
    assert mirror.record_path.read_text() == run.record_path.read_text()


def test_there_is_nothing_to_do_when_all_is_done(run: RunDirectory) -> None:
    assert reason_to_do_nothing(run, prepared(), TrainOptions()) is None
    go(run)
    assert reason_to_do_nothing(run, prepared(), TrainOptions()) == "all steps taken"
    assert reason_to_do_nothing(run, prepared(steps=8), TrainOptions()) is None
    assert reason_to_do_nothing(run, prepared(), TrainOptions(average=3)) is None


def test_there_is_nothing_to_do_when_patience_is_at_its_end(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    go(run)
    asked = prepared(steps=100, patience=2)
    assert reason_to_do_nothing(run, asked, TrainOptions()) is None
    with run.evaluations_path.open("a") as table:
        table.writelines(f"{step},{',0.1' * 12}\n".replace(",,", ",") for step in (8, 10))
    (run.folder("last") / "checkpoint").write_text('model_checkpoint_path: "ckpt-10"\n')
    content = record(run)
    content["result"]["step"] = 10
    run.record_path.write_text(json.dumps(content))
    assert reason_to_do_nothing(run, asked, TrainOptions()) == "2 of 2 evaluations without improvement"


def test_the_result_of_an_evaluation_is_read_back() -> None:
    content = Evaluator(0.5).evaluate().to_json()
    assert keeping.as_result(content) == Evaluator(0.5).evaluate()
    assert isinstance(keeping.as_result(content), EvaluationResult)


def test_a_run_that_is_gone_leaves_nothing_in_its_place(run: RunDirectory) -> None:
    def lose_folder(_attempt: int, step: int) -> float:
        if step == 2:
            shutil.rmtree(run.path)
        return 1.0

    with pytest.raises(OutputError):  # in whose words it ends is told by train()
        go(run, lose_folder)
    assert not run.path.exists()

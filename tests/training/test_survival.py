"""Faults in a real run: memory and numbers that give out, a disk that is full, a signal during an evaluation."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tfodkit.errors import Interrupted, OutOfMemory, OutputError
from tfodkit.odapi.detection import ValidationPass
from tfodkit.odapi.learner import TOTAL_LOSS, Learner
from tfodkit.training import checkpoint_folder
from tfodkit.training.evaluate_run import evaluate_run
from tfodkit.training.metrics import read_table
from tfodkit.training.options import TrainOptions
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.train import train

pytestmark = pytest.mark.slow

OPTIONS = TrainOptions(eval_every=3, log_every=1)
Step = Callable[[Learner], Any]


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "run")


def steps_of(path: Path) -> list[float | None]:
    return [row["step"] for row in read_table(path)]


def record(run: RunDirectory) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run.record_path.read_text())
    return content


def test_a_run_survives_memory_and_numbers_that_give_out(
    drawn_config: Path, run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    faults = {2: "no memory", 5: "no number"}
    take_step = Learner.take_step

    def faulty(learner: Learner, count: int = 1) -> Any:
        fault = faults.pop(learner.step + 1, None)
        if fault == "no memory":
            raise OutOfMemory("train_config.batch_size", "the device has no memory left", "Take fewer.")
        losses = take_step(learner, count)
        return {**losses, TOTAL_LOSS: tf.constant(float("nan"))} if fault else losses

    monkeypatch.setattr(Learner, "take_step", faulty)
    result = train(drawn_config, run.path, OPTIONS)
    assert (result.step, result.why, faults) == (6, "all steps taken", {})
    assert [(one["step"], one["did"]) for one in record(run)["recoveries"]] == [
        (0, "accumulated the gradients of twice as many parts of a batch"),
        (5, "halved the learning rate"),
    ]
    assert "the images of its batch: tray_" in record(run)["recoveries"][1]["what"]
    assert steps_of(run.metrics_path) == [1, 2, 3, 4, 5, 6]
    assert steps_of(run.evaluations_path) == [3, 6]
    rates = {row["step"]: row["learning_rate"] for row in read_table(run.metrics_path)}
    assert rates[6] == pytest.approx(rates[3] / 2)  # the tiny config's rate is constant
    for which in ("best", "last"):
        evaluate_run(run.path, which=which)


def test_a_full_disk_keeps_what_was_whole_and_the_run_goes_on_when_there_is_room(
    drawn_config: Path, run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    save = tf.train.CheckpointManager.save
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def save_where_files_may_not_grow(manager: Any, checkpoint_number: int) -> Any:
        if checkpoint_number == 6:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
        try:
            return save(manager, checkpoint_number=checkpoint_number)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    with monkeypatch.context() as patched:
        patched.setattr(tf.train.CheckpointManager, "save", save_where_files_may_not_grow)
        message = (
            r"last: the checkpoint of step 6 can't be written: .*(File too large|EFBIG).*; ckpt-3, saved before, "
            r"is whole\. Make room, then start the same command again to go on\."
        )
        with pytest.raises(OutputError, match=message) as full:
            train(drawn_config, run.path, OPTIONS)
        assert full.value.exit_code == 1
    assert sorted(path.name for path in run.folder("last").iterdir()) == [
        "checkpoint",
        "ckpt-3.data-00000-of-00001",
        "ckpt-3.index",
    ]
    assert train(drawn_config, run.path, OPTIONS).step == 6
    assert steps_of(run.metrics_path) == [1, 2, 3, 4, 5, 6]


def test_a_signal_ends_an_evaluation_between_two_batches(
    drawn_config: Path, run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    detect = ValidationPass.detect
    seen = []

    def interrupted(one_pass: ValidationPass) -> Iterator[Any]:
        for found in detect(one_pass):
            seen.append(found)
            os.kill(os.getpid(), signal.SIGTERM)
            yield found

    monkeypatch.setattr(ValidationPass, "detect", interrupted)
    message = r"interrupted; it is saved up to step 3\. Start the same command again to go on\."
    with pytest.raises(Interrupted, match=message) as end:
        train(drawn_config, run.path, OPTIONS)
    assert (end.value.exit_code, len(seen)) == (143, 1)
    assert record(run)["starts"][0]["why_ended"] == "it was interrupted"
    assert run.checkpoint("last").name == "ckpt-3"
    assert not (run.path.parent / ".run.training").exists()


def test_the_best_of_weights_averages_and_averaged_checkpoints_is_kept(
    drawn_config: Path, run: RunDirectory, tmp_path: Path
) -> None:
    config = tmp_path / "averaging.config"
    text = drawn_config.read_text().replace("use_moving_average: false", "use_moving_average: true")
    config.write_text(text)
    result = train(config, run.path, TrainOptions(steps=4, eval_every=2, average=2, monitor="Loss/total_loss"))
    figures = record(run)["result"]["weights"]
    assert set(figures) == {"as trained", "moving averages", "averaged checkpoints"}
    assert [path.name for path in checkpoint_folder.kept(run.folder("last"))] == ["ckpt-2", "ckpt-4"]
    kept = {which: json.loads(run.figures_path(which).read_text()) for which in ("best", "averaged")}
    assert result.best is not None
    earlier = {row["Loss/total_loss"] for row in read_table(run.evaluations_path)}
    assert result.best.value == kept["best"]["value"] == min({*figures.values(), *earlier})
    assert kept["averaged"]["checkpoint"] == "swa-4"
    for which in ("best", "averaged"):
        again = evaluate_run(run.path, which=which)
        assert again.losses["Loss/total_loss"] == pytest.approx(kept[which]["value"], rel=1e-4)

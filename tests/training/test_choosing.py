"""Which weights are evaluated at the end, and what is kept of them; around a model that takes anything."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from training_builders import Evaluator, Learner, begun_run, save

from tfodkit.odapi import weights
from tfodkit.training import choosing, keeping
from tfodkit.training.choosing import choose_weights
from tfodkit.training.keeping import Keeper, KeepingRule
from tfodkit.training.loop import Collaborators
from tfodkit.training.mirror import Mirror
from tfodkit.training.monitor import Monitor
from tfodkit.training.progress import Display
from tfodkit.training.run_directory import RunDirectory, Weights
from tfodkit.training.signals import StopRequest
from tfodkit.training.watchdog import Watchdog

RULE = KeepingRule(Monitor("mAP"), keep=3)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    run = begun_run(tmp_path / "run")
    save(run.folder("last"), 2, 4, 6)
    return run


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the model was filled with, in its order."""
    given: list[Any] = []

    def restore(_model: object, checkpoint: Path, *, averaged: bool) -> None:
        given.append((checkpoint.name, averaged))

    def save_weights(_model: object, prefix: Path) -> None:
        for suffix in (".index", ".data-00000-of-00001"):
            prefix.with_name(prefix.name + suffix).touch()

    monkeypatch.setattr(choosing, "restore_model", restore)
    monkeypatch.setattr(choosing, "average_checkpoints", lambda _model, paths: given.append([p.name for p in paths]))
    monkeypatch.setattr(weights, "save_weights", save_weights)
    monkeypatch.setattr(keeping, "_errors_of_saving", lambda: (OSError,))
    return given


def choose(
    run: RunDirectory, *figures: float, average: int, has_averages: bool, evaluates_averages: bool = False
) -> Any:
    """The figures found, the best, and what was shown; 0.5 is the best before."""
    optimizer = SimpleNamespace(use_moving_average=has_averages)
    learner: Any = Learner(run.path, step=6)
    learner.averages_weights = has_averages
    learner.pipeline = SimpleNamespace(
        train_config=SimpleNamespace(optimizer=optimizer),
        eval_config=SimpleNamespace(use_moving_averages=evaluates_averages),
    )
    shown = io.StringIO()
    with Display(run.log_path, stream=shown) as display, Watchdog(display.note, display.log) as watchdog:
        keeper = Keeper(run, learner, rule=RULE, mirror=Mirror(run, None, print))
        keeper.keep_if_best(Evaluator(0.5).evaluate(), Weights.AS_TRAINED)
        work = Collaborators(
            learner=learner,
            evaluator=Evaluator(*figures),  # type: ignore[arg-type]
            keeper=keeper,
            journal=contextlib.nullcontext(),  # type: ignore[arg-type]
            display=display,
            watchdog=watchdog,
            stop=StopRequest(print),
        )
        return choose_weights(run, RULE, average=average, work=work), keeper.best, shown.getvalue()


def test_averages_that_are_better_are_the_best(run: RunDirectory, filled: list[Any]) -> None:
    found, best, shown = choose(run, 0.6, average=0, has_averages=True)
    assert found == {"moving averages": 0.6}
    assert filled == [("ckpt-6", True)]
    assert best.weights == Weights.MOVING_AVERAGES
    assert run.has_moving_averages("best")
    assert "moving averages: mAP 0.6000, the best so far" in shown


def test_weights_as_trained_are_looked_at_where_averages_were(run: RunDirectory, filled: list[Any]) -> None:
    found, best, shown = choose(run, 0.4, average=0, has_averages=True, evaluates_averages=True)
    assert found == {"as trained": 0.4}
    assert filled == [("ckpt-6", False)]
    assert best.value == 0.5
    assert "as trained: mAP 0.4000, not better than the best mAP 0.5000 at step 6" in shown


def test_the_last_checkpoints_are_averaged(run: RunDirectory, filled: list[Any]) -> None:
    found, best, _ = choose(run, 0.4, 0.7, average=2, has_averages=True)
    assert found == {"moving averages": 0.4, "averaged checkpoints": 0.7}
    assert filled == [("ckpt-6", True), ["ckpt-4", "ckpt-6"]]
    assert run.checkpoint("averaged").name == run.checkpoint("best").name == "swa-6"
    assert best.weights == Weights.AVERAGED_CHECKPOINTS


def test_one_checkpoint_is_no_average(run: RunDirectory, filled: list[Any]) -> None:
    save(run.folder("last"), 6)
    assert choose(run, average=5, has_averages=False)[0] == {}
    assert filled == []

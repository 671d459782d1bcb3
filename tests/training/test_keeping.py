"""Which checkpoints are kept, and what is left when there is no room for one."""

from __future__ import annotations

import errno
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from training_builders import Evaluator, Learner, begun_run, save

from tfodkit.errors import OutputError
from tfodkit.odapi import weights
from tfodkit.training import keeping
from tfodkit.training.keeping import Best, Keeper, KeepingRule, read_best
from tfodkit.training.mirror import Mirror
from tfodkit.training.monitor import Monitor
from tfodkit.training.run_directory import RunDirectory, Weights

MAP = Monitor("mAP")


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_errors_of_saving", lambda: (OSError, OutputError))
    monkeypatch.setattr(weights, "save_weights", lambda _model, prefix: save_files(prefix))


def save_files(prefix: Path) -> None:
    for suffix in (".index", ".data-00000-of-00001"):
        prefix.with_name(prefix.name + suffix).write_text("average")


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return begun_run(tmp_path / "run")


def keeper_of(run: RunDirectory, learner: Any, monitor: Monitor = MAP, mirror: Path | None = None) -> Keeper:
    return Keeper(run, learner, rule=KeepingRule(monitor), mirror=Mirror(run, mirror, print))


def figures(run: RunDirectory, which: Any = "best") -> tuple[Any, ...]:
    content = json.loads(run.figures_path(which).read_text())
    return content["step"], content["checkpoint"], content["weights"], content["value"]


def test_the_best_is_the_newest_under_a_second_name(run: RunDirectory) -> None:
    learner = Learner(run.path, step=3)
    keeper = keeper_of(run, learner)
    keeper.save()
    assert keeper.keep_if_best(Evaluator(0.25).evaluate(), Weights.AS_TRAINED)
    assert figures(run) == (3, "ckpt-3", "as trained", 0.25)
    assert run.checkpoint("best").with_suffix(".index").samefile(run.checkpoint("last").with_suffix(".index"))
    assert not keeper.keep_if_best(Evaluator(0.25).evaluate(), Weights.MOVING_AVERAGES)
    assert keeper.keep_if_best(Evaluator(0.5).evaluate(), Weights.MOVING_AVERAGES)
    assert figures(run) == (3, "ckpt-3", "moving averages", 0.5)
    assert run.has_moving_averages("best")
    assert keeper.best == Best(3, 0.5, "mAP", Weights.MOVING_AVERAGES) == read_best(run, MAP)
    learner.step = 6
    keeper.save()
    assert not keeper.keep_if_best(Evaluator(0.4).evaluate(), Weights.AS_TRAINED)
    assert (run.checkpoint("last").name, run.checkpoint("best").name) == ("ckpt-6", "ckpt-3")


def test_an_average_is_kept_and_best_if_it_is_better(run: RunDirectory) -> None:
    keeper = keeper_of(run, Learner(run.path, step=3))
    keeper.save()
    keeper.keep_if_best(Evaluator(0.3).evaluate(), Weights.AS_TRAINED)
    assert not keeper.keep_average(Evaluator(0.2).evaluate())
    assert figures(run, "averaged") == (3, "swa-3", "averaged checkpoints", 0.2)
    assert run.checkpoint("best").name == "ckpt-3"
    assert keeper.keep_average(Evaluator(0.4).evaluate())
    assert figures(run) == (3, "swa-3", "averaged checkpoints", 0.4)
    assert run.checkpoint("best").name == "swa-3"
    assert run.has_moving_averages("best") is False
    assert run.has_moving_averages("last") is None


def test_another_figure_values_the_best_anew(run: RunDirectory) -> None:
    keeper = keeper_of(run, Learner(run.path, step=3))
    keeper.save()
    keeper.keep_if_best(Evaluator(0.3).evaluate(), Weights.AS_TRAINED)
    assert read_best(run, Monitor("Loss/total_loss")) == Best(3, 1.0, "Loss/total_loss", Weights.AS_TRAINED)
    assert str(read_best(run, Monitor("AP/mug"))) == "best AP/mug 0.3000 at step 3"


def test_a_figure_that_was_not_evaluated_tells_no_best(run: RunDirectory) -> None:
    keeper = keeper_of(run, Learner(run.path, step=3))
    keeper.save()
    keeper.keep_if_best(Evaluator(0.3).evaluate(), Weights.AS_TRAINED)
    assert read_best(run, Monitor("AP/a class since then")) is None
    content = json.loads(run.figures_path("best").read_text())
    del content["losses"]
    run.figures_path("best").write_text(json.dumps(content))
    assert read_best(run, MAP) is None


def test_a_run_that_was_removed_is_not_made_of_a_checkpoint_alone(run: RunDirectory) -> None:
    keeper = keeper_of(run, Learner(run.path, step=3))
    shutil.rmtree(run.path)
    message = f"{run.path}: the run directory was removed or renamed while training, or its pipeline.config was. Put it"
    with pytest.raises(OutputError, match=re.escape(message)):
        keeper.save()
    assert not run.path.exists()


def test_figures_of_another_checkpoint_count_for_nothing(run: RunDirectory) -> None:
    keeper = keeper_of(run, Learner(run.path, step=3))
    keeper.save()
    keeper.keep_if_best(Evaluator(0.3).evaluate(), Weights.AS_TRAINED)
    save(run.folder("best"), 6)
    assert read_best(run, MAP) is None
    assert run.has_moving_averages("best") is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OutputError("best/ckpt-6.index", "can't be written: No space left on device", "Make room."), "No space left"),
        (
            RuntimeError("{{function_node x}} run/last/ckpt-6_temp; No space left on device [Op:SaveV2]"),
            "No space",
        ),
    ],
)
def test_a_disk_that_is_full_keeps_what_was_whole(
    run: RunDirectory, error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_errors_of_saving", lambda: (OSError, OutputError, RuntimeError))
    learner = Learner(run.path, step=3)
    keeper_of(run, learner).save()
    learner.step = 6

    def save_half(checkpoint_number: int) -> None:
        (run.folder("last") / f"ckpt-{checkpoint_number}.data-00000-of-00001").write_text("half of")
        (run.folder("last") / f"ckpt-{checkpoint_number}_temp").mkdir()
        raise error

    monkeypatch.setattr(learner, "checkpoint_manager", lambda *_: SimpleNamespace(save=save_half), raising=False)
    message = f"last: the checkpoint of step 6 can't be written: .*{reason}[^[]*; ckpt-3, saved before, is whole. Make"
    with pytest.raises(OutputError, match=message):
        keeper_of(run, learner).save()
    assert sorted(path.name for path in run.folder("last").iterdir()) == [
        "checkpoint",
        "ckpt-3.data-00000-of-00001",
        "ckpt-3.index",
    ]

"""One run in several processes: who writes, and what can't be meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tfodkit.errors import UsageError
from tfodkit.training.cadence import Cadence
from tfodkit.training.options import TrainOptions
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.workers import own_folder, without_clocks

MINUTES = Cadence(10, "minutes")
PLAN = TrainingPlan(steps=9, eval_every=Cadence(3), save_every=MINUTES, log_every=1, at_once=4)
SEVERAL = TrainOptions(strategy="multi-worker", mirror=Path("drive"))


def be_worker(monkeypatch: pytest.MonkeyPatch, index: int) -> None:
    task = {"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": index}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(task))


def test_several_workers_do_all_by_steps() -> None:
    plan = without_clocks(PLAN, SEVERAL)
    assert (plan.save_every, plan.at_once, plan.eval_every) == (Cadence(3), 1, Cadence(3))
    assert without_clocks(PLAN, TrainOptions()) == PLAN


@pytest.mark.parametrize(
    ("eval_every", "hours", "flag"), [(MINUTES, None, "--eval-every"), (Cadence(3), 2.0, "--max-hours")]
)
def test_clocks_are_refused_to_several_workers(eval_every: Cadence, hours: float | None, flag: str) -> None:
    plan = TrainingPlan(steps=9, eval_every=eval_every, save_every=MINUTES, log_every=1)
    options = TrainOptions(strategy="multi-worker", max_hours=hours)
    message = rf"{flag}: can't be meant for several workers, each of which has a clock of its own\. Count in steps"
    with pytest.raises(UsageError, match=message):
        without_clocks(plan, options)


def test_the_first_worker_writes_the_run_and_others_a_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "last").mkdir(parents=True)
    (run / "pipeline.config").write_text("model {}")
    (run / "last" / "ckpt-3.index").write_text("3")
    be_worker(monkeypatch, 0)
    with own_folder(run, SEVERAL) as (folder, options):
        assert (folder, options.mirror, options.on_oom) == (run, Path("drive"), "stop")
    be_worker(monkeypatch, 1)
    with own_folder(run, SEVERAL) as (folder, options):
        assert folder != run
        assert (folder / "last" / "ckpt-3.index").read_text() == "3"
        assert (options.mirror, options.on_oom) == (None, "stop")
        (folder / "last" / "ckpt-4.index").write_text("4")
    assert not folder.exists()
    assert [path.name for path in (run / "last").iterdir()] == ["ckpt-3.index"]
    with own_folder(run, TrainOptions()) as (folder, options):
        assert (folder, options) == (run, TrainOptions())


def test_a_folder_that_is_no_run_is_not_copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "holiday.jpg").touch()
    be_worker(monkeypatch, 1)
    with own_folder(tmp_path / "run", SEVERAL) as (folder, _):
        assert not folder.exists()

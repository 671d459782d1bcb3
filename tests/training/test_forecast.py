from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tfodkit.training import forecast as forecasts
from tfodkit.training.forecast import Forecast, expected_checkpoint_bytes, forecast
from tfodkit.training.resources_used import MemoryUse

GB = 1_000_000_000


def make_forecast(**overrides: object) -> Forecast:
    facts = {
        "seconds": 3725.0, "evaluations": 3, "memory": MemoryUse(2 * GB), "memory_bytes": 12 * GB, "gpu_bytes": None,
        "disk_needed": GB // 2, "disk_free": 30 * GB,
    }  # fmt: skip
    return Forecast(**{**facts, **overrides})  # type: ignore[arg-type]


def test_time_memory_and_disk_stand_in_one_line() -> None:
    assert str(make_forecast()) == (
        "forecast: 1:02:05 to the end with 3 evaluations; memory 2.0 GB of 12.0 GB; checkpoints 500 MB of 30.0 GB free"
    )
    with_gpu = make_forecast(memory=MemoryUse(2 * GB, 3 * GB, 4 * GB), gpu_bytes=15 * GB, evaluations=1)
    assert "with 1 evaluation; memory 2.0 GB of 12.0 GB; GPU 4.0 GB of 15.0 GB; checkpoints" in str(with_gpu)


def test_a_disk_that_will_not_do_is_warned_of() -> None:
    assert make_forecast(disk_needed=5, disk_free=5).warning == ""
    assert make_forecast(disk_needed=2 * GB, disk_free=GB).warning == (
        "warning: the checkpoints still need 2.0 GB, but the disk has 1.0 GB left. Make room now, or lower --keep."
    )


def test_what_is_saved_already_needs_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=77)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    (tmp_path / "last").mkdir()
    (tmp_path / "last" / "ckpt-5.data-00000-of-00001").write_bytes(bytes(900))
    (tmp_path / "last" / "ckpt-5.index").write_bytes(bytes(100))
    outlook = forecast(tmp_path, seconds=1, evaluations=0, checkpoints=3, checkpoint_bytes=1000)
    assert (outlook.disk_needed, outlook.disk_free) == (2000, 77)
    assert outlook.memory_bytes == forecasts.machine_bytes()
    assert forecast(tmp_path, seconds=1, evaluations=0, checkpoints=1, checkpoint_bytes=10).disk_needed == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("optimizer", "average"),
    [("momentum_optimizer", "false"), ("adam_optimizer", "true"), ("rms_prop_optimizer", "false")],
)
def test_the_size_of_a_checkpoint_is_known_before_there_is_one(
    optimizer: str, average: str, drawn_config: Path, tmp_path: Path
) -> None:
    from tfodkit.odapi import devices
    from tfodkit.odapi.install import install
    from tfodkit.odapi.learner import Learner

    install()
    text = drawn_config.read_text()
    for old, new in (
        ("momentum_optimizer", optimizer),
        ("use_moving_average: false", f"use_moving_average: {average}"),
    ):
        assert old in text
        text = text.replace(old, new)
    strategy, _ = devices.choose_strategy()
    learner = Learner(text, strategy=strategy, seed=0)
    learner._optimizer.create_slots(learner._trained.variables)  # as the first step does
    learner.checkpoint_manager(tmp_path).save(0)
    size = sum(path.stat().st_size for path in tmp_path.glob("ckpt-*"))
    expected = expected_checkpoint_bytes(learner.model, learner.pipeline.train_config.optimizer)
    assert expected == pytest.approx(size, rel=0.1)

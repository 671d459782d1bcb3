import io
import time
from pathlib import Path

import pytest

from tfodkit.training import progress
from tfodkit.training.progress import Display, StepReport

REPORT = StepReport(step=120, steps=500, loss=0.84216, learning_rate=0.0311, steps_per_second=2.4)


def test_a_step_tells_all_that_people_watch() -> None:
    assert str(REPORT) == "step 120/500  loss 0.8422  rate 0.0311  2.40 steps/s  ETA 2:38"


def test_a_pipe_gets_whole_lines_while_nothing_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(progress, "LIVE_SECONDS", 0.02)
    stream = io.StringIO()
    with Display(tmp_path / "train.log", stream) as display, display.phase("tracing"):
        time.sleep(0.3)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "tracing …"
    assert "tracing … 0:00" in lines[1:-1]
    assert lines[-1].startswith("tracing: 0.")


def test_the_last_step_is_repeated_as_a_heartbeat_and_kept_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(progress, "LIVE_SECONDS", 0.02)
    stream = io.StringIO()
    with Display(tmp_path / "train.log", stream) as display:
        display.step(REPORT, keep=True)
        time.sleep(0.3)
    assert str(REPORT) in stream.getvalue().splitlines()
    assert str(REPORT) in (tmp_path / "train.log").read_text()


def test_an_error_passes_through_and_the_heart_stops(tmp_path: Path) -> None:
    display = Display(tmp_path / "train.log", io.StringIO())
    with pytest.raises(RuntimeError), display, display.phase("failing"):
        raise RuntimeError
    assert not display._heart.is_alive()

"""The display as a whole: it beats, it keeps the log, and it fails quietly."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import pytest

from tfodkit.training import progress
from tfodkit.training.progress import Display
from tfodkit.training.step_report import StepReport

REPORT = StepReport(step=120, steps=500, loss=0.84216, learning_rate=0.0311, images_per_second=19.2, seconds_left=158)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(progress, "LIVE_SECONDS", 0.02)


def test_a_pipe_gets_whole_lines_while_nothing_comes_back(tmp_path: Path, quick: None) -> None:
    stream = io.StringIO()
    with Display(tmp_path / "train.log", stream) as display, display.phase("tracing"):
        time.sleep(0.3)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "tracing …"
    assert "tracing … 0:00" in lines[1:-1]
    assert lines[-1].startswith("tracing: 0.")


def test_the_last_step_is_repeated_while_the_next_takes_its_time_and_kept_in_the_log(
    tmp_path: Path, quick: None
) -> None:
    stream = io.StringIO()
    with Display(tmp_path / "train.log", stream) as display:
        display.step(REPORT, keep=True)
        time.sleep(0.3)
    first, *others = stream.getvalue().splitlines()
    assert first.startswith(str(REPORT))
    assert f"{REPORT}  next step … 0:00" in others
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d " + re.escape(str(REPORT)) + "\n", display.log.path.read_text()
    )


def test_a_step_that_is_not_kept_is_not_in_the_log(tmp_path: Path) -> None:
    with Display(tmp_path / "train.log", io.StringIO()) as display:
        display.step(REPORT, keep=False)
        display.note("one\ntwo")
        with display.phase("saving"):
            pass
        display.spent("learning", 2.5)
    lines = [line[20:] for line in display.log.path.read_text().splitlines()]
    assert lines == ["one", "two", "saving …", "saving: 0.0 s"]
    assert display.phases["learning"] == 2.5


def test_the_seconds_of_a_phase_are_summed_under_its_name_whatever_it_is_about(tmp_path: Path) -> None:
    stream = io.StringIO()
    with Display(tmp_path / "train.log", stream) as display:
        for step in (100, 200):
            with display.phase("evaluating", f"step {step}"):
                time.sleep(0.02)
        with pytest.raises(RuntimeError), display.phase("saving"):
            raise RuntimeError
    assert set(display.phases) == {"evaluating", "saving"}
    assert display.phases["evaluating"] >= 0.04
    assert re.search(r"^evaluating step 200: 0\.\d s$", stream.getvalue(), re.MULTILINE)
    assert "saving: " not in stream.getvalue(), "it did not end"


def test_an_error_passes_through_and_the_heart_stops(tmp_path: Path) -> None:
    display = Display(tmp_path / "train.log", io.StringIO())
    with pytest.raises(RuntimeError), display, display.phase("failing"):
        raise RuntimeError
    assert not display._heart.is_alive()


class Broken(io.StringIO):
    """A pipe whose reader has gone away."""

    def write(self, _: str, /) -> int:
        raise BrokenPipeError


class BrokenTerminal(Broken):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [Broken(), BrokenTerminal()], ids=["pipe", "terminal"])
def test_a_screen_that_is_gone_stops_nobody(
    stream: io.StringIO, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with Display(tmp_path / "train.log", stream) as display, display.phase("evaluating"):
        display.step(REPORT, keep=True)
        time.sleep(0.1)
        assert display._heart.is_alive()
    assert "evaluating: 0.1 s" in display.log.path.read_text()


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    stream = io.StringIO()
    with Display(tmp_path / "file" / "train.log", stream) as display:
        display.note("still here")
        display.log.write_stacks()
    assert stream.getvalue() == "still here\n"

"""Downloads in a pipe are told in lines, at least every ten seconds; on a terminal there is a bar."""

from __future__ import annotations

import io
import sys
import threading
import time

import pytest

from tfodkit.cli import download_progress as module
from tfodkit.cli.download_progress import download_progress


class _Clock:
    """Stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    """Of the lines; a beat comes every few milliseconds of the true one."""
    clock = _Clock()
    monkeypatch.setattr(module.time, "monotonic", clock)
    return clock


def lines_of(steps: list[tuple[float, object]], clock: _Clock) -> module._Lines:
    """Lines after ``steps``: the second at which something is said or shown."""
    lines = module._Lines()
    for second, step in steps:
        clock.now = 100.0 + second
        if isinstance(step, str):
            lines.say(step)
        else:
            lines.show("model", *step)  # type: ignore[misc]
    return lines


def beat(lines: module._Lines) -> None:
    """One look at the clock."""

    class Once(threading.Event):
        looks = iter([False, True])

        def wait(self, _: float | None = None) -> bool:
            return next(self.looks)

    lines.beat(Once())


@pytest.mark.parametrize(
    ("steps", "now", "line"),
    [
        ([(0, (0, 40_000_000)), (4, (12_000_000, 40_000_000))], 9, None),
        ([(0, (0, 40_000_000)), (4, (12_000_000, 40_000_000))], 10, "model: 12.0 MB of 40.0 MB, 1.2 MB/s, 23 s to go"),
        (
            [(0, (30_000_000, 40_000_000)), (9, (35_000_000, 40_000_000))],
            10,
            "model: 35.0 MB of 40.0 MB, 0.5 MB/s, 10 s to go",
        ),
        ([(0, (0, None)), (4, (12_000_000, None))], 10, "model: 12.0 MB, 1.2 MB/s"),
        ([(0, (0, 40_000_000))], 10, "model: 0.0 kB of 40.0 MB, 0.0 kB/s"),
        ([(0, (0, 9)), (4, "model: unpacking")], 13, None),
        ([(0, (0, 9)), (4, "model: unpacking")], 14, "model: unpacking …"),
    ],
)
def test_a_line_comes_after_ten_silent_seconds(
    steps: list[tuple[float, object]], now: float, line: str | None, clock: _Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = lines_of(steps, clock)
    capsys.readouterr()
    clock.now = 100.0 + now
    beat(lines)
    assert capsys.readouterr().err == ("" if line is None else f"{line}\n")


def test_the_beat_is_heard_while_nothing_comes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0.02)
    with download_progress() as watch:
        watch.say("model: asking")
        deadline = time.monotonic() + 5
        said = ""
        while "model: asking …\n" not in said and time.monotonic() < deadline:
            time.sleep(0.01)
            said += capsys.readouterr().err
    assert "model: asking …\n" in said
    assert "tfodkit-download" not in {thread.name for thread in threading.enumerate()}


def test_on_a_terminal_there_is_a_bar_and_lines_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    with download_progress() as watch:
        watch.show("model", 0, 40_000_000)
        watch.show("model", 12_000_000, 40_000_000)
        watch.say("model: the connection broke [after 12 MB]")
    assert "model: the connection broke [after 12 MB]" in terminal.getvalue()
    assert "12.0/40.0 MB" in terminal.getvalue()

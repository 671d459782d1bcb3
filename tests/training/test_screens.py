"""What is written where: redrawn on a terminal, whole lines elsewhere."""

from __future__ import annotations

import io
import re

import pytest

from tfodkit.training import screens
from tfodkit.training.screens import PlainScreen, TerminalScreen, screen_for

CURSOR_UP, CLEAR_LINE = "\x1b[1A", "\x1b[2K"
COLOUR = re.compile(r"\x1b\[3\dm")


class Pipe(io.StringIO):
    encoding = "utf-8"


class Terminal(Pipe):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", *screens._NOTEBOOK_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminal_has_its_last_lines_redrawn_and_others_stay() -> None:
    stream = Terminal()
    screen = screen_for(stream)
    assert isinstance(screen, TerminalScreen)
    screen.draw(["step 1", "loss 2"])
    screen.draw(["step 2", "loss 1"])
    screen.line("saved [best]")
    screen.close()
    written = stream.getvalue()
    assert written.index("step 1") < written.index(CURSOR_UP) < written.index("step 2") < written.index("saved [best]")
    assert written.endswith(CLEAR_LINE), "what was drawn is taken away"
    assert COLOUR.search(written)


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    screen = screen_for(stream)
    screen.draw(["step 1"])
    screen.close()
    assert "step 1" in stream.getvalue()
    assert not COLOUR.search(stream.getvalue())


def test_the_cursor_stays_visible_for_a_run_that_is_killed() -> None:
    stream = Terminal()
    screen_for(stream).draw(["step 1"])
    assert stream.getvalue().rindex("\x1b[?25h") > stream.getvalue().rindex("\x1b[?25l")


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("COLAB_RELEASE_TAG", "r1"), ("JPY_PARENT_PID", "7")])
def test_a_notebook_and_a_simple_terminal_get_lines(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert isinstance(screen_for(Terminal()), PlainScreen)


def test_a_pipe_gets_lines_though_colours_are_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = Pipe()
    screen = screen_for(stream)
    screen.draw(["step 1"])
    screen.line("saved")
    screen.close()
    assert stream.getvalue() == "saved\n"


def test_a_letter_that_the_stream_lacks_stops_nobody() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    screen_for(stream).line("AP of žemľa …")
    stream.seek(0)
    assert stream.read() == "AP of ?em?a ?\n"

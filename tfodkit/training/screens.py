"""Where a run is shown: redrawn in place on a terminal, whole lines in a pipe, a file or a notebook."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn, Protocol, TextIO

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

_NOTEBOOK_VARIABLES = ("JPY_PARENT_PID", "COLAB_RELEASE_TAG", "COLAB_JUPYTER_IP")
"""Set for what a notebook starts, also with an exclamation mark: it has a terminal, but does not move its cursor."""


class Screen(Protocol):
    """Lines that stay, and, where ``redraws``, lines that are drawn over."""

    redraws: bool

    def line(self, text: str) -> None:
        """Write a line that stays."""

    def draw(self, lines: Sequence[str]) -> None:
        """Replace what was drawn before; nothing where it does not redraw."""

    def close(self) -> None:
        """Take away what is drawn."""


def screen_for(stream: TextIO) -> Screen:
    """The screen that ``stream`` can be."""
    can_redraw = stream.isatty() and os.environ.get("TERM") != "dumb" and not in_notebook()
    can_write = (getattr(stream, "encoding", None) or "").lower().startswith("utf")
    return TerminalScreen(stream) if can_redraw and can_write else PlainScreen(stream)


def in_notebook() -> bool:
    """Whether a Jupyter or Colab notebook shows what this process writes."""
    return "ipykernel" in sys.modules or any(name in os.environ for name in _NOTEBOOK_VARIABLES)


class PlainScreen:
    """Whole lines, flushed; letters that the stream's encoding lacks become question marks."""

    redraws = False

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def line(self, text: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()

    def draw(self, lines: Sequence[str]) -> None:
        pass

    def close(self) -> None:
        pass


class TerminalScreen:
    """The newest state in the last lines of the terminal, under the lines that stay; colours unless ``NO_COLOR``."""

    redraws = True

    def __init__(self, stream: TextIO) -> None:
        self._console = _Console(file=stream, force_terminal=True, force_jupyter=False, highlight=False, soft_wrap=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)
        self._spinner = Spinner("dots", style="cyan")

    def line(self, text: str) -> None:
        self._console.print(text, markup=False)

    def draw(self, lines: Sequence[str]) -> None:
        if not lines:
            self._live.stop()
            return
        if not self._live.is_started:
            self._live.start()
            self._console.show_cursor()  # a run that is killed could not bring it back
        self._live.update(self._grid(lines), refresh=True)

    def close(self) -> None:
        self._live.stop()

    def _grid(self, lines: Sequence[str]) -> Table:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1)
        grid.add_column(no_wrap=True, overflow="ellipsis")
        for number, line in enumerate(lines):
            grid.add_row("" if number else self._spinner, Text(line, style="dim" if number > 1 else ""))
        return grid


class _Console(Console):
    """One that leaves it to us what a terminal that is gone means: rich would end the program."""

    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError

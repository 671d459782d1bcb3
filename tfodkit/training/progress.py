"""A run that never looks frozen: phases with elapsed time, then a live line; plain lines where nobody redraws."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.status import Status

HEARTBEAT_SECONDS = 10.0
LIVE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """What there is to say after a step; ``best`` in words, once there is an evaluation."""

    step: int
    steps: int
    loss: float
    learning_rate: float
    steps_per_second: float
    best: str = ""

    def __str__(self) -> str:
        remaining = (self.steps - self.step) / self.steps_per_second if self.steps_per_second else 0.0
        parts = [
            f"step {self.step}/{self.steps}",
            f"loss {self.loss:.4f}",
            f"rate {self.learning_rate:.3g}",
            f"{self.steps_per_second:.2f} steps/s",
            f"ETA {clock(remaining)}",
        ]
        return "  ".join([*parts, self.best] if self.best else parts)


class Display:
    """Shows a run on a terminal or in a pipe, and keeps ``train.log``. Use it as a context manager.

    On a terminal one line is redrawn in place; elsewhere whole lines are written, one at least every ten seconds, also
    while TensorFlow is busy tracing a graph and nothing comes back.
    """

    def __init__(self, log: Path, stream: TextIO | None = None) -> None:
        self._console = Console(file=stream or sys.stderr, highlight=False, soft_wrap=True)
        self._status: Status | None = Status("", console=self._console) if self._console.is_terminal else None
        self._log_path = log
        self._log = logging.Logger("tfodkit.training")
        self._lock = threading.Lock()
        self._current = ""
        self._since = self._shown = time.monotonic()
        self._counts_seconds = False
        self._closed = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="tfodkit-progress", daemon=True)

    def __enter__(self) -> Display:
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(self._log_path, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self._log.addHandler(handler)
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._heart.join()
        if self._status:
            self._status.stop()
        for handler in list(self._log.handlers):
            handler.close()
            self._log.removeHandler(handler)

    @contextlib.contextmanager
    def phase(self, text: str) -> Iterator[None]:
        """Say what is being done, with the seconds it has taken so far, until the block ends."""
        began = time.monotonic()
        self._set(text, counts_seconds=True)
        if not self._status:
            self._print(f"{text} …")
        yield
        self.note(f"{text}: {time.monotonic() - began:.1f} s")
        self._set("", counts_seconds=False)

    def note(self, text: str) -> None:
        """A line that stays."""
        self._print(text)
        self._log.info(text)

    def step(self, report: StepReport, *, keep: bool) -> None:
        """The state after a step; ``keep`` writes it to the log too."""
        self._set(str(report), counts_seconds=False)
        if keep:
            self._log.info(str(report))

    def _set(self, text: str, *, counts_seconds: bool) -> None:
        with self._lock:
            self._current, self._counts_seconds, self._since = text, counts_seconds, time.monotonic()

    def _print(self, text: str) -> None:
        with self._lock:
            self._console.print(text, markup=False)
            self._shown = time.monotonic()

    def _beat(self) -> None:
        while not self._closed.wait(LIVE_SECONDS):
            with self._lock:
                text, now = self._line(), time.monotonic()
            if self._status:
                self._redraw(text)
            elif text and now - self._shown >= HEARTBEAT_SECONDS - LIVE_SECONDS:
                self._print(text)

    def _line(self) -> str:
        if self._current and self._counts_seconds:
            return f"{self._current} … {clock(time.monotonic() - self._since)}"
        return self._current

    def _redraw(self, text: str) -> None:
        if self._status is None:
            return
        if text:
            self._status.update(text)
            self._status.start()
        else:
            self._status.stop()


def clock(seconds: float) -> str:
    """Seconds as people read them.

    >>> clock(42), clock(3725)
    ('0:42', '1:02:05')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

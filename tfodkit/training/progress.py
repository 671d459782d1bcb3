"""A run that never looks frozen: phases with elapsed time, then its newest state, whatever the screen can do."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TextIO

from tfodkit.training.log import Log
from tfodkit.training.screens import screen_for
from tfodkit.training.step_report import StepReport, clock

HEARTBEAT_SECONDS = 10.0
LIVE_SECONDS = 0.25
_UNSHOWABLE = (OSError, ValueError)
"""What a screen raises that is gone, closed, or can't write a letter."""


class Display:
    """Shows a run and keeps ``train.log``. Use it as a context manager.

    On a terminal the newest state is redrawn in place; elsewhere whole lines are written, one at least every ten
    seconds, also while TensorFlow is busy tracing a graph and nothing comes back. A screen that fails is not used any
    more; the log goes on.
    """

    def __init__(self, log: Path, stream: TextIO | None = None) -> None:
        self.log = Log(log)
        self._screen = screen_for(stream or sys.stderr)
        self._is_shown = True
        self._lock = threading.RLock()
        self._state: Callable[[], list[str]] = list
        self._said = time.monotonic()
        self._phases: dict[str, float] = defaultdict(float)
        self._closed = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="tfodkit-display", daemon=True)

    def __enter__(self) -> Display:
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._heart.join()
        self._try(self._screen.close)

    @property
    def phases(self) -> Mapping[str, float]:
        """Seconds that each phase has taken, all blocks of one name together; the present one is not in it."""
        return dict(self._phases)

    def spent(self, name: str, seconds: float) -> None:
        """``seconds`` went by in a phase that is not shown by its name."""
        self._phases[name] += seconds

    @contextlib.contextmanager
    def phase(self, name: str, about: str = "") -> Iterator[None]:
        """Say what is being done, with the time it has taken so far, until the block ends.

        ``name`` is what its seconds are summed under; ``about`` is said after it, such as ``step 300``.
        """
        text, began = f"{name} {about}".rstrip(), time.monotonic()
        self._set(lambda: [f"{text} … {clock(time.monotonic() - began)}"])
        self.log.write(f"{text} …")
        if not self._screen.redraws:
            self._say(f"{text} …")
        try:
            yield
        finally:
            seconds = time.monotonic() - began
            self.spent(name, seconds)
            self._set(list)
        self.note(f"{text}: {seconds:.1f} s")

    def note(self, text: str) -> None:
        """A line that stays."""
        self._say(text)
        self.log.write(text)

    def step(self, report: StepReport, *, keep: bool) -> None:
        """The state after a step, until the next; ``keep`` writes it to the log too."""
        parts = list(filter(None, (report.where, report.learning, report.working, report.best)))
        since = time.monotonic()

        def state() -> list[str]:
            seconds = time.monotonic() - since
            return parts if seconds < HEARTBEAT_SECONDS else [*parts, f"next step … {clock(seconds)}"]

        self._set(state)
        if keep:
            self.log.write(str(report))

    def _set(self, state: Callable[[], list[str]]) -> None:
        with self._lock:
            self._state = state

    def _say(self, text: str) -> None:
        with self._lock:
            self._try(lambda: self._screen.line(text))
            self._said = time.monotonic()

    def _beat(self) -> None:
        while not self._closed.wait(LIVE_SECONDS):
            with self._lock:
                lines = self._state()
                if self._screen.redraws:
                    self._try(lambda lines=lines: self._screen.draw(lines))  # type: ignore[misc]
                elif lines and time.monotonic() - self._said >= HEARTBEAT_SECONDS - LIVE_SECONDS:
                    self._say("  ".join(lines))

    def _try(self, show: Callable[[], None]) -> None:
        if self._is_shown:
            try:
                show()
            except _UNSHOWABLE:
                self._is_shown = False

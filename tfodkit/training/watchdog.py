"""Says what a run is waiting for when it waits long. It ends nothing; it only tells."""

from __future__ import annotations

import contextlib
import statistics
import sys
import threading
import time
import traceback
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Literal

from tfodkit.training.log import Log
from tfodkit.training.step_report import clock

Kind = Literal["step", "evaluation", "checkpoint"]

FIRST_PATIENCE = 60.0
"""Seconds before the first of its kind is spoken of: a train step is traced for about so long."""
LEAST_PATIENCE = 30.0
TIMES_USUAL = 5.0
STACKS_AFTER = 300.0
REMEMBERED = 50
LOOK_EVERY = 1.0

_TRACING = ("tensorflow/python/framework/func_graph.py",)
_INPUT = ("tensorflow/python/data/", "tensorflow/python/distribute/input_lib.py")
_DEVICE = ("tensorflow/python/",)


@dataclass(slots=True)
class _Watched:
    about: str
    began: float
    thread: int
    tell_after: float
    """Seconds of waiting after which it is spoken of next."""


class Watchdog:
    """Watches the blocks that it is told of, from a thread of its own. Use it as a context manager.

    A block is long when it takes over five times as long as is usual for its kind, and at least 30 seconds; the first
    of a kind after a minute. It is told again each time the waiting has doubled. After five minutes the stacks of all
    Python threads are written to the log, once a run.
    """

    def __init__(
        self, say: Callable[[str], None], log: Log, *, source: str = "", now: Callable[[], float] = time.monotonic
    ) -> None:
        """``say`` shows a line; ``source`` is what the input comes from, as ``train_mug.record``."""
        self._say, self._log, self._source, self._now = say, log, source, now
        self._usual: dict[Kind, deque[float]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._watched: _Watched | None = None
        self._has_written_stacks = False
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="tfodkit-watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._thread.join()

    @contextlib.contextmanager
    def watching(self, kind: Kind, about: str = "") -> Iterator[None]:
        """Watch the block, which this thread runs; ``about`` names it, such as ``step 300``."""
        usual = self._usual[kind]
        patience = max(TIMES_USUAL * statistics.median(usual), LEAST_PATIENCE) if usual else FIRST_PATIENCE
        began = self._now()
        self._watched = _Watched(about or kind, began, threading.get_ident(), tell_after=patience)
        try:
            yield
            usual.append(self._now() - began)
        finally:
            self._watched = None

    def look(self) -> None:
        """Look once, and tell what is to be told."""
        watched = self._watched
        if watched is None:
            return
        waited = self._now() - watched.began
        if waited >= watched.tell_after:
            watched.tell_after = 2 * waited
            frame = sys._current_frames().get(watched.thread)
            self._say(f"{watched.about}: {awaited(frame, self._source)} for {clock(waited)}")
        if waited >= STACKS_AFTER and not self._has_written_stacks:
            self._has_written_stacks = True
            self._log.write_stacks()
            self._say(f"{watched.about}: where the program is stands in {self._log.path}; it goes on waiting")

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_EVERY):
            self.look()


def awaited(frame: FrameType | None, source: str = "") -> str:
    """What a thread is waiting for, by those files of TensorFlow's that the call at ``frame`` has come through."""
    files = [call.f_code.co_filename.replace("\\", "/") for call, _ in traceback.walk_stack(frame)] if frame else []
    if _passes(files, _TRACING):
        return "tracing"
    if _passes(files, _INPUT):
        return f"waiting for the input{f' (reading {source})' if source else ''}"
    return "the device has not returned" if _passes(files, _DEVICE) else "busy outside TensorFlow"


def _passes(files: list[str], parts: tuple[str, ...]) -> bool:
    return any(part in file for file in files for part in parts)

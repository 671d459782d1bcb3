"""Progress over images: a bar on a terminal, lines from time to time elsewhere; always to standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

import typer

SECONDS_BETWEEN_LINES = 10.0
SECONDS_BEFORE_A_RATE = 0.5


@contextmanager
def image_progress(title: str = "images") -> Iterator[Callable[[int, int], None]]:
    """A function to call with the images done and the images in all; a total that goes back starts a new pass."""
    if not sys.stderr.isatty():
        yield _Lines(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, rate="")
        start = time.monotonic()

        def update(done: int, total: int) -> None:
            seconds = time.monotonic() - start
            rate = f"{done / seconds:.0f} images/s" if seconds > SECONDS_BEFORE_A_RATE else ""
            bar.update(task, completed=done, total=total, rate=rate)

        yield update


class StageProgress:
    """Shows a bar for what is counted, and on a terminal what else is being done; the next thing ends the last."""

    def __init__(self) -> None:
        self._shown = ExitStack()
        self._title = ""
        self._update: Callable[[int, int], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shown.close()

    def __call__(self, title: str, done: int, total: int) -> None:
        if title != self._title:
            self._shown.close()
            self._title = title
            self._update = self._begin(title, is_counted=total > 0)
        if self._update:
            self._update(done, total)

    def _begin(self, title: str, *, is_counted: bool) -> Callable[[int, int], None] | None:
        if is_counted:
            return self._shown.enter_context(image_progress(title))
        if sys.stderr.isatty():
            from rich.console import Console

            self._shown.enter_context(Console(stderr=True).status(f"{title} …"))
        return None


class _Lines:
    """Progress as plain lines, none for what ends soon."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._start = self._said = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            rate = done / (now - self._start)
            left = f"{(total - done) / rate:.0f} s to go" if rate else "no end in sight"
            typer.echo(f"{self._title}: {done} of {total}, {rate:.0f} images/s, {left}", err=True)

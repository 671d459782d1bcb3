"""Progress of downloads: a bar on a terminal, lines elsewhere, also while nothing comes; always to standard error."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from tfodkit.wording import byte_words
from tfodkit.zoo.watch import Watch

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def download_progress() -> Iterator[Watch]:
    """Who shows how downloads go, until the block ends."""
    if sys.stderr.isatty():
        with _bar() as watch:
            yield watch
        return
    lines = _Lines()
    closed = threading.Event()
    heart = threading.Thread(target=lines.beat, args=(closed,), name="tfodkit-download", daemon=True)
    heart.start()
    try:
        yield Watch(say=lines.say, show=lines.show)
    finally:
        closed.set()
        heart.join()


@contextmanager
def _bar() -> Iterator[Watch]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {}

        def show(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total, completed=done)
            bar.update(tasks[name], completed=done, total=total, visible=done != total)

        yield Watch(say=lambda line: console.print(line, markup=False), show=show)


class _Lines:
    """The state as plain lines, one at least every ten seconds."""

    def __init__(self) -> None:
        self._phase = ""
        self._name = ""
        self._done = self._first = 0
        self._total: int | None = None
        self._since = self._said = time.monotonic()

    def say(self, line: str) -> None:
        """A phase begins."""
        self._phase, self._name = line, ""
        self._print(line)

    def show(self, name: str, done: int, total: int | None) -> None:
        """Bytes have come."""
        if not self._name:
            self._since, self._first = time.monotonic(), done
            self._print(f"{name}: downloading{f' {byte_words(total)}' if total else ''}{_from(done)}")
        self._name, self._done, self._total = name, done, total

    def beat(self, closed: threading.Event) -> None:
        """Speak from time to time, until ``closed``."""
        while not closed.wait(min(1.0, SECONDS_BETWEEN_LINES / 4)):
            if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
                self._print(self._bytes() if self._name else f"{self._phase} …")

    def _print(self, line: str) -> None:
        self._said = time.monotonic()
        typer.echo(line, err=True)

    def _bytes(self) -> str:
        rate = (self._done - self._first) / max(time.monotonic() - self._since, 1e-9)
        text = f"{self._name}: {byte_words(self._done)}"
        if self._total:
            text += f" of {byte_words(self._total)}"
        text += f", {byte_words(round(rate))}/s"
        if self._total and rate:
            text += f", {(self._total - self._done) / rate:.0f} s to go"
        return text


def _from(done: int) -> str:
    return f", going on from {byte_words(done)}" if done else ""

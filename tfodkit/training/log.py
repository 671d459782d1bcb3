"""``train.log``: what was shown of a run, each line with its time of day."""

from __future__ import annotations

import contextlib
import faulthandler
import time
from pathlib import Path

TIME = "%Y-%m-%d %H:%M:%S"


class Log:
    """A text file that lines are added to; one that can't be written, or whose folder is gone, stops nobody."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, text: str) -> None:
        """Add ``text``; each of its lines has the time."""
        now = time.strftime(TIME)
        lines = "".join(f"{now} {line}\n" for line in text.splitlines())
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(lines)

    def write_stacks(self) -> None:
        """Add where each Python thread is just now."""
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
            faulthandler.dump_traceback(file, all_threads=True)

"""A whole process, start-up and all: how long it took, and what it took of processor and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

SECONDS_BETWEEN_LOOKS = 0.1
MEBIBYTE = 1 << 20
SHOWN_OUTPUT = 2000


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    seconds: float
    """By the clock, from the start of the process to its end."""
    cpu_seconds: float
    """User and system, of the process and of those that it started and waited for."""
    peak_bytes: int
    """Resident, of the largest one of these processes: the kernel's own figure."""
    peak_bytes_together: int | None = None
    """Of all of them at one moment, pages that they share counted once; sampled, and None where nobody looked."""


def run_measured(command: Sequence[str | Path], *, cwd: Path, look: bool = False) -> Measured:
    """Run ``command`` to its end; where it fails, print what it said and end this program.

    ``look`` samples the memory of all its processes together, which takes a little time away from them. The caller must
    be small: the kernel counts the memory of a process from before its program was loaded, when it was a copy of ours.
    """
    with tempfile.TemporaryFile() as said:
        start = monotonic()
        process = subprocess.Popen(list(map(str, command)), cwd=cwd, stdout=said, stderr=subprocess.STDOUT)
        peak = _PeakTogether(process.pid) if look else None
        _, status, usage = os.wait4(process.pid, 0)
        seconds = monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        together = peak.end() if peak else None
        if process.returncode:
            said.seek(0)
            output = said.read()[-SHOWN_OUTPUT:].decode(errors="replace")
            sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{output}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, together)


class _PeakTogether:
    """Watches a process and its descendants from a thread."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> int:
        self._ended.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            self._peak = max(self._peak, sum(map(_shared_out, _family(self._pid))))


def _family(pid: int) -> list[int]:
    """The process and all below it, as far as they are still there."""
    found = [pid]
    for one in found:  # grows while it is walked
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def _shared_out(pid: int) -> int:
    """Resident bytes, each shared page divided among those who share it (Linux's Pss)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))

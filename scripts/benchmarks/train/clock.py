"""When steps ended, from the start of the process: what both programs print."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path


class Clock:
    """Notes the time and the CPU seconds at the end of steps; the first note is that of the first step."""

    def __init__(self) -> None:
        self._began = _process_start()
        self._notes: list[tuple[int, float, float]] = []

    def note(self, step: int) -> None:
        """Step ``step``, from 1, has just ended."""
        self._notes.append((step, time.time(), time.process_time()))

    def print(self) -> None:
        """Print the figures as one line of JSON."""
        (first, first_time, first_cpu), (last, last_time, last_cpu) = self._notes[0], self._notes[-1]
        steps = last - first
        seconds_per_step = (last_time - first_time) / steps
        print(
            json.dumps(
                {
                    "first_step_seconds": first_time - self._began - (first - 1) * seconds_per_step,
                    "steps_per_second": 1 / seconds_per_step,
                    "cpu_seconds_per_step": (last_cpu - first_cpu) / steps,
                }
            )
        )


def _process_start() -> float:
    """By the clock of :func:`time.time`, as the kernel has it: Python's own start-up counts."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    ticks_after_boot = int(fields[19])
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - uptime + ticks_after_boot / os.sysconf("SC_CLK_TCK")

"""How much memory this machine has to give to a training run, without TensorFlow."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_CONTROL_GROUP = Path("/sys/fs/cgroup")
_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)
_MIB = 1 << 20
_PATIENCE = 5
"""Seconds to wait for nvidia-smi, which hangs where a driver is broken."""


@dataclass(frozen=True, slots=True)
class MachineMemory:
    """Bytes that are free now."""

    host: int | None
    """Of the computer, or of the container that this runs in; None where neither can be asked."""
    gpus: tuple[int, ...] = ()
    """Of each GPU."""


def machine_memory() -> MachineMemory:
    """As Linux and ``nvidia-smi`` tell it."""
    known = [value for value in (_available(), _left_in_container()) if value is not None]
    return MachineMemory(min(known, default=None), _gpus())


def _available() -> int | None:
    found = _AVAILABLE.search(_read(_MEMINFO))
    return int(found[1]) * 1024 if found else None


def _left_in_container() -> int | None:
    """What a control group (version 2) may still take; pages of files, which it gives back, count as free."""
    limit, used = (_read(_CONTROL_GROUP / name).strip() for name in ("memory.max", "memory.current"))
    if not (limit.isdigit() and used.isdigit()):
        return None
    found = re.search(r"^inactive_file (\d+)$", _read(_CONTROL_GROUP / "memory.stat"), re.MULTILINE)
    return int(limit) - int(used) + (int(found[1]) if found else 0)


def _gpus() -> tuple[int, ...]:
    if not (program := shutil.which("nvidia-smi")):
        return ()
    command = [program, "--query-gpu=memory.free", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(int(line) * _MIB for line in done.stdout.split() if line.isdigit())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tfodkit.config.memory import machine as module
from tfodkit.config.memory.machine import MachineMemory, machine_memory

MIB = 1 << 20


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of 8 GiB, 4 of them free, without control group and GPU; its files lie in the folder."""
    (tmp_path / "meminfo").write_text("MemTotal:        8388608 kB\nMemAvailable:    4194304 kB\n")
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(module, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(module, "_CONTROL_GROUP", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def put_nvidia_smi(machine: Path, script: str) -> None:
    program = machine / "bin" / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_available_memory_is_linux_own_figure(machine: Path) -> None:
    assert machine_memory() == MachineMemory(4 << 30)


def test_elsewhere_nothing_is_known(machine: Path) -> None:
    (machine / "meminfo").unlink()
    assert machine_memory() == MachineMemory(None)


def test_a_container_has_what_its_limit_leaves(machine: Path) -> None:
    (machine / "memory.max").write_text(f"{2000 * MIB}\n")
    (machine / "memory.current").write_text(f"{1500 * MIB}\n")
    (machine / "memory.stat").write_text(f"anon 5\ninactive_file {300 * MIB}\n")
    assert machine_memory().host == 800 * MIB
    (machine / "memory.max").write_text("max\n")
    assert machine_memory().host == 4 << 30


def test_each_gpu_tells_what_is_free(machine: Path) -> None:
    put_nvidia_smi(machine, f"echo {15109}; echo {8000}")
    assert machine_memory().gpus == (15109 * MIB, 8000 * MIB)


@pytest.mark.parametrize("script", ["echo no devices found; exit 6", "echo N/A", "exec /absent"])
def test_a_gpu_that_tells_nothing_is_none(machine: Path, script: str) -> None:
    put_nvidia_smi(machine, script)
    assert machine_memory().gpus == ()


def test_a_hanging_driver_is_not_waited_for(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.1)
    put_nvidia_smi(machine, "while :; do :; done")
    assert machine_memory().gpus == ()


@pytest.mark.skipif(not os.path.exists("/proc/meminfo"), reason="Linux alone tells")  # noqa: PTH110
def test_this_machine_has_some() -> None:
    host = machine_memory().host
    assert host is not None
    assert host > 64 * MIB

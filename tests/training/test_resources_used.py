from __future__ import annotations

import ctypes
import resource
import sys
from pathlib import Path
from typing import Any

import pytest

from tfodkit.training import resources_used
from tfodkit.training.resources_used import MemoryUse, machine_bytes, memory_use, process_bytes


def test_memory_that_is_taken_is_seen() -> None:
    before = process_bytes()
    taken = bytearray(b"x") * 50_000_000
    assert process_bytes() - before > 0.9 * len(taken)


def test_a_system_that_does_not_tell_is_asked_for_the_peak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources_used, "_STATM", tmp_path / "absent")
    monkeypatch.setattr(sys, "platform", "linux")
    assert process_bytes() == pytest.approx(1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, rel=0.01)


def test_a_container_has_what_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(resources_used, "_CGROUP_LIMITS", (limit, tmp_path / "absent"))
    machines = machine_bytes()
    assert machines > process_bytes()
    limit.write_text("max\n")
    assert machine_bytes() == machines
    limit.write_text("123456789\n")
    assert machine_bytes() == 123_456_789


def test_without_tensorflow_no_gpu_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    assert memory_use().gpu is None
    assert resources_used.gpu_total_bytes() is None
    assert resources_used.gpu_models() == []


def test_the_fullest_gpu_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources_used, "_gpu_names", lambda: ["GPU:0", "GPU:1"])
    monkeypatch.setattr(resources_used, "_gpu_bytes", {"GPU:0": (1, 9), "GPU:1": (5, 7)}.__getitem__)
    use = memory_use()
    assert (use.gpu, use.gpu_peak) == (5, 9)
    assert str(MemoryUse(812_400_000, 5_000_000_000, 9)) == "memory 812 MB, GPU 5.0 GB"


class Cuda:
    """The driver's library, as far as it is called; ``refusal`` is what its first call answers."""

    def __init__(self, refusal: int = 0) -> None:
        self._refusal = refusal

    def cuInit(self, _: int) -> int:  # noqa: N802 - CUDA's own name
        return self._refusal

    def cuDeviceGet(self, *_: Any) -> int:  # noqa: N802
        return 0

    def cuDeviceTotalMem_v2(self, total: Any, _: Any) -> int:  # noqa: N802
        total._obj.value = 15_000_000_000
        return 0


def test_the_driver_knows_how_much_memory_a_gpu_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources_used, "_gpu_names", lambda: ["GPU:0"])
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Cuda())
    assert resources_used.gpu_total_bytes() == 15_000_000_000
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Cuda(refusal=100))
    assert resources_used.gpu_total_bytes() is None
    monkeypatch.undo()
    monkeypatch.setattr(resources_used, "_gpu_names", lambda: ["GPU:0"])
    monkeypatch.setattr(resources_used, "_CUDA", "libabsent.so.1")
    assert resources_used.gpu_total_bytes() is None

"""The memory that a run holds and may hold: of the process, and of the fullest GPU."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

_STATM = Path("/proc/self/statm")
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_CUDA = "libcuda.so.1"
_FIRST_GPU = 0


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes held now by the process, and by TensorFlow on the fullest GPU: now and at most; ``None`` without a GPU."""

    process: int
    gpu: int | None = None
    gpu_peak: int | None = None

    def __str__(self) -> str:
        gpu = "" if self.gpu is None else f", GPU {byte_words(self.gpu)}"
        return f"memory {byte_words(self.process)}{gpu}"


def memory_use() -> MemoryUse:
    """What is held now. GPUs are looked at only where TensorFlow is loaded; it makes its devices ready if need be."""
    found = [_gpu_bytes(name) for name in _gpu_names()]
    if not found:
        return MemoryUse(process_bytes())
    return MemoryUse(process_bytes(), max(now for now, _ in found), max(peak for _, peak in found))


def process_bytes() -> int:
    """Resident memory of this process; where the system does not tell, the most that it ever was."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def machine_bytes() -> int:
    """Memory that this process may have: the machine's, or less where its container is given less."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _CGROUP_LIMITS:
        text = path.read_text().strip() if path.is_file() else ""
        limits += [int(text)] if text.isdecimal() else []
    return min(limits)


def gpu_total_bytes() -> int | None:
    """Memory of the first visible GPU, asked of its driver; ``None`` where there is no GPU or no NVIDIA driver."""
    if not _gpu_names():
        return None
    try:
        cuda = ctypes.CDLL(_CUDA)
    except OSError:
        return None
    device, total = ctypes.c_int(), ctypes.c_size_t()
    refused = cuda.cuInit(0) or cuda.cuDeviceGet(ctypes.byref(device), _FIRST_GPU)
    refused = refused or cuda.cuDeviceTotalMem_v2(ctypes.byref(total), device)
    return None if refused else total.value


def byte_words(count: float) -> str:
    """Bytes as people read them, in units of a thousand.

    >>> byte_words(812_400_000), byte_words(2_140_000_000)
    ('812 MB', '2.1 GB')
    """
    return f"{count / 1e9:.1f} GB" if count >= 999.5e6 else f"{count / 1e6:.0f} MB"  # noqa: PLR2004 - what rounds to 1 GB


def _gpu_names() -> list[str]:
    tf = sys.modules.get("tensorflow")
    return [device.name.removeprefix("/device:") for device in tf.config.list_logical_devices("GPU")] if tf else []


def _gpu_bytes(name: str) -> tuple[int, int]:
    import tensorflow as tf

    held = tf.config.experimental.get_memory_info(name)
    return held["current"], held["peak"]


def gpu_models() -> list[str]:
    """What the visible GPUs are called; none where TensorFlow is not loaded."""
    tf = sys.modules.get("tensorflow")
    gpus = tf.config.list_physical_devices("GPU") if tf else []
    return [tf.config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus] if tf else []

"""What is to be expected of the rest of a run, once some steps have shown its pace: time, memory, disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.training.resources_used import MemoryUse, byte_words, gpu_total_bytes, machine_bytes, memory_use
from tfodkit.training.step_report import clock

AFTER_STEPS = 50
SLOTS = {"momentum_optimizer": 1, "rms_prop_optimizer": 2, "adam_optimizer": 2}
"""Values that an optimizer keeps beside each weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Seconds to the end, evaluations included; memory held and to be had; bytes on the disk for checkpoints."""

    seconds: float
    evaluations: int
    memory: MemoryUse
    memory_bytes: int
    gpu_bytes: int | None
    disk_needed: int
    """By the checkpoints that are still to come."""
    disk_free: int

    def __str__(self) -> str:
        many = "1 evaluation" if self.evaluations == 1 else f"{self.evaluations} evaluations"
        parts = [
            f"forecast: {clock(self.seconds)} to the end with {many}",
            f"memory {byte_words(self.memory.process)} of {byte_words(self.memory_bytes)}",
        ]
        if self.memory.gpu_peak is not None:
            total = "" if self.gpu_bytes is None else f" of {byte_words(self.gpu_bytes)}"
            parts.append(f"GPU {byte_words(self.memory.gpu_peak)}{total}")
        return "; ".join([*parts, f"checkpoints {byte_words(self.disk_needed)} of {byte_words(self.disk_free)} free"])

    @property
    def warning(self) -> str:
        """What is wrong with the outlook; blank where nothing is."""
        if self.disk_needed <= self.disk_free:
            return ""
        what = f"the checkpoints still need {byte_words(self.disk_needed)}"
        return f"warning: {what}, but the disk has {byte_words(self.disk_free)} left. Make room now, or lower --keep."


def forecast(run: Path, *, seconds: float, evaluations: int, checkpoints: int, checkpoint_bytes: int) -> Forecast:
    """The outlook for the run in the folder ``run``.

    ``checkpoints`` is how many are kept at a time, one being written included; what is there already is counted.
    """
    memory = memory_use()
    return Forecast(
        seconds=seconds,
        evaluations=evaluations,
        memory=memory,
        memory_bytes=machine_bytes(),
        gpu_bytes=gpu_total_bytes() if memory.gpu is not None else None,
        disk_needed=max(checkpoints * checkpoint_bytes - _size(run.glob("*/ckpt-*")), 0),
        disk_free=shutil.disk_usage(run).free,
    )


def expected_checkpoint_bytes(model: Any, optimizer_config: Any) -> int:
    """Bytes of a checkpoint of a Keras ``model`` with the optimizer that an ``Optimizer`` message describes."""
    slots = SLOTS.get(optimizer_config.WhichOneof("optimizer"), 1) + int(optimizer_config.use_moving_average)
    return _values_bytes(model.variables) + slots * _values_bytes(model.trainable_variables)


def _values_bytes(variables: Iterable[Any]) -> int:
    return sum(variable.dtype.size * variable.shape.num_elements() for variable in variables)


def _size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths)

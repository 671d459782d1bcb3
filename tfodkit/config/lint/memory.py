"""The rule about memory: whether the machine has what training is forecast to take."""

from __future__ import annotations

from collections.abc import Iterator

from tfodkit.config.lint import rules
from tfodkit.config.lint.faults import Fault
from tfodkit.config.memory.forecast import Need, forecast_memory, gigabytes
from tfodkit.config.memory.machine import MachineMemory
from tfodkit.config.pipeline import Message
from tfodkit.records.manifest import RecordManifest


def memory_faults(message: Message, manifest: RecordManifest | None, machine: MachineMemory) -> Iterator[Fault]:
    """What a config needs and ``machine`` has not: of its GPUs, which share out a batch, and of the computer."""
    forecast = forecast_memory(message, manifest)
    if forecast is None:
        return
    gpus = len(machine.gpus)
    if machine.host is not None:
        yield from _short(forecast.beside_gpu() if gpus else forecast.without_gpu(), machine.host, "memory")
    if gpus:
        yield from _short(
            forecast.of_gpu(gpus), min(machine.gpus), "memory of each GPU" if gpus > 1 else "GPU memory", gpus
        )


def _short(need: Need, free: int, memory: str, devices: int = 1) -> Iterator[Fault]:
    if need.total <= free:
        return
    most = need.most_images(free) * devices
    fits = f"batch_size {most} fits" if most else "not even one image fits"
    what = f"training takes about {gigabytes(need.total)} of {memory}, but {gigabytes(free)} is free; {fits}"
    yield Fault(rules.MEMORY_SHORT, "train_config.batch_size", what)

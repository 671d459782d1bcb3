"""A forecast of memory in words."""

from __future__ import annotations

from tfodkit.config.memory import MemoryForecast, gigabytes


def memory_line(forecast: MemoryForecast) -> str:
    """``about 3.3 GB of memory to train: 1.9 GB for the model, on the GPU where there is one; 1.4 GB beside it``."""
    model, beside = gigabytes(forecast.of_gpu().total), gigabytes(forecast.beside_gpu().total)
    total = gigabytes(forecast.total)
    return f"about {total} of memory to train: {model} for the model, on the GPU where there is one; {beside} beside it"

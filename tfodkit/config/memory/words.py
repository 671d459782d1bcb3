"""A forecast of memory in words."""

from __future__ import annotations

from tfodkit.config.memory.forecast import MemoryForecast, forecast_memory, gigabytes
from tfodkit.config.pipeline import Message

TEMPLATES_BATCH = 8
"""What a template's memory is told for."""


def memory_words(forecast: MemoryForecast) -> str:
    """``about 3.3 GB to train: 1.9 GB for the model, on the GPU where there is one; 1.4 GB beside it``."""
    total = gigabytes(forecast.total)
    return f"about {total} to train: {_model(forecast)}, on the GPU where there is one; {_beside(forecast)}"


def template_words(template: Message) -> str:
    """``about 1.9 GB for the model at batch 8; 1.4 GB beside it; a forecast``: of a template as it stands."""
    message = type(template)()
    message.CopyFrom(template)
    message.train_config.batch_size = TEMPLATES_BATCH
    forecast = forecast_memory(message)
    if forecast is None:
        return "not measured"
    return f"about {_model(forecast)} at batch {TEMPLATES_BATCH}; {_beside(forecast)}; a forecast"


def _model(forecast: MemoryForecast) -> str:
    return f"{gigabytes(forecast.of_gpu().total)} for the model"


def _beside(forecast: MemoryForecast) -> str:
    return f"{gigabytes(forecast.beside_gpu().total)} beside it"

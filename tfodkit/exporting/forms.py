"""The forms that an export is written in, each with what writes it; what reads it back is in ``inference.formats``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tfodkit.exporting.frozen_graph import write_frozen_graph
from tfodkit.inference.formats import ModelFormat, format_named
from tfodkit.odapi.serving import ServingModel


@dataclass(frozen=True, slots=True)
class ExportForm:
    """A form of export: where it lies and what loads it (``format``), and what writes it to a path."""

    format: ModelFormat
    write: Callable[[ServingModel, Path], None]


FORMS = (
    ExportForm(format_named("saved_model"), ServingModel.write_saved_model),
    ExportForm(format_named("frozen_graph"), write_frozen_graph),
)

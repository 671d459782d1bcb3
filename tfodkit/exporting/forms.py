"""The forms that an export is written in, each with what writes it; what reads it back is in ``inference.formats``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tfodkit.config.pipeline import Message
from tfodkit.exporting.frozen_graph import write_frozen_graph
from tfodkit.exporting.job import ExportJob
from tfodkit.inference.formats import ModelFormat, format_named


def _holds_any(pipeline: Message) -> str | None:  # noqa: ARG001 - the answer is the same for every model
    return None


@dataclass(frozen=True, slots=True)
class ExportForm:
    """A form of export: where it lies and what loads it (``format``), and what writes it to a path.

    ``refusal`` says of a ``TrainEvalPipelineConfig`` message why the form can't hold its model, without a full stop;
    ``None`` where it can.
    """

    format: ModelFormat
    write: Callable[[ExportJob, Path], None]
    refusal: Callable[[Message], str | None] = _holds_any


def _write_saved_model(job: ExportJob, path: Path) -> None:
    job.model.write_saved_model(path)


FORMS = (
    ExportForm(format_named("saved_model"), _write_saved_model),
    ExportForm(format_named("frozen_graph"), write_frozen_graph),
)

"""Models that were measured, side by side as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tfodkit.records.columns import aligned
from tfodkit.workflow.model_benchmark import MeasuredModel

_TITLES = (
    "model",
    "parameters",
    "first step",
    "step",
    "images/s",
    "eval image",
    "export",
    "SavedModel",
    "frozen graph",
)


def model_lines(measured: Sequence[MeasuredModel]) -> Iterator[str]:
    """A table of those that could be measured, then the reasons of the others."""
    rows = [cells for model in measured if (cells := _cells(model))]
    if rows:
        yield from aligned([_TITLES, *rows])
        yield ""
        batches = sorted({model.speed.batch_size for model in measured if model.speed})
        where = next(model.speed.devices for model in measured if model.speed)
        yield f"On {where}; steps of {', '.join(map(str, batches))} images, the median of several after the first,"
        yield "which has TensorFlow's start and tracing in it; an image in evaluation, after tracing."
    for model in measured:
        if model.reason:
            yield f"{model.template} could not be measured: {model.reason}"


def _cells(model: MeasuredModel) -> tuple[str, ...] | None:
    speed, export = model.speed, model.export
    if speed is None or export is None:
        return None
    return (
        model.template,
        f"{speed.parameters / 1e6:.1f} M",
        f"{speed.first_step_seconds:.1f} s",
        f"{speed.step_seconds:.3f} s",
        f"{speed.batch_size / speed.step_seconds:.1f}",
        f"{speed.evaluation_seconds:.3f} s",
        f"{export.seconds:.1f} s",
        f"{export.saved_model_bytes / 1e6:.1f} MB",
        f"{export.frozen_graph_bytes / 1e6:.1f} MB",
    )

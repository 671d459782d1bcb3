"""The forms that an export is written in, each with what writes it; what reads it back is in ``inference.formats``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfodkit.config.pipeline import Message
from tfodkit.errors import UsageError
from tfodkit.exporting.frozen_graph import write_frozen_graph
from tfodkit.exporting.job import ExportJob
from tfodkit.exporting.onnx_form import refuse_onnx, write_onnx
from tfodkit.exporting.parity import EXACT, Gate
from tfodkit.exporting.tflite.conversion import Numbers, writer
from tfodkit.exporting.tflite.holding import integer_refusal, refusal
from tfodkit.inference.formats import ModelFormat, format_named
from tfodkit.nearest import nearest_names
from tfodkit.odapi.signatures import fixed_signature


def _holds_any(pipeline: Message) -> str | None:  # noqa: ARG001 - the answer is the same for every model
    return None


@dataclass(frozen=True, slots=True)
class ExportForm:
    """A form of export: where it lies and what loads it (``format``), and what writes it to a path.

    ``refusal`` says of a ``TrainEvalPipelineConfig`` message why the form can't hold its model, without a full stop;
    ``None`` where it can. ``gate`` is how nearly it has to detect what the checkpoint detects.
    """

    format: ModelFormat
    write: Callable[[ExportJob, Path], None]
    refusal: Callable[[Message], str | None] = _holds_any
    gate: Gate = EXACT


def _write_saved_model(job: ExportJob, path: Path) -> None:
    job.model.write_saved_model(path, [fixed_signature(job.fixed.batch, job.fixed.size)] if job.fixed else ())


FORMS = (
    ExportForm(format_named("saved_model"), _write_saved_model),
    ExportForm(format_named("frozen_graph"), write_frozen_graph),
    ExportForm(format_named("tflite_float32"), writer(Numbers.FLOAT32), refusal),
    ExportForm(format_named("tflite_float16"), writer(Numbers.FLOAT16), refusal, Gate(None, None, found=0.98)),
    ExportForm(format_named("tflite_dynamic"), writer(Numbers.DYNAMIC), refusal, Gate(None, None, found=0.9)),
    ExportForm(format_named("tflite_int8"), writer(Numbers.INT8), integer_refusal, Gate(None, None, found=0.9)),
    ExportForm(format_named("onnx"), write_onnx, refuse_onnx),
)

OPENCV = "opencv"
WHY_NO_OPENCV = (
    "its .pbtxt describes graphs of TensorFlow 1, and it reads no other; "
    "OpenCV 5 reads ONNX models, as docs/export.md shows"
)


def choose_forms(names: Sequence[str] | None) -> tuple[ExportForm, ...]:
    """The forms of these names, in the order of the table; all of them for None.

    Raises:
        UsageError: there is no such form, or none is named.
    """
    if names is None:
        return FORMS
    known = [form.format.name for form in FORMS]
    for name in names:
        if name == OPENCV:
            raise UsageError("--formats", f"{name!r} is no form of export: {WHY_NO_OPENCV}", "Export onnx.")
        if name not in known:
            raise UsageError("--formats", f"{name!r} is no form of export", nearest_names(name, known))
    if not names:
        raise UsageError("--formats", "no form is named", f"There are: {', '.join(known)}.")
    return tuple(form for form in FORMS if form.format.name in names)


def words_of(form: ExportForm) -> str:
    """``the saved model``."""
    return f"the {form.format.name.replace('_', ' ')}"

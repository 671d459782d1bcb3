"""The exported forms: their names, their places in an export folder, and what loads them.

::

    EXPORTED/
      saved_model/                 "saved_model"
      frozen_inference_graph.pb    "frozen_graph"
      onnx/model.onnx              "onnx"
      tflite/model_float32.tflite  "tflite_float32"; so with float16, dynamic, int8
      label_map.pbtxt
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tfodkit.errors import ExportError, UsageError
from tfodkit.inference.frozen_graph import FrozenGraphRuntime
from tfodkit.inference.onnx_model import OnnxRuntime, onnx_class_names
from tfodkit.inference.runtime import Runtime
from tfodkit.inference.saved_model import SavedModelRuntime
from tfodkit.inference.tflite import TFLiteRuntime, tflite_class_names

LABEL_MAP = "label_map.pbtxt"
SAVED_MODEL_FILE = "saved_model.pb"


def _names_no_classes(path: Path) -> Mapping[int, str]:  # noqa: ARG001 - whatever the model
    return {}


@dataclass(frozen=True, slots=True)
class ModelFormat:
    """An exported form: its name, the file or folder that holds it in an export folder, and its runtime.

    ``class_names`` reads the classes by id that the file names itself; empty where it names none.
    """

    name: str
    place: str
    load: Callable[[Path], Runtime]
    class_names: Callable[[Path], Mapping[int, str]] = _names_no_classes


FORMATS = (
    ModelFormat("saved_model", "saved_model", SavedModelRuntime),
    ModelFormat("frozen_graph", "frozen_inference_graph.pb", FrozenGraphRuntime),
    ModelFormat("onnx", "onnx/model.onnx", OnnxRuntime, onnx_class_names),
    ModelFormat("tflite_float32", "tflite/model_float32.tflite", TFLiteRuntime, tflite_class_names),
    ModelFormat("tflite_float16", "tflite/model_float16.tflite", TFLiteRuntime, tflite_class_names),
    ModelFormat("tflite_dynamic", "tflite/model_dynamic.tflite", TFLiteRuntime, tflite_class_names),
    ModelFormat("tflite_int8", "tflite/model_int8.tflite", TFLiteRuntime, tflite_class_names),
)
"""In the order of preference: an export folder that holds several is opened as the first."""


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """An exported model on disk: ``path`` is the SavedModel's folder or the model's file."""

    path: Path
    format: ModelFormat

    def find_label_map(self) -> Path | None:
        """``label_map.pbtxt`` in the model, beside it or in its export's folder; ``None`` where there is none."""
        path = self.path.absolute()
        levels = len(Path(self.format.place).parts) if path.match(self.format.place) else 1
        for folder in (self.path, *path.parents[:levels]):
            if (folder / LABEL_MAP).is_file():
                return folder / LABEL_MAP
        return None


def format_named(name: str) -> ModelFormat:
    """The form of that name.

    Raises:
        UsageError: there is none.
    """
    for known in FORMATS:
        if known.name == name:
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise UsageError("--format", f"{name!r} is no exported form", f"Choose one of: {names}.")


def locate(path: Path, name: str | None = None) -> ExportedModel:
    """The model at ``path``: an export folder, a SavedModel's folder, or a model's file, told by its ending.

    ``name`` chooses a form where an export folder holds several.

    Raises:
        ExportError: there is no exported model of that form.
        UsageError: there is no form called ``name``.
    """
    wanted = FORMATS if name is None else (format_named(name),)
    for found in _candidates(path):
        if found.format in wanted:
            return found
    what = "does not exist" if not path.exists() else f"holds no {' and no '.join(known.name for known in wanted)}"
    remedy = "Name a folder that tfodkit export made, a saved_model folder, or a model's .pb, .onnx or .tflite file."
    raise ExportError(str(path), what, remedy)


def _candidates(path: Path) -> list[ExportedModel]:
    if path.is_file() and path.name != SAVED_MODEL_FILE:
        return [ExportedModel(path, known) for known in _forms_of_file(path)]
    if path.is_file():
        return [ExportedModel(path.parent, format_named("saved_model"))]
    if (path / SAVED_MODEL_FILE).is_file():
        return [ExportedModel(path, format_named("saved_model"))]
    return [ExportedModel(path / known.place, known) for known in FORMATS if (path / known.place).exists()]


def _forms_of_file(path: Path) -> list[ModelFormat]:
    """Those with its ending, first that whose file has its very name; a frozen graph has any ending."""
    alike = [known for known in FORMATS if path.suffix and path.suffix.lower() == Path(known.place).suffix]
    alike.sort(key=lambda known: path.name != Path(known.place).name)
    return alike or [format_named("frozen_graph")]

"""Runs an ONNX model: ours, or one that tf2onnx made of a detector's SavedModel. With ONNX Runtime, no TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import ExportError, SetupError
from tfodkit.inference.runtime import OUTPUTS, ModelOutputs

CLASS_NAMES = "class_names"
"""The key in the file's metadata under which the classes stand: JSON, ``{"1": "bagel", "2": "mug"}``."""
ERRORS_ONLY = 3
"""A severity of ONNX Runtime's log; its warnings are about its own optimizations."""


class OnnxRuntime:
    """An ``.onnx`` detector on the CPU: one ``uint8 [batch, height, width, 3]`` → ``detection_boxes`` and the rest."""

    def __init__(self, path: Path) -> None:
        """Load it.

        Raises:
            ExportError: it is damaged, or its inputs and outputs are not those of a detector of pictures.
            SetupError: ONNX Runtime is not installed.
        """
        self._session = _open_session(path)
        if missing := sorted(set(OUTPUTS) - {tensor.name for tensor in self._session.get_outputs()}):
            raise _refused(path, f"is no detector: it has no output {', '.join(missing)}")
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(uint8)":
            said = ", ".join(f"{tensor.name}: {tensor.type}" for tensor in inputs)
            raise _refused(path, f"takes {said or 'nothing'}, not one uint8 picture")
        self._input = inputs[0].name

    def run(self, images: NDArray[np.uint8]) -> list[ModelOutputs]:
        """The outputs for RGB pictures of one size, ``[batch, height, width, 3]``."""
        arrays = self._session.run(list(OUTPUTS), {self._input: images})
        return ModelOutputs.from_batch(dict(zip(OUTPUTS, arrays, strict=True)))


def onnx_class_names(path: Path) -> Mapping[int, str]:
    """The classes that an ``.onnx`` file names itself, by id, from 1; empty where it names none.

    Raises:
        ExportError: it is damaged, or what it says of its classes is.
        SetupError: ONNX Runtime is not installed.
    """
    text = _open_session(path).get_modelmeta().custom_metadata_map.get(CLASS_NAMES, "{}")
    try:
        names = {int(class_id): str(name) for class_id, name in json.loads(text).items()}
    except (ValueError, AttributeError) as error:
        raise _refused(path, f"says of its classes what can't be read ({text[:40]!r})") from error
    return dict(sorted(names.items()))


def _open_session(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        what = "is not installed, and ONNX models run on it"
        raise SetupError("onnxruntime", what, "Install it: pip install 'tfodkit[onnx]'.") from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = ERRORS_ONLY
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no class in common
        if isinstance(error, MemoryError):
            raise
        said = str(error).splitlines()[0].removeprefix("[ONNXRuntimeError] : ").rstrip(".")
        raise _refused(path, f"can't be loaded as an ONNX model ({said})") from error


def _refused(path: Path, what: str) -> ExportError:
    return ExportError(str(path), what, "Export the model again: tfodkit export RUN -o FOLDER.")

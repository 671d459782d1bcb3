"""Runs a ``.tflite`` file: ours, or another detector's with TensorFlow Lite's Model Metadata. Without TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import ExportError
from tfodkit.inference.resizing import Resizing
from tfodkit.inference.runtime import ModelOutputs
from tfodkit.inference.tflite_metadata import CATEGORY, COUNT, LOCATION, OUTPUT_NAMES, SCORE, read_metadata

LOWEST_ID = 1
"""The label map's id of the class with index 0."""


class TFLiteRuntime:
    """A ``.tflite`` detector in an interpreter of its own: one picture after the other, on one thread.

    LiteRT's detection operation loses whole classes where it divides them among several threads.
    """

    def __init__(self, path: Path) -> None:
        """Load it.

        Raises:
            ExportError: it is damaged, has no metadata of a detector, or needs an operation that is not built in.
        """
        from ai_edge_litert.interpreter import Interpreter

        content = _read(path)
        self._metadata = read_metadata(content, str(path))
        try:
            self._interpreter: Any = Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise _refused(path, f"can't be loaded ({str(error).strip().splitlines()[0]})") from error
        (self._image,) = self._interpreter.get_input_details()
        self._check_input(path)
        _, height, width, _ = (int(side) for side in self._image["shape"])
        self._resizing = self._metadata.resizing or Resizing(height, width)
        details = self._interpreter.get_output_details()
        self._outputs = {name: detail["index"] for name, detail in zip(self._metadata.outputs, details, strict=True)}

    def run(self, images: NDArray[np.uint8]) -> list[ModelOutputs]:
        """The outputs for RGB pictures of one size, ``[batch, height, width, 3]``."""
        return [self._detect(image) for image in images]

    def _detect(self, picture: NDArray[np.uint8]) -> ModelOutputs:
        self._interpreter.set_tensor(self._image["index"], self._input(picture)[np.newaxis])
        self._interpreter.invoke()
        arrays = {name: self._interpreter.get_tensor(self._outputs[name])[0] for name in OUTPUT_NAMES}
        count = round(float(arrays[COUNT]))
        order = np.argsort(-arrays[SCORE][:count], kind="stable")
        height, width, _ = picture.shape
        boxes = self._resizing.undo(arrays[LOCATION][order], height, width)
        is_seen = _has_area(boxes) | ~_has_area(arrays[LOCATION][order])  # what lay outside has lost it
        order = order[is_seen]
        return ModelOutputs(
            boxes_yxyx_norm=boxes[is_seen],
            scores=arrays[SCORE][order],
            class_ids=np.rint(arrays[CATEGORY][order]).astype(np.int64) + LOWEST_ID,
            limit=len(arrays[SCORE]) - int(np.sum(~is_seen)),  # the places that are left for what is in the picture
        )

    def _input(self, picture: NDArray[np.uint8]) -> NDArray[Any]:
        resized = self._resizing.apply(picture)
        if self._image["dtype"] == np.uint8:  # raw bytes, as phones feed them
            return np.rint(resized).astype(np.uint8)
        mean, std = (np.array(values, np.float32) for values in (self._metadata.mean, self._metadata.std))
        return (resized - mean) / std

    def _check_input(self, path: Path) -> None:
        shape, dtype = tuple(self._image["shape"]), self._image["dtype"]
        if len(shape) != 4 or shape[0] != 1 or shape[3] != 3 or dtype not in (np.float32, np.uint8):  # noqa: PLR2004
            raise _refused(path, f"takes {dtype.__name__} {shape}, not a picture [1, height, width, 3]")


def _has_area(boxes_yxyx: NDArray[np.float32]) -> NDArray[np.bool_]:
    return (boxes_yxyx[:, 2] > boxes_yxyx[:, 0]) & (boxes_yxyx[:, 3] > boxes_yxyx[:, 1])


def tflite_class_names(path: Path) -> Mapping[int, str]:
    """The classes that a ``.tflite`` file names itself, by id, from 1; empty where it names none.

    Raises:
        ExportError: it is damaged or has no metadata of a detector.
    """
    return read_metadata(_read(path), str(path)).class_names


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ExportError(str(path), f"can't be read: {error.strerror}", "Check the path of the model.") from error


def _refused(path: Path, what: str) -> ExportError:
    return ExportError(str(path), what, "Export the model again: tfodkit export RUN -o FOLDER.")

"""From a traced model to a ``.tflite`` file: four ways to store numbers, one converter.

==============  ==================  ==================  =================
kind            weights             activations         input
==============  ==================  ==================  =================
FLOAT32         32 bits             32 bits             float32
FLOAT16         16 bits             32 bits             float32
DYNAMIC         8 bits              32 bits             float32
INT8            8 bits              8 bits              uint8, raw bytes
==============  ==================  ==================  =================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import ExportError
from tfodkit.exporting.job import ExportJob
from tfodkit.exporting.tflite.holding import image_resizer_of, resizing_of
from tfodkit.exporting.tflite.metadata import label_lines, make_metadata
from tfodkit.exporting.tflite.packing import pack
from tfodkit.files import write_bytes
from tfodkit.inference.resizing import Resizing
from tfodkit.inference.tflite_metadata import LABELS_FILE, RESIZING_FILE, format_resizing
from tfodkit.odapi.quiet import OF_CONVERTER, without_lines
from tfodkit.odapi.serving import quiet
from tfodkit.odapi.tflite import OUTPUTS, padding_value, trace_for_tflite

REPRESENTATIVES = 100
"""Training pictures that the ranges of integers are measured on."""


class Numbers(Enum):
    """How a form stores numbers."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    DYNAMIC = "dynamic"
    INT8 = "int8"


def writer(numbers: Numbers) -> Callable[[ExportJob, Path], None]:
    """What writes a model in that form: ``write(job, path)``.

    It raises :class:`ExportError` where the converter can't convert it, and for ``INT8`` without training pictures.
    """

    def write(job: ExportJob, path: Path) -> None:
        write_bytes(path, _convert(job, numbers))

    return write


def _convert(job: ExportJob, numbers: Numbers) -> bytes:
    resizing = _resizing(job)
    size = (resizing.height, resizing.width)
    is_integer = numbers is Numbers.INT8
    function, module = trace_for_tflite(job.model, job.config_text, size, is_quantized=is_integer)
    pictures = _representatives(job, resizing) if is_integer else []
    converted = _run_converter(function, module, numbers, pictures)
    kind = job.pipeline.model.WhichOneof("model")
    num_classes = getattr(job.pipeline.model, kind).num_classes
    metadata = make_metadata("Object detector", f"{kind} of {num_classes} classes, {numbers.value}", size)
    files = {LABELS_FILE: label_lines(job.class_names, num_classes), RESIZING_FILE: format_resizing(resizing)}
    return pack(converted, OUTPUTS, metadata, files)


def _resizing(job: ExportJob) -> Resizing:
    """With the padding in the values of pictures, whatever the model does first."""
    resizing = resizing_of(image_resizer_of(job.pipeline))
    if resizing.shorter is None:
        return resizing
    try:
        red, green, blue = padding_value(job.model, np.array(resizing.padding, np.float32))
    except ValueError as error:
        raise _failed(str(error)) from error
    return replace(resizing, padding=(float(red), float(green), float(blue)))


def _run_converter(function: Any, module: Any, numbers: Numbers, pictures: Sequence[NDArray[np.float32]]) -> bytes:
    import tensorflow as tf

    with quiet(), without_lines(*OF_CONVERTER):
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function], module)
        converter.allow_custom_ops = True
        if numbers is not Numbers.FLOAT32:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if numbers is Numbers.FLOAT16:
            converter.target_spec.supported_types = [tf.float16]
        if numbers is Numbers.INT8:
            converter.representative_dataset = lambda: ([picture[np.newaxis]] for picture in pictures)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8, tf.lite.OpsSet.TFLITE_BUILTINS]
            converter.inference_input_type = tf.uint8
        try:
            return bytes(converter.convert())
        except Exception as error:  # the converter's errors have no class in common
            if isinstance(error, MemoryError):
                raise
            raise _failed(f"the converter can't convert it ({str(error).strip().splitlines()[0]})") from error


def _representatives(job: ExportJob, resizing: Resizing) -> list[NDArray[np.float32]]:
    """Training pictures at the input's size.

    One gets a black and a white corner, so that the range of the input is 0 to 255 and its integers are raw bytes.
    """
    pictures = [resizing.apply(picture) for picture in _some(job)]
    if not pictures:
        what = "the ranges of its integers are measured on training pictures, and the training records can't be read"
        raise _failed(what, "Make the records again where the config names them, or leave tflite_int8 out.")
    pictures[0][0, 0], pictures[0][-1, -1] = 0, 255
    return pictures


def _some(job: ExportJob) -> Iterator[NDArray[np.uint8]]:
    return job.training_pictures(REPRESENTATIVES)


def _failed(what: str, remedy: str = "Leave the TensorFlow Lite forms out.") -> ExportError:
    return ExportError("TensorFlow Lite", what, remedy)

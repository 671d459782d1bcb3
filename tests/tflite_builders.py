"""TensorFlow Lite models without TensorFlow: no operation, their outputs are constants, whatever they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from tfodkit.exporting.tflite.metadata import make_metadata
from tfodkit.exporting.tflite.packing import pack
from tfodkit.inference.resizing import Resizing
from tfodkit.inference.tflite_metadata import LABELS_FILE, RESIZING_FILE, format_resizing
from tfodkit.odapi.tflite import OUTPUTS

FLOAT32, UINT8 = 0, 3
INPUT = "image"

Detection = tuple[tuple[float, float, float, float], float, int]
"""A box yxyx in shares of the input, a score, a class index from 0."""


def make_converted(*said: Detection, size: tuple[int, int] = (8, 8), takes: int = FLOAT32) -> bytes:
    """What the converter might give: outputs sorted by name, the other way round."""
    boxes = np.array([box for box, _, _ in said], np.float32).reshape(1, -1, 4)
    scores = np.array([[score for _, score, _ in said]], np.float32)
    classes = np.array([[index for _, _, index in said]], np.float32)
    arrays = dict(zip(OUTPUTS, (boxes, classes, scores, np.array([len(said)], np.float32)), strict=True))
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.description, model.buffers = 3, "constants", [schema.BufferT()]
    model.operatorCodes = []
    graph.tensors = [_tensor(INPUT, (1, *size, 3), takes, 0)]
    for name, array in arrays.items():
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(array.tobytes(), np.uint8)
        model.buffers.append(buffer)
        graph.tensors.append(_tensor(name, array.shape, FLOAT32, len(model.buffers) - 1))
    graph.operators, graph.inputs = [], np.array([0], np.int32)
    graph.outputs = np.array([4, 3, 2, 1], np.int32)
    model.subgraphs = [graph]
    model.signatureDefs = [_signature(arrays)]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def write_tflite(
    path: Path,
    *said: Detection,
    labels: Sequence[str] = ("bagel", "mug"),
    resizing: Resizing | None = None,
    takes: int = FLOAT32,
) -> Path:
    """A whole ``.tflite`` file that says the same about every picture."""
    resizing = resizing or Resizing(8, 8)
    size = (resizing.height, resizing.width)
    files = {LABELS_FILE: "".join(f"{label}\n" for label in labels), RESIZING_FILE: format_resizing(resizing)}
    converted = make_converted(*said, size=size, takes=takes)
    path.write_bytes(pack(converted, OUTPUTS, make_metadata("detector", "says the same", size), files))
    return path


def _tensor(name: str, shape: Sequence[int], kind: int, buffer: int) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, np.array(shape, np.int32), kind, buffer
    return tensor


def _signature(arrays: dict[str, NDArray[np.float32]]) -> schema.SignatureDefT:
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = "serving_default", 0
    signature.inputs = [_tensor_map(INPUT, 0)]
    signature.outputs = [_tensor_map(name, index) for index, name in enumerate(arrays, start=1)]
    return signature


def _tensor_map(name: str, index: int) -> schema.TensorMapT:
    tensor_map = schema.TensorMapT()
    tensor_map.name, tensor_map.tensorIndex = name, index
    return tensor_map

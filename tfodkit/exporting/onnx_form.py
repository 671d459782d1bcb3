"""The ONNX form: one file that runs on ONNX Runtime, in whatever language, with pictures of any size in any number.

The serving function is frozen, its loops left whole, and put into ONNX's operations by tf2onnx. Inputs and outputs keep
the names of the SavedModel's; the classes' names stand in the file's metadata, so that it can be handed on alone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tfodkit.config.pipeline import Message
from tfodkit.errors import ExportError
from tfodkit.exporting.job import ExportJob
from tfodkit.files import write_bytes
from tfodkit.inference.onnx_model import CLASS_NAMES

OPSET = 17
"""Of ONNX 1.12; ONNX Runtime reads it since 1.12."""
NEEDED = ("tf2onnx", "onnx", "onnxruntime")
IMAGE_SIDES = ("batch", "height", "width")
NEAREST_OF_TENSORFLOW = {"coordinate_transformation_mode": b"tf_half_pixel_for_nn", "nearest_mode": b"floor"}
NEAREST = {"coordinate_transformation_mode": b"half_pixel", "nearest_mode": b"round_prefer_ceil"}
"""The same, floor(x) = round(x - 0.5), in words that opset 13 has kept."""


def refuse_onnx(pipeline: Message) -> str | None:  # noqa: ARG001 - the machine decides, not the model
    """Why no ONNX model can be written here; ``None`` where one can."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if not missing:
        return None
    verb = "is" if len(missing) == 1 else "are"
    return f"{', '.join(missing)} {verb} not installed (pip install 'tfodkit[onnx]')"


def write_onnx(job: ExportJob, path: Path) -> None:
    """Convert the model's serving function into ``path``.

    Raises:
        ExportError: something in the model has no counterpart in ONNX; what.
    """
    import onnx

    model = _convert(job.model.concrete_function)
    if unknown := sorted({node.op_type for node in _nodes(model.graph) if not _is_onnx(node)}):
        raise _failed(f"it has no counterpart of {', '.join(unknown)}")
    _name_sides(model.graph)
    _renew_resizing(model.graph)
    entry = model.metadata_props.add()
    entry.key, entry.value = CLASS_NAMES, json.dumps(dict(job.class_names), ensure_ascii=False)
    onnx.checker.check_model(model)
    write_bytes(path, model.SerializeToString(deterministic=True))


def _convert(concrete: Any) -> Any:
    """The ONNX model of a traced function; an operation that tf2onnx doesn't know stays TensorFlow's."""
    import tf2onnx
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=False, aggressive_inlining=True)
    # Both list the outputs in the order of their sorted names, which is how TensorFlow flattens a dictionary.
    outputs = {
        tensor.name: name for tensor, name in zip(frozen.outputs, sorted(concrete.structured_outputs), strict=True)
    }
    (image,) = (tensor.name for tensor in frozen.inputs)
    with _quiet():
        try:
            model, _ = tf2onnx.convert.from_graph_def(
                frozen.graph.as_graph_def(add_shapes=True),
                name="detector",
                input_names=[image],
                output_names=list(outputs),
                opset=OPSET,
                tensors_to_rename={image: image.partition(":")[0], **outputs},
            )
        except Exception as error:  # its errors have no class in common
            if isinstance(error, MemoryError):
                raise
            raise _failed(f"tf2onnx can't convert it ({str(error).strip().splitlines()[0]})") from error
    return model


def _nodes(graph: Any) -> Iterator[Any]:
    """Of a graph and of the bodies of its loops and conditions."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])):
                yield from _nodes(inner)


def _is_onnx(node: Any) -> bool:
    import onnx

    return bool(onnx.defs.has(node.op_type, node.domain))


def _name_sides(graph: Any) -> None:
    """Words for the sides that are free, where tf2onnx counts them: ``[batch, height, width, 3]``."""
    for tensor in (*graph.input, *graph.output):
        names: Mapping[int, str] = dict(enumerate(IMAGE_SIDES)) if tensor in graph.input else {0: IMAGE_SIDES[0]}
        for index, side in enumerate(tensor.type.tensor_type.shape.dim):
            if not side.HasField("dim_value"):
                side.Clear()
                if index in names:
                    side.dim_param = names[index]


def _renew_resizing(graph: Any) -> None:
    for node in _nodes(graph):
        attributes = {attribute.name: attribute for attribute in node.attribute}
        if all(name in attributes and attributes[name].s == value for name, value in NEAREST_OF_TENSORFLOW.items()):
            for name, value in NEAREST.items():
                attributes[name].s = value


@contextmanager
def _quiet() -> Iterator[None]:
    """Without tf2onnx's lines about what it is at; what it can't do is told by an error of ours."""
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _failed(what: str) -> ExportError:
    return ExportError("ONNX", what, "Leave onnx out with --formats.")

"""Runs a frozen graph with the tensor names of TensorFlow 1's exporter: ours, or one that a user has had since then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import ExportError
from tfodkit.inference.runtime import OUTPUTS, ModelOutputs, import_tensorflow

INPUT = "image_tensor"


class FrozenGraphRuntime:
    """A ``frozen_inference_graph.pb`` in its own session: ``image_tensor:0`` → ``detection_boxes:0`` and the rest."""

    def __init__(self, path: Path) -> None:
        """Load it.

        Raises:
            ExportError: it is damaged, or lacks a tensor of a detector.
        """
        tf = import_tensorflow()
        graph = tf.Graph()
        with graph.as_default():
            _import(path)
            try:
                fetches = [graph.get_tensor_by_name(f"{name}:0") for name in OUTPUTS]
                image_tensor = graph.get_tensor_by_name(f"{INPUT}:0")
            except KeyError as error:
                raise _refused(path, f"is no detector of pictures ({error.args[0]})") from error
            options = tf.compat.v1.ConfigProto()
            options.gpu_options.allow_growth = True
            self._session = tf.compat.v1.Session(graph=graph, config=options)
            self._detect: Any = self._session.make_callable(fetches, feed_list=[image_tensor])

    def run(self, images: NDArray[np.uint8]) -> list[ModelOutputs]:
        """The outputs for RGB pictures of one size, ``[batch, height, width, 3]``."""
        return ModelOutputs.from_batch(dict(zip(OUTPUTS, self._detect(images), strict=True)))


def _import(path: Path) -> None:
    """Read the graph into TensorFlow's default graph."""
    tf = import_tensorflow()
    graph_def = tf.compat.v1.GraphDef()
    try:
        graph_def.ParseFromString(path.read_bytes())
        tf.import_graph_def(graph_def, name="")
    except Exception as error:  # DecodeError's class depends on protobuf's back end
        if isinstance(error, MemoryError):
            raise
        raise _refused(path, f"can't be loaded as a frozen graph ({str(error).splitlines()[0]})") from error


def _refused(path: Path, what: str) -> ExportError:
    return ExportError(str(path), what, "Export the model again: tfodkit export RUN -o FOLDER.")

"""A trained model as it is served: pictures in, detections out, by the Object Detection API's own code.

Upstream's ``exporter_lib_v2`` does the same with four differences, each of which has a reason:

- its image input is fixed at one picture a call, ours takes a batch of any size, as TF1's exporter did;
- it never takes the moving averages of the weights, though they may be what was evaluated (``use_moving_averages``);
- it saves the Keras layers beside the graph, which no user of a SavedModel calls: five times the time, twice the size;
- models that need inputs beside the picture (Context R-CNN) fail there while they are traced; here they are refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import ExportError
from tfodkit.odapi import pipeline as pipelines
from tfodkit.odapi.install import install
from tfodkit.odapi.model import build_model, restore_model
from tfodkit.odapi.signatures import INPUT, SERVING_DEFAULT, SIGNATURES, Signature, trace

__all__ = ["INPUT", "ServingModel", "load_serving_model", "quiet"]


class ServingModel:
    """A restored model behind one function, ``uint8 [batch, height, width, 3]`` → upstream's dictionary of detections.

    All outputs are float32. ``detection_boxes`` ``[batch, n, 4]``: ``(ymin, xmin, ymax, xmax)``, shares of the picture;
    ``detection_scores`` ``[batch, n]``, 0 to 1, falling; ``detection_classes`` ``[batch, n]``, ids of the label map,
    from 1; ``num_detections`` ``[batch]``, how many of the ``n`` are meant. Further keys, such as ``detection_masks``
    and ``raw_detection_boxes``, are those of the architecture.
    """

    def __init__(self, model: Any, functions: Mapping[str, Any], *, averaged: bool) -> None:
        self._model = model
        self._functions = functions
        self._function = functions[SERVING_DEFAULT.name]
        self.averaged = averaged
        """Whether the trainable weights are the moving averages that training kept of them."""

    @property
    def detection_model(self) -> Any:
        """The Object Detection API's ``DetectionModel``, for who traces it in another way."""
        return self._model

    @property
    def concrete_function(self) -> Any:
        """The traced function, one graph for every size of batch and picture; its argument is ``input_tensor``."""
        return self._function.get_concrete_function()

    def detect(self, images: NDArray[np.uint8]) -> Mapping[str, NDArray[np.float32]]:
        """The outputs for a batch of RGB pictures of one size, ``[batch, height, width, 3]``."""
        import tensorflow as tf

        return {name: tensor.numpy() for name, tensor in self._function(tf.constant(images)).items()}

    def write_checkpoint(self, folder: Path) -> None:
        """Save the weights as ``folder/ckpt-0``, as upstream's exporter does: a fine-tune checkpoint for others."""
        import tensorflow as tf

        checkpoint = tf.train.Checkpoint(model=self._model)
        tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=1).save(checkpoint_number=0)

    def write_saved_model(self, folder: Path, further: Sequence[Signature] = ()) -> None:
        """Save graph and weights as a SavedModel, to be called by the usual signatures and by ``further`` ones."""
        import tensorflow as tf

        with quiet():
            functions = {**self._functions, **trace(self._model, further)}
            module = tf.Module(name="detector")
            module.detect = self._function
            module.weights = list(self._model.variables)
            signatures = {name: function.get_concrete_function() for name, function in functions.items()}
            tf.saved_model.save(module, str(folder), signatures=signatures)


def load_serving_model(config_text: str, checkpoint: Path, *, averaged: bool | None = None) -> ServingModel:
    """Build the model of a ``pipeline.config``, restore a checkpoint prefix (``RUN/best/ckpt-300``), and trace it.

    ``averaged`` serves the moving averages of the weights; None does where the config evaluates them.

    Raises:
        CheckpointError: the checkpoint is unreadable, of another model, or lacks the averages.
        ExportError: the model needs inputs beside the picture.
    """
    pipeline = pipelines.parse(config_text)
    _refuse_side_inputs(pipeline)
    install()
    with quiet():
        model = build_model(config_text, is_training=False)
        if averaged is None:
            averaged = pipelines.evaluates_averages(pipeline)
        restore_model(model, checkpoint, averaged=averaged)
        functions = trace(model, SIGNATURES)
        functions[SERVING_DEFAULT.name].get_concrete_function()
    return ServingModel(model, functions, averaged=averaged)


def _refuse_side_inputs(pipeline: Any) -> None:
    if pipeline.model.faster_rcnn.HasField("context_config"):
        raise ExportError(
            "pipeline.config",
            "model.faster_rcnn.context_config makes a Context R-CNN, which needs features of other pictures as inputs",
            "Export a model without context_config.",
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back TensorFlow's warnings about upstream's own deprecated calls, which no user can act on."""
    import tensorflow as tf

    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"tf_keras\.")
            yield
    finally:
        logger.setLevel(level)

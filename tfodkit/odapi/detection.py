"""What a model detects on the validation records of its config."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import TrainingError
from tfodkit.odapi import inputs
from tfodkit.odapi.graphs import CompiledFunction


@dataclass(frozen=True, slots=True, eq=False)
class RawDetections:
    """One image's detections as plain arrays.

    ``boxes_yxyx_norm`` is float32 ``[n, 4]``, shares of the image; ``scores`` float32 ``[n]``; ``class_ids`` int64
    ``[n]``, from 1, as in the label map.
    """

    boxes_yxyx_norm: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]


class ValidationPass:
    """Runs a model over the validation records; the graph is traced once, in the first pass."""

    def __init__(self, pipeline: Any, model: Any, *, records: Sequence[Path], images: int) -> None:
        """Open ``records``, which hold ``images`` images, as the ``TrainEvalPipelineConfig`` message says."""
        self._model = model
        self._add_regularization_loss = pipeline.train_config.add_regularization_loss
        self._dataset = inputs.eval_dataset(pipeline, model, records, images)
        self._compiled = CompiledFunction(self._detect_batch)
        self._losses: dict[str, list[float]] = {}

    def detect(self) -> Iterator[RawDetections]:
        """The detections of every image, in the order of the records.

        Raises:
            TrainingError: a batch does not fit into the memory of the device or of the machine.
        """
        import tensorflow as tf

        collected = defaultdict(list)
        for features, labels in self._dataset:
            try:
                losses, detections = self._compiled(features, labels)
            except (tf.errors.ResourceExhaustedError, MemoryError) as error:
                what = f"there is no memory left to evaluate {len(features['image'])} images at once"
                remedy = "Make the config again with a smaller --image-size, or free the device."
                raise TrainingError("eval_input_reader", what, remedy) from error
            for name, loss in losses.items():
                collected[name].append(float(loss))
            yield from _split_batch({name: tensor.numpy() for name, tensor in detections.items()})
        self._losses = dict(collected)

    def losses(self) -> dict[str, float]:
        """The validation losses of the last whole pass: means over the batches, by upstream's names."""
        return {name: float(np.mean(values)) for name, values in self._losses.items()}

    def _detect_batch(self, features: Any, labels: Any) -> tuple[Any, Any]:
        import tensorflow as tf
        from object_detection import model_lib, model_lib_v2

        self._model._is_training = False
        tf.keras.backend.set_learning_phase(False)
        has_padding = labels["groundtruth_boxes"].shape[1] is not None
        losses, predictions = model_lib_v2._compute_losses_and_predictions_dicts(
            self._model,
            features,
            model_lib.unstack_batch(labels, unpad_groundtruth_tensors=has_padding),
            training_step=None,
            add_regularization_loss=self._add_regularization_loss,
        )
        detections = self._model.postprocess(predictions, features["true_image_shape"])
        wanted = ("detection_boxes", "detection_scores", "detection_classes", "num_detections")
        return losses, {name: detections[name] for name in wanted}


def _split_batch(arrays: Mapping[str, NDArray[Any]]) -> Iterator[RawDetections]:
    label_id_offset = 1  # the model's classes count from 0, the label map's from 1
    for index, count in enumerate(arrays["num_detections"].astype(int)):
        yield RawDetections(
            boxes_yxyx_norm=arrays["detection_boxes"][index, :count],
            scores=arrays["detection_scores"][index, :count],
            class_ids=arrays["detection_classes"][index, :count].astype(np.int64) + label_id_offset,
        )

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

ALWAYS = ("detection_boxes", "detection_scores", "detection_classes", "num_detections")
SHAPES = ("detection_masks", "detection_keypoints", "detection_keypoint_scores")
INSIDE = 0.5
MASKS_AT_ONCE = 8
"""As large as the image each, in 32-bit floats."""


@dataclass(frozen=True, slots=True, eq=False)
class RawDetections:
    """One image's detections as plain arrays.

    ``boxes_yxyx_norm`` is float32 ``[n, 4]``, shares of the image; ``scores`` float32 ``[n]``; ``class_ids`` int64
    ``[n]``, from 1, as in the label map. Where shapes were asked for and the model gives them, ``masks`` are run
    lengths of the whole image, as pycocotools has them, and ``keypoints_yx_norm`` is float32 ``[n, k, 3]``: shares y
    and x, and a score.
    """

    boxes_yxyx_norm: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    masks: tuple[Mapping[str, Any], ...] | None = None
    keypoints_yx_norm: NDArray[np.float32] | None = None


class ValidationPass:
    """Runs a model over the validation records; the graph is traced once, in the first pass."""

    def __init__(
        self, pipeline: Any, model: Any, *, records: Sequence[Path], images: int, shapes: bool = False
    ) -> None:
        """Open ``records``, which hold ``images`` images, as the ``TrainEvalPipelineConfig`` message says.

        With ``shapes`` detections come with the masks and keypoints that the model gives.
        """
        self._model = model
        self._wanted = ALWAYS + SHAPES * shapes
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
            arrays = {name: tensor.numpy() for name, tensor in detections.items()}
            sizes = features["original_image_spatial_shape"].numpy()
            for index, size in enumerate(sizes):
                yield _detections({name: array[index] for name, array in arrays.items()}, size)
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
        return losses, {name: detections[name] for name in self._wanted if name in detections}


def _detections(arrays: Mapping[str, NDArray[Any]], size: NDArray[np.int32]) -> RawDetections:
    """One image of a batch, of ``size`` height and width before it was resized."""
    label_id_offset = 1  # the model's classes count from 0, the label map's from 1
    count = int(arrays["num_detections"])
    boxes = arrays["detection_boxes"][:count]
    return RawDetections(
        boxes_yxyx_norm=boxes,
        scores=arrays["detection_scores"][:count],
        class_ids=arrays["detection_classes"][:count].astype(np.int64) + label_id_offset,
        masks=_image_masks(arrays["detection_masks"][:count], boxes, size) if "detection_masks" in arrays else None,
        keypoints_yx_norm=_keypoints(arrays, count) if "detection_keypoints" in arrays else None,
    )


def _image_masks(
    box_masks: NDArray[np.float32], boxes: NDArray[np.float32], size: NDArray[np.int32]
) -> tuple[Mapping[str, Any], ...]:
    """Masks of boxes, float32 ``[n, h, w]``, as masks of the image, by the API's own rule: inside from 0.5."""
    from object_detection.utils import ops
    from pycocotools import mask as coco_mask

    masks: list[Mapping[str, Any]] = []
    for start in range(0, len(boxes), MASKS_AT_ONCE):
        part = slice(start, start + MASKS_AT_ONCE)
        framed = ops.reframe_box_masks_to_image_masks(box_masks[part], boxes[part], int(size[0]), int(size[1]))
        inside = np.asfortranarray(np.moveaxis(framed.numpy() > INSIDE, 0, -1).astype(np.uint8))
        masks += coco_mask.encode(inside)
    return tuple(masks)


def _keypoints(arrays: Mapping[str, NDArray[Any]], count: int) -> NDArray[np.float32]:
    places = arrays["detection_keypoints"][:count]
    known = arrays.get("detection_keypoint_scores")
    scores = np.ones(places.shape[:-1], np.float32) if known is None else known[:count]
    return np.concatenate([places, scores[..., np.newaxis]], axis=-1).astype(np.float32)

"""What every exported form has in common once it is loaded: a batch of pictures in, arrays of detections out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

BOXES = "detection_boxes"
SCORES = "detection_scores"
CLASSES = "detection_classes"
COUNT = "num_detections"
OUTPUTS = (BOXES, SCORES, CLASSES, COUNT)


@dataclass(frozen=True, slots=True, eq=False)
class ModelOutputs:
    """What a model says about one picture.

    ``boxes_yxyx_norm`` is float32 ``[n, 4]``, shares of the picture; ``scores`` float32 ``[n]`` in 0 to 1, falling;
    ``class_ids`` int64 ``[n]``, ids of the label map, from 1. ``limit`` is the most that the
    model gives: a list that is as long may have been cut.
    """

    boxes_yxyx_norm: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    limit: int

    @classmethod
    def from_batch(cls, arrays: Mapping[str, NDArray[Any]]) -> list[ModelOutputs]:
        """One value a picture, out of the four arrays by upstream's names; what lies beyond the count is left out."""
        return [
            cls(
                boxes_yxyx_norm=arrays[BOXES][index, :count].astype(np.float32),
                scores=arrays[SCORES][index, :count].astype(np.float32),
                class_ids=np.rint(arrays[CLASSES][index, :count]).astype(np.int64),
                limit=arrays[SCORES].shape[1],
            )
            for index, count in enumerate(np.rint(arrays[COUNT]).astype(int))
        ]


class Runtime(Protocol):
    """A loaded model."""

    def run(self, images: NDArray[np.uint8]) -> list[ModelOutputs]:
        """The outputs for RGB pictures of one size, ``[batch, height, width, 3]``, in their order."""


def import_tensorflow() -> Any:
    """TensorFlow, as this package uses it everywhere; 5 to 12 s the first time.

    Without its lines about oneDNN and CPU instructions that nobody can act on (warnings still show), and with Keras 2
    as ``tf.keras``: no exported model needs it, but training in the same process later does, and then it is too late.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    import tensorflow as tf

    return tf

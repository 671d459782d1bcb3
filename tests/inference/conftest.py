"""A detector without a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np
import pytest
from numpy.typing import NDArray

from tfodkit.inference import Detector
from tfodkit.inference.runtime import ModelOutputs


class Recited:
    """A runtime that gives one list of ``(box yxyx_norm, score, class id)`` a picture, in turn, whatever it shows."""

    def __init__(self, *lists: Sequence[tuple[tuple[float, float, float, float], float, int]]) -> None:
        self._lists: Iterator[Sequence[tuple[tuple[float, float, float, float], float, int]]] = cycle(lists)
        self.seen: list[NDArray[np.uint8]] = []
        self.shapes: list[tuple[int, ...]] = []
        """Of the batches."""

    def run(self, images: NDArray[np.uint8]) -> list[ModelOutputs]:
        self.seen.extend(images)
        self.shapes.append(images.shape)
        return [self._outputs(next(self._lists)) for _ in images]

    @staticmethod
    def _outputs(found: Sequence[tuple[tuple[float, float, float, float], float, int]]) -> ModelOutputs:
        boxes = np.array([box for box, _, _ in found], np.float32).reshape(-1, 4)
        scores = np.array([score for _, score, _ in found], np.float32)
        return ModelOutputs(boxes, scores, np.array([class_id for _, _, class_id in found], np.int64), limit=100)


@pytest.fixture
def runtime() -> Recited:
    """Says of every first picture: two bagels (one of them doubtful) and a mug; of every second: nothing."""
    return Recited([((0.1, 0.2, 0.5, 0.6), 0.9, 1), ((0.0, 0.0, 1.0, 0.5), 0.75, 2), ((0, 0, 1, 1), 0.3, 1)], [])


@pytest.fixture
def detector(runtime: Recited) -> Detector:
    """Over ``runtime``, with the classes bagel and mug."""
    return Detector(runtime, {1: "bagel", 2: "mug"}, format_name="saved_model")

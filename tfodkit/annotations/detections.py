"""What a model says about one image, in the conventions of the truth beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Detected objects of one image, in descending order of score.

    ``boxes_xyxy`` is float32 ``[n, 4]``: ``(xmin, ymin, xmax, ymax)`` in pixels of the upright image; ``scores`` is
    float32 ``[n]`` in 0 to 1; ``class_ids`` is int64 ``[n]``, ids of the label map, from 1.
    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]

    def __post_init__(self) -> None:
        count = len(self.scores)
        if self.boxes_xyxy.shape != (count, 4) or self.class_ids.shape != (count,):
            raise ValueError(
                f"detections must be [n, 4] boxes, [n] scores and [n] class ids, but got "
                f"{self.boxes_xyxy.shape}, {self.scores.shape} and {self.class_ids.shape}"
            )

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def from_yxyx_norm(
        cls,
        boxes_yxyx_norm: NDArray[np.floating],
        scores: NDArray[np.floating],
        class_ids: NDArray[np.generic],
        *,
        width: int,
        height: int,
    ) -> Detections:
        """Detections out of a model's arrays: normalised ``(ymin, xmin, ymax, xmax)`` boxes, highest score first."""
        order = np.argsort(-scores, kind="stable")
        scale = np.array([width, height, width, height], np.float32)
        return cls(
            boxes_xyxy=boxes_yxyx_norm[order][:, [1, 0, 3, 2]].astype(np.float32) * scale,
            scores=scores[order].astype(np.float32),
            class_ids=class_ids[order].astype(np.int64),
        )

    def above(self, threshold: float) -> Detections:
        """Those with a score of at least ``threshold``."""
        kept = self.scores >= threshold
        return Detections(self.boxes_xyxy[kept], self.scores[kept], self.class_ids[kept])

    def first(self, count: int) -> Detections:
        """The ``count`` of highest score, or all where there are fewer."""
        return Detections(self.boxes_xyxy[:count], self.scores[:count], self.class_ids[:count])

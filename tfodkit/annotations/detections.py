"""What a model says about one image, in the conventions of the truth beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.coco_rle import Rle


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Detected objects of one image, in descending order of score.

    ``boxes_xyxy`` is float32 ``[n, 4]``: ``(xmin, ymin, xmax, ymax)`` in pixels of the upright image; ``scores`` is
    float32 ``[n]`` in 0 to 1; ``class_ids`` is int64 ``[n]``, ids of the label map, from 1. Of a model that gives them,
    ``masks`` are run lengths of the whole image, and ``keypoints`` float32 ``[n, k, 3]``: x, y in pixels and a score.
    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    masks: tuple[Rle, ...] | None = None
    keypoints: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        count = len(self.scores)
        if self.boxes_xyxy.shape != (count, 4) or self.class_ids.shape != (count,):
            raise ValueError(
                f"detections must be [n, 4] boxes, [n] scores and [n] class ids, but got "
                f"{self.boxes_xyxy.shape}, {self.scores.shape} and {self.class_ids.shape}"
            )
        for name, shapes in (("masks", self.masks), ("keypoints", self.keypoints)):
            if shapes is not None and len(shapes) != count:
                raise ValueError(f"there must be {name} for all {count} detections, but got {len(shapes)}")

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
        masks: tuple[Rle, ...] | None = None,
        keypoints_yx_norm: NDArray[np.floating] | None = None,
    ) -> Detections:
        """Detections out of a model's arrays, highest score first: normalised ``(ymin, xmin, ymax, xmax)`` boxes.

        ``keypoints_yx_norm`` is ``[n, k, 3]``: shares y and x, and a score.
        """
        scale = np.array([width, height, width, height], np.float32)
        keypoints = None
        if keypoints_yx_norm is not None:
            keypoints = keypoints_yx_norm[..., [1, 0, 2]].astype(np.float32) * np.array([width, height, 1], np.float32)
        unsorted = cls(
            boxes_xyxy=boxes_yxyx_norm[:, [1, 0, 3, 2]].astype(np.float32) * scale,
            scores=scores.astype(np.float32),
            class_ids=class_ids.astype(np.int64),
            masks=masks,
            keypoints=keypoints,
        )
        return unsorted._taken(np.argsort(-scores, kind="stable"))

    def above(self, threshold: float) -> Detections:
        """Those with a score of at least ``threshold``."""
        return self._taken(np.flatnonzero(self.scores >= threshold))

    def first(self, count: int) -> Detections:
        """The ``count`` of highest score, or all where there are fewer."""
        return self._taken(np.arange(min(count, len(self))))

    def _taken(self, rows: NDArray[np.integer[Any]]) -> Detections:
        return Detections(
            self.boxes_xyxy[rows],
            self.scores[rows],
            self.class_ids[rows],
            None if self.masks is None else tuple(self.masks[row] for row in rows),
            None if self.keypoints is None else self.keypoints[rows],
        )

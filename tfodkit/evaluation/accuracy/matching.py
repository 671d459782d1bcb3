"""Which detection is which object: COCO's greedy assignment, for all images, classes and IoU thresholds at once.

Within an image and a class the detections choose in descending order of score. Each takes the free object of highest
IoU at or above the threshold, an ignored object only where no other is left; crowds may be taken again and again.
(Lin et al. 2014; the reference is ``pycocotools.cocoeval.COCOeval.evaluateImg``, ties and all.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.columns import EvaluationSet

NOBODY = -1
IOU_THRESHOLDS: tuple[float, ...] = tuple(np.linspace(0.5, 0.95, 10).tolist())
MOST_DETECTIONS = 100
"""Of an image and a class, as COCO counts them."""


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The assignment at each of ``t`` IoU thresholds, over the columns of an evaluation set.

    ``object_of`` is int64 ``[t, detections]``: the row of the truth that a detection has taken, or ``NOBODY``;
    ``detection_of`` int64 ``[t, objects]``: the row of the detection that has an object (of a crowd, the last);
    ``is_ignored`` bool ``[t, detections]``: neither right nor wrong, as the object taken is ignored or as the
    detection lies outside the area that is looked at; ``counts`` bool ``[detections]``: among the best
    ``most_detections`` of its image and class.
    """

    iou_thresholds: tuple[float, ...]
    object_of: NDArray[np.int64]
    detection_of: NDArray[np.int64]
    is_ignored: NDArray[np.bool_]
    counts: NDArray[np.bool_]


def match(
    images: EvaluationSet,
    iou_thresholds: tuple[float, ...] = IOU_THRESHOLDS,
    *,
    ignored: NDArray[np.bool_] | None = None,
    most_detections: int = MOST_DETECTIONS,
) -> Matches:
    """Assign the detections of ``images`` to their objects by the IoU of boxes, class by class.

    ``ignored`` is bool ``[objects]``, the objects that count neither way; crowds where it is not given.
    """
    raise NotImplementedError

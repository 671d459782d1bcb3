"""What a detector does wrong, in kinds, and what each kind costs.

Bolya et al., TIDE: A General Toolbox for Identifying Object Detection Errors, ECCV 2020.
"""

from __future__ import annotations

import numpy as np

from tfodkit.evaluation.accuracy.matching import Matches
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes.kinds import MISSED, MISTAKES, judge
from tfodkit.evaluation.mistakes.oracles import (
    Supposition,
    without,
    without_false_negatives,
    without_false_positives,
)
from tfodkit.evaluation.mistakes.values import MistakeAnalysis

FOREGROUND_IOU = 0.5
BACKGROUND_IOU = 0.1


def analyse_mistakes(
    images: EvaluationSet,
    *,
    foreground_iou: float = FOREGROUND_IOU,
    background_iou: float = BACKGROUND_IOU,
    matches: Matches | None = None,
) -> MistakeAnalysis:
    """Sort the mistakes into TIDE's kinds, and say how much AP would be won without each.

    AP is COCO's at ``foreground_iou``, the mean over the classes that have ground truth. What is lost is never
    negative; the kinds don't add up to ``1 - ap``, as each is mended alone. Every detection is right, ignored (beyond
    the hundredth of its image and class, or on a crowd) or exactly one mistake. ``matches`` are those of ``images``, at
    ``foreground_iou`` among others, where they are known already.

    Raises:
        ValueError: the IoUs are not ``0 < background_iou < foreground_iou <= 1``, or ``matches`` has no such one.
    """
    if not 0 < background_iou < foreground_iou <= 1:
        raise ValueError(
            f"must be 0 < background_iou < foreground_iou <= 1, but got {background_iou:g} and {foreground_iou:g}"
        )
    judgement = judge(images, foreground_iou=foreground_iou, background_iou=background_iou, matches=matches)
    ap = without(images, judgement, ()).mean_ap()
    counts = np.bincount(judgement.kind[judgement.kind >= 0], minlength=len(MISTAKES)).tolist()
    counts[MISSED] = int(judgement.is_missed.sum())
    return MistakeAnalysis(
        foreground_iou=foreground_iou,
        background_iou=background_iou,
        ap=ap,
        ap_lost={mistake: _won(ap, without(images, judgement, (kind,))) for kind, mistake in enumerate(MISTAKES)},
        false_positive_ap_lost=_won(ap, without_false_positives(images, judgement)),
        false_negative_ap_lost=_won(ap, without_false_negatives(images, judgement)),
        counts=dict(zip(MISTAKES, counts, strict=True)),
        mistake_of=np.array([*MISTAKES, None], np.object_)[judgement.kind],  # the last is that of -1
        object_of=judgement.meant_object,
        is_missed=judgement.is_missed,
    )


def _won(ap: float | None, supposed: Supposition) -> float:
    better = supposed.mean_ap()
    return 0.0 if ap is None or better is None else better - ap

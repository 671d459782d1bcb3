"""How far average precision would move, had the validation images been others of the same kind.

The percentile bootstrap over images (Efron 1979, Bootstrap methods: another look at the jackknife): the images are
drawn anew with replacement, as many as there are, and the interval is what the middle ``level`` of the draws gives.
What it can't tell of is what no image shows: it is too narrow where images are few. In a simulation, intervals of
95 percent held the truth in 94 of 100 sets of 60 images, in 91 of 16 images, and in 85 of 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import Matches, match
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.resampling import draw_resamples, resampled_ap
from tfodkit.evaluation.comparing.values import Interval, Uncertainty

SAMPLES = 1000
LEVEL = 0.95


def bootstrap(
    images: EvaluationSet,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    matches: Matches | None = None,
) -> Uncertainty:
    """The intervals of mAP, mAP@.50 and each class's AP; the same ``seed`` gives the same.

    A resample without an object of a class leaves that class out, as COCO does; a class's interval is of the resamples
    that have one.

    Args:
        images: the set.
        samples: how many times the images are drawn anew.
        seed: of the draws.
        level: of the intervals, above 0 and below 1.
        matches: those of ``images`` at COCO's IoU thresholds, where they are known already.

    Raises:
        ValueError: there are no samples, or no such level, or ``matches`` does not begin at IoU 0.5.
    """
    drawn = draw_precisions(images, samples=samples, seed=seed, matches=matches)
    check_level(level)
    return Uncertainty(
        level=level,
        samples=samples,
        map=interval(drawn.map, level),
        map50=interval(drawn.map50, level),
        per_class={
            name: interval(drawn.per_class[:, index], level) for index, name in enumerate(images.class_names.values())
        },
    )


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPrecisions:
    """mAP and mAP@.50, float64 ``[1 + samples]``, and AP, ``[1 + samples, c]``: of the images as they are, then drawn.

    nan where there is no ground truth.
    """

    map: NDArray[np.float64]
    map50: NDArray[np.float64]
    per_class: NDArray[np.float64]


def draw_precisions(
    images: EvaluationSet, *, samples: int, seed: int, matches: Matches | None = None
) -> DrawnPrecisions:
    """The figures of ``images`` and of ``samples`` resamples; sets of as many images are drawn alike by one ``seed``.

    Raises:
        ValueError: there are no samples, or ``matches`` does not begin at IoU 0.5.
    """
    if samples < 1:
        raise ValueError(f"samples must be 1 or more, but got {samples}")
    matches = match(images) if matches is None else matches
    if not np.isclose(matches.iou_thresholds[0], 0.5):
        raise ValueError(f"matches must begin at IoU 0.5, but begins at {matches.iou_thresholds[0]}")
    as_they_are = np.ones((1, len(images.images)), np.int32)
    weights = np.concatenate([as_they_are, draw_resamples(len(images.images), samples=samples, seed=seed)])
    ap = resampled_ap(images, matches, weights)
    return DrawnPrecisions(map=_mean(ap.mean(axis=1)), map50=_mean(ap[:, 0]), per_class=ap.mean(axis=1))


def interval(figures: NDArray[np.float64], level: float) -> Interval:
    """A figure, the first of ``figures``, and what bounds the middle ``level`` of the others; nan is left out."""
    value, drawn = figures[0], figures[1:]
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(drawn):
        return Interval(None if np.isnan(value) else float(value), None, None)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(value), float(low), float(high))


def check_level(level: float) -> None:
    """Raise :class:`ValueError` where ``level`` is none of an interval."""
    if not 0 < level < 1:
        raise ValueError(f"level must be above 0 and below 1, but got {level}")


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each row ``[samples, c]`` the mean of what is no nan; nan where all of it is."""
    present = ~np.isnan(values)
    total, count = np.where(present, values, 0).sum(axis=1), present.sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)

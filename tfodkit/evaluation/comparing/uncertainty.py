"""How far average precision would move, had the validation images been others of the same kind.

The bootstrap over images (Efron 1979): the images are drawn anew with replacement, as many as there are. Of a figure
the interval is the bias-corrected percentile one (Efron 1981, Nonparametric standard errors and confidence intervals),
as AP of few objects comes out too high, by its taking the best precision from each recall on, and of a resample, which
has fewer yet, higher still. Of a difference between two runs, where that cancels out, it is the plain percentile one.

No interval knows what no image shows, nor how much too high AP is. In simulations those of 95 percent held the truth
in 87 of 100 sets, of 16, 100 or 400 images with six classes and an mAP of 0.6; with one class in 87, 94 and 99; with
eight classes and an mAP of 0.3 in 70 to 87. Those of the difference of two runs held it in 90 to 98.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import Matches, match
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.resampling import draw_resamples, resampled_ap
from tfodkit.evaluation.comparing.values import Interval, Uncertainty

SAMPLES = 1000
LEVEL = 0.95
_DECIMALS = 12  # figures that differ by less are equal but for rounding


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
    check_level(level)
    drawn = draw_precisions(images, samples=samples, seed=seed, matches=matches)
    return Uncertainty(
        level=level,
        samples=samples,
        map=corrected_interval(drawn.map, level),
        map50=corrected_interval(drawn.map50, level),
        per_class={
            name: corrected_interval(drawn.per_class[:, index], level)
            for index, name in enumerate(images.class_names.values())
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
    return _between(figures, (1 - level) / 2, (1 + level) / 2)


def corrected_interval(figures: NDArray[np.float64], level: float) -> Interval:
    """As :func:`interval`, but not of the middle: of draws that are too high, as the figure is, of lower ones."""
    drawn = figures[1:][~np.isnan(figures[1:])]
    if np.isnan(figures[0]) or not len(drawn):
        return interval(figures, level)
    above = np.round(drawn - figures[0], _DECIMALS)
    share_below = float((above < 0).mean() + (above == 0).mean() / 2)
    end = 0.5 / len(drawn)
    normal = NormalDist()
    shift, half = 2 * normal.inv_cdf(min(max(share_below, end), 1 - end)), normal.inv_cdf((1 + level) / 2)
    return _between(figures, normal.cdf(shift - half), normal.cdf(shift + half))


def _between(figures: NDArray[np.float64], low_share: float, high_share: float) -> Interval:
    value, drawn = figures[0], figures[1:]
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(drawn):
        return Interval(None if np.isnan(value) else float(value), None, None)
    low, high = np.quantile(drawn, [low_share, high_share])
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

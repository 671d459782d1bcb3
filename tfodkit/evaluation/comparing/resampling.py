"""Average precision of the same images drawn anew, many times over, from one matching.

What an image's detections match does not depend on the other images, so that a resample is no more than a weight for
each image: how often it was drawn. A detection adds its image's weight to the true or to the false positives, an
object to the ground truths. With all weights 1 the result is COCO's. Equal scores stand in the order of images, then
of detections, and the copies of a detection together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.average_precision import RECALLS
from tfodkit.evaluation.accuracy.matching import NOBODY, Matches
from tfodkit.evaluation.columns import EvaluationSet

Floats: TypeAlias = NDArray[np.float64]
Weights: TypeAlias = NDArray[np.int32]

CACHED_BYTES = 2**20
"""Of an array that is gone through several times: it should stay in a processor's cache, which halves the time."""
LARGEST_BYTES = 2**26
"""Of any array that is made."""
FEWEST = 16
"""Resamples at a time, where the cache alone would hold fewer: NumPy needs some numbers in a row to be quick."""
_NEARLY = 1e-6  # more than the rounding of a recall in hundredths, less than what lies between two recalls


def draw_resamples(images: int, *, samples: int, seed: int) -> Weights:
    """How often each of ``images`` images is drawn in each resample, with replacement: ``[samples, images]``."""
    if not images:
        return np.zeros((samples, 0), np.int32)
    return np.random.default_rng(seed).multinomial(images, np.full(images, 1 / images), size=samples).astype(np.int32)


def resampled_ap(images: EvaluationSet, matches: Matches, weights: Weights) -> Floats:
    """AP in each resample, float64 ``[samples, t, c]``: the IoU thresholds of ``matches``, the classes by id.

    ``weights`` is int ``[samples, images]``; ``matches`` ignores crowds. nan where a resample has no object of the
    class.
    """
    by_image = np.ascontiguousarray(weights.T, np.float64)
    ap = np.full((len(weights), len(matches.iou_thresholds), len(images.class_names)), np.nan)
    for index, class_id in enumerate(images.class_names):
        ranked = _rank(images, matches, class_id)
        if ranked.objects.any():
            for start in range(0, len(weights), ranked.samples_at_once):
                block = slice(start, start + ranked.samples_at_once)
                ap[block, :, index] = _class_ap(ranked, by_image[:, block]).T
    return ap


@dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    """A class's detections of all images, the best first, down to the last that is right at any IoU threshold.

    ``image`` is int64 ``[n]``; ``is_held`` bool ``[t or 1, n]``: right or wrong, not ignored, a row where all IoU
    thresholds agree; ``right`` int64 ``[r]``: the places in it that are right at some threshold, ``is_right`` bool
    ``[t, r]``: at which. ``objects`` is int64 ``[images]``, the ground truths of each.
    """

    image: NDArray[np.int64]
    is_held: NDArray[np.bool_]
    right: NDArray[np.int64]
    is_right: NDArray[np.bool_]
    objects: NDArray[np.int64]

    @property
    def samples_at_once(self) -> int:
        cached = CACHED_BYTES // (8 * max(1, len(self.right)))
        return max(1, min(max(cached, FEWEST), LARGEST_BYTES // (8 * max(1, len(self.image)))))


def _rank(images: EvaluationSet, matches: Matches, class_id: int) -> _Ranked:
    truth, found = images.truth, images.found
    rows = np.flatnonzero((found.class_id == class_id) & matches.counts)
    rows = rows[np.argsort(-found.score[rows], kind="stable")]
    is_held = ~matches.is_ignored[:, rows]
    rows, is_held = rows[is_held.any(axis=0)], is_held[:, is_held.any(axis=0)]
    is_right = is_held & (matches.object_of[:, rows] != NOBODY)
    right = np.flatnonzero(is_right.any(axis=0))
    end = right[-1] + 1 if len(right) else 0  # what is wrong at a lower score takes nothing from precision before
    is_held = is_held[:, :end]
    counted = truth.image[(truth.class_id == class_id) & ~truth.is_crowd]
    return _Ranked(
        image=found.image[rows[:end]],
        is_held=is_held[:1] if is_held.all() else is_held,
        right=right,
        is_right=is_right[:, right],
        objects=np.bincount(counted, minlength=len(images.images)),
    )


def _class_ap(ranked: _Ranked, by_image: Floats) -> Floats:
    """AP ``[t, samples]``: the highest precision at that recall or a higher one, averaged over the 101 recalls."""
    objects = ranked.objects @ by_image
    ap = np.zeros((len(ranked.is_right), len(objects)))
    held = _held_so_far(ranked, by_image) if len(ranked.right) else []
    for threshold, is_right in enumerate(ranked.is_right):
        if is_right.any():
            right = _accumulate(np.add, by_image[ranked.image[ranked.right[is_right]]])
            precision = right / np.maximum(held[threshold % len(held)][is_right], 1)
            precision = _accumulate(np.maximum, precision[::-1])[::-1]
            ap[threshold] = np.einsum("rs,rs->s", precision, _recalls_reached(right / np.maximum(objects, 1)))
    return np.where(objects > 0, ap / len(RECALLS), np.nan)


def _held_so_far(ranked: _Ranked, by_image: Floats) -> list[Floats]:
    """The weight of the detections down to each right one, itself too: ``[r, samples]`` for ``t`` thresholds or 1."""
    starts = np.concatenate([[0], ranked.right[:-1] + 1])
    weight = by_image[ranked.image]
    held = (weight if row.all() else weight * row[:, None] for row in ranked.is_held)
    return [_accumulate(np.add, np.add.reduceat(each, starts, axis=0)) for each in held]


def _recalls_reached(recall: Floats) -> Floats:
    """How many of the 101 recalls each row is the first to reach; the rows of ``recall`` ascend."""
    hundredths = (recall * (len(RECALLS) - 1) + _NEARLY).astype(np.intp)
    reached = hundredths + (RECALLS[hundredths] <= recall)
    reached[1:] -= reached[:-1].copy()
    return reached.astype(np.float64)


def _accumulate(ufunc: np.ufunc, rows: Floats) -> Floats:
    """``ufunc.accumulate(rows)`` of numbers from 0 up, which NumPy goes through column by column, five times as long.

    The rows are dealt out to as many runs as a run has rows: all runs go on together, row by row; then each takes over
    what the one before has come to.
    """
    side = math.isqrt(max(0, len(rows) - 1)) + 1
    runs = np.zeros((side, side, rows.shape[1]))
    flat = runs.reshape(-1, rows.shape[1])
    flat[: len(rows)] = rows
    for row in range(1, side):
        ufunc(runs[:, row], runs[:, row - 1], out=runs[:, row])
    for run in range(1, side):
        ufunc(runs[run], runs[run - 1, -1], out=runs[run])
    return flat[: len(rows)]

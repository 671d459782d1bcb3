"""Whether groups of objects fare differently, or only by chance.

The objects of an image are alike: where one is found, so is the next. A test that takes them for so many independent
cases finds causes everywhere. Here each image has a difficulty of its own, as in the beta-binomial model (Williams,
Biometrics 31, 1975): how far they differ is estimated from how often objects of the same image share their fate (the
intraclass correlation), outcomes are drawn from that model a few thousand times, in which no quality is of any matter,
and what was seen is held against what was drawn (a parametric bootstrap; Efron and Tibshirani 1993, chapter 16).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.mistakes.qualities import NO_GROUP

Rows = NDArray[np.int64]
Columns = NDArray[np.float32]

LEAST_DRAWS, MOST_DRAWS = 1_999, 9_999
"""Of all outcomes. With the true one the most are 10,000: chances then come in steps of 0.0001."""
OUTCOMES_DRAWN = 20_000_000
"""The draws are as many as have these single outcomes, of an object each, within the bounds above."""
OUTCOMES_AT_ONCE = 2_000_000
MOST_ALIKE = 0.95
ROUNDING = 1e-4
"""Spreads that differ by less are equal: they are summed in single precision, in another order."""


def chances_of(is_good: NDArray[np.bool_], image: Rows, groupings: Sequence[Rows], *, seed: int) -> list[float]:
    """The p value, above 0 to 1, of each of the ``groupings`` of the same objects.

    It is how likely some group would have a share of good objects as far from the others' as the farthest has, measured
    by what is usual for a group of its size. ``is_good`` is bool ``[objects]``, ``image`` int64 ``[objects]``,
    ascending; a grouping is int64 ``[objects]``, from 0, ``NO_GROUP`` for objects that are left out.
    """
    share = float(is_good.mean()) if len(is_good) else 0.0
    if not groupings or share in (0.0, 1.0):
        return [1.0] * len(groupings)
    weights = [_weights(grouping) for grouping in groupings]
    starts = np.cumsum([0, *(each.shape[1] for each in weights[:-1])])
    joined = np.hstack(weights)
    alike = intraclass_correlation(is_good, image)
    drawn = np.concatenate([outcome @ joined for outcome in _outcomes(share, alike, image, seed=seed)])
    usual = drawn.std(axis=0)
    usual[usual == 0] = np.inf  # a group that can't differ
    farthest = np.maximum.reduceat(np.abs(is_good.astype(np.float32) @ joined) / usual, starts)
    farthest_drawn = np.maximum.reduceat(np.abs(drawn) / usual, starts, axis=1)
    as_far = (farthest_drawn >= farthest - ROUNDING).sum(axis=0)
    return [(1 + int(count)) / (1 + len(drawn)) for count in as_far]


def intraclass_correlation(is_good: NDArray[np.bool_], image: Rows) -> float:
    """How much two objects of an image share their fate, 0 (not at all) to 0.95, by the moments of all such pairs."""
    beyond = is_good - is_good.mean()
    numbers = np.unique(image, return_inverse=True)[1]
    counts, sums = np.bincount(numbers), np.bincount(numbers, weights=beyond)
    pairs = float((counts * (counts - 1)).sum())
    variance = float((beyond**2).mean())
    if not pairs or not variance:
        return 0.0
    together = float((sums**2).sum() - (beyond**2).sum())
    return min(max(together / pairs / variance, 0.0), MOST_ALIKE)


def _weights(grouping: Rows) -> Columns:
    """``[objects, groups]``: the sum of the outcomes times a column is how far a group is beyond its part of all."""
    groups = np.arange(max(grouping.max(initial=0), 0) + 1)
    members = (grouping[:, None] == groups).astype(np.float32)
    is_in = (grouping != NO_GROUP).astype(np.float32)
    shares = members.sum(axis=0) / max(is_in.sum(), 1)
    weights: Columns = members - is_in[:, None] * shares
    return weights


def _outcomes(share: float, alike: float, image: Rows, *, seed: int) -> Iterator[Columns]:
    """Outcomes by chance, 0 or 1, ``[some draws, objects]`` at a time."""
    draw = np.random.default_rng(seed)
    numbers = np.unique(image, return_inverse=True)[1]
    images, objects = int(numbers.max()) + 1, len(numbers)
    draws = min(max(OUTCOMES_DRAWN // objects, LEAST_DRAWS), MOST_DRAWS)
    at_once = max(OUTCOMES_AT_ONCE // objects, 1)
    for start in range(0, draws, at_once):
        some = min(at_once, draws - start)
        of_image = _difficulties(draw, share, alike, (some, images))
        yield (draw.random((some, objects), np.float32) < of_image[:, numbers]).astype(np.float32)


def _difficulties(draw: np.random.Generator, share: float, alike: float, shape: tuple[int, int]) -> Columns:
    """The chance of an object of each image to be good, whose mean is ``share``."""
    if not alike:
        return np.full(shape, share, np.float32)
    both = (1 - alike) / alike
    return draw.beta(share * both, (1 - share) * both, shape).astype(np.float32)

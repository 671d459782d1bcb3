"""Right, wrong and missed at a score threshold, and the threshold at which that is best.

What is best is said by F1, the harmonic mean of precision and recall (van Rijsbergen, Information Retrieval, 1979).
Objects marked ``difficult`` count here like any other; crowds, and the detections on them, count neither way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import Matches
from tfodkit.evaluation.accuracy.ranking import Ranking, rank
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.operating.values import Counts, OperatingTable, ThresholdCurves

EVEN_STEPS = 100
QUANTILES = 100


def operating_table(
    images: EvaluationSet, *, iou: float, threshold: float, matches: Matches | None = None
) -> OperatingTable:
    """The counts of every class and of all together, at ``threshold`` and at the best threshold of each.

    A detection counts with a score of ``threshold`` or more, if it is among the 100 best of its image and class.
    ``matches`` are those of ``images``, at ``iou`` among others, where they are known already.

    Raises:
        ValueError: ``matches`` has no such ``iou``.
    """
    *classes, together = rank(images, iou=iou, matches=matches)
    return OperatingTable(
        iou=iou,
        at_threshold=tuple(_counts(ranking, threshold) for ranking in classes),
        overall=_counts(together, threshold),
        at_best=tuple(_counts(ranking, best_threshold(ranking)) for ranking in classes),
        overall_best=_counts(together, best_threshold(together)),
    )


def best_threshold(ranking: Ranking) -> float:
    """The score threshold, 0 to 1, of the highest F1; of equal ones the highest, 1 where nothing is ever right.

    A plain number between two scores (:meth:`Ranking.threshold_that_keeps`), not a score itself.
    """
    if not ranking.hits[-1]:
        return 1.0
    cuts = ranking.cuts()
    f1 = 2 * ranking.hits[cuts] / (cuts + ranking.ground_truths)
    return ranking.threshold_that_keeps(int(cuts[np.argmax(f1)]))


def threshold_curves(images: EvaluationSet, *, iou: float, matches: Matches | None = None) -> ThresholdCurves:
    """Precision, recall and F1 over the threshold: at 0, 0.01 … 1, where recall changes, and at the best of each class.

    Where recall changes is said by a hundred quantiles of the scores that are right, so that a model whose scores all
    lie below 0.02 has curves, too. ``matches`` as of :func:`operating_table`.

    Raises:
        ValueError: ``matches`` has no such ``iou``.
    """
    rankings = rank(images, iou=iou, matches=matches)
    thresholds = _telling_thresholds(rankings)
    kept = np.stack([ranking.kept(thresholds) for ranking in rankings])
    hits = np.stack([ranking.hits[count] for ranking, count in zip(rankings, kept, strict=True)])
    truths = np.array([[ranking.ground_truths] for ranking in rankings])
    return ThresholdCurves(thresholds, _share(hits, kept), _share(hits, truths), _share(2 * hits, kept + truths))


def _counts(ranking: Ranking, threshold: float) -> Counts:
    kept = int(ranking.kept(threshold))
    return Counts(ranking.name, threshold, ranking.ground_truths, kept, int(ranking.hits[kept]))


def _telling_thresholds(rankings: tuple[Ranking, ...]) -> NDArray[np.float64]:
    together = rankings[-1]
    right = together.score[np.diff(together.hits) > 0]
    quantiles = np.quantile(right, np.linspace(0, 1, QUANTILES), method="nearest") if len(right) else right
    even = np.arange(EVEN_STEPS + 1) / EVEN_STEPS
    return np.unique(np.concatenate([even, quantiles, [best_threshold(ranking) for ranking in rankings]]))


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    part, whole = np.broadcast_arrays(part, whole)
    shares: NDArray[np.float64] = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return shares

"""The mathematics of the learning-rate range test (Smith 2017, arXiv:1506.01186), without TensorFlow.

The rate grows by the same factor with each step, and the loss of each step is smoothed over its forerunners. What is
smoothed comes late: so the rates are averaged with the very weights that the losses are, and each smoothed loss stands
over the rate that it is the loss of.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

EXPLODED = 4.0
"""Times the best smoothed loss."""
MEMORY = 0.1
"""The share of the steps that a smoothed loss is an average of."""
SAFETY = 10.0
"""What the rate of the lowest loss is divided by: where the loss is lowest, the rate is about to be too high."""
LEAST_FALL = 0.02
"""Of the loss; what falls by less is flat."""
STANDARD_ERRORS = 4.0
"""That a fall must be larger than, to be told from noise."""


def ramp(first: float, last: float, steps: int) -> list[float]:
    """Rates from ``first`` to ``last``, each the same times its forerunner.

    >>> ramp(0.25, 4, 3)
    [0.25, 1.0, 4.0]
    """
    growth = (last / first) ** (1 / (steps - 1))
    return [first * growth**step for step in range(steps)]


@dataclass(frozen=True, slots=True)
class SmoothedPoint:
    """A smoothed loss, and the rate that it is the loss of."""

    rate: float
    loss: float


class LossCurve:
    """Losses as they come, smoothed exponentially, with the bias of the first ones corrected as in Adam."""

    def __init__(self, steps: int) -> None:
        """``steps`` is how many the whole ramp has."""
        self.memory = max(2.0, MEMORY * steps)
        """Steps."""
        self.rates: list[float] = []
        self.losses: list[float] = []
        """As they came; the last may be no number."""
        self.smoothed: list[SmoothedPoint] = []
        self._decay = 1 - 1 / self.memory
        self._weight = self._loss = self._log_rate = 0.0

    def add(self, rate: float, loss: float) -> None:
        """The loss of one more step."""
        self.rates.append(rate)
        self.losses.append(loss)
        if not math.isfinite(loss):
            return
        self._weight = self._mixed(self._weight, 1.0)
        self._loss = self._mixed(self._loss, loss)
        self._log_rate = self._mixed(self._log_rate, math.log(rate))
        weight = self._weight
        self.smoothed.append(SmoothedPoint(math.exp(self._log_rate / weight), self._loss / weight))

    @property
    def is_exploded(self) -> bool:
        """Whether the last loss is no number, or smoothed four times the best before it."""
        if self.losses and not math.isfinite(self.losses[-1]):
            return True
        before = [point.loss for point in self.settled[:-1]]
        return bool(before) and self.smoothed[-1].loss > EXPLODED * min(before)

    @property
    def settled(self) -> Sequence[SmoothedPoint]:
        """Without the first, which are averages of too few."""
        return self.smoothed[int(self.memory) :]

    def _mixed(self, before: float, new: float) -> float:
        return self._decay * before + (1 - self._decay) * new


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Learning rates to try; or why there are none, in a sentence without a full stop."""

    steepest: float | None = None
    """Where the loss falls fastest."""
    lowest: float | None = None
    """Where it is lowest."""
    reason: str = ""

    @property
    def careful(self) -> float | None:
        """A tenth of the rate of the lowest loss."""
        return None if self.lowest is None else self.lowest / SAFETY


def suggest(curve: LossCurve) -> Suggestion:
    """What a curve that has come to its end says."""
    points = curve.settled
    lowest = min(range(len(points)), key=lambda index: points[index].loss, default=0)
    if lowest < curve.memory / 2:
        what = "lost its ground at once" if curve.is_exploded else "never falls"
        return Suggestion(reason=f"the loss {what}: begin with a lower rate (--from)")
    fall = max(point.loss for point in points[: lowest + 1]) - points[lowest].loss
    if fall < LEAST_FALL * abs(points[0].loss):
        return Suggestion(reason=f"the loss is flat: it falls by {fall:.2g} from {points[0].loss:.3g} at most")
    if fall < (noise := STANDARD_ERRORS * _standard_error(curve, lowest)):
        return Suggestion(
            reason=f"the loss is too noisy: it falls by {fall:.2g}, and chance alone may move it by {noise:.2g}; "
            "take more steps (--iterations) or a larger batch"
        )
    if lowest == len(points) - 1 and not curve.is_exploded:
        return Suggestion(reason="the loss still falls at the highest rate: end with a higher one (--to)")
    return Suggestion(steepest=_steepest(points[: lowest + 1], int(curve.memory / 2)), lowest=points[lowest].rate)


def _steepest(points: Sequence[SmoothedPoint], reach: int) -> float:
    """The rate in the middle of the ``reach`` steps over which the loss falls most for the growth of the rate."""
    reach = max(1, min(reach, len(points) - 1))
    spans = list(zip(points, points[reach:], strict=False))
    start, end = min(spans, key=lambda span: (span[1].loss - span[0].loss) / math.log(span[1].rate / span[0].rate))
    return math.sqrt(start.rate * end.rate)


def _standard_error(curve: LossCurve, lowest: int) -> float:
    """Of a smoothed loss before the lowest, from how neighbours differ, which no slow fall has a part in."""
    losses = curve.losses[: lowest + int(curve.memory) + 1]
    squares = [(after - before) ** 2 / 2 for before, after in pairwise(losses)]
    decay = 1 - 1 / curve.memory
    return math.sqrt(statistics.fmean(squares) * (1 - decay) / (1 + decay))

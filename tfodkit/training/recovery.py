"""What is tried after a fault, and how often; how a loss is judged. Pure: what happened in, what to do out.

What a run has recovered from is written in its ``run.json``. How it goes on follows from that list alone, so that the
start after a kill goes on in the same way.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Literal

MOST_TRIES = 3
"""Of one kind of fault in one start."""

HALF, TENTH = 0.5, 0.1
EXPLODED = 100
"""How many medians of the last losses are too much."""
REMEMBERED = 100
LEAST_REMEMBERED = 10
"""Before so many losses there is nothing to call usual."""

OnOom = Literal["accumulate", "halve", "stop"]


class Fault(StrEnum):
    """What a run can recover from, as ``run.json`` has it."""

    OUT_OF_MEMORY = "out of memory"
    BAD_LOSS = "bad loss"


class Remedy(StrEnum):
    """What is done about it, as ``run.json`` has it."""

    ACCUMULATE = "accumulated the gradients of twice as many parts of a batch"
    HALVE = "halved the batch and the learning rate"
    LOWER = "halved the learning rate"
    LOWER_MORE = "divided the learning rate by 10"
    FORGET = "began anew with a changed config"


@dataclass(frozen=True, slots=True)
class Adaptation:
    """How a run goes on after all that it recovered from: 1, 1 and 1.0 as long as nothing went wrong."""

    accumulate: int = 1
    """In how many parts a batch is taken, one after the other."""
    batch_divisor: int = 1
    rate_factor: float = 1.0

    def after(self, remedy: str) -> Adaptation:
        """The same with one remedy more."""
        match remedy:
            case Remedy.ACCUMULATE:
                return Adaptation(2 * self.accumulate, self.batch_divisor, self.rate_factor)
            case Remedy.HALVE:
                return Adaptation(self.accumulate, 2 * self.batch_divisor, HALF * self.rate_factor)
            case Remedy.LOWER:
                return Adaptation(self.accumulate, self.batch_divisor, HALF * self.rate_factor)
            case Remedy.LOWER_MORE:
                return Adaptation(self.accumulate, self.batch_divisor, TENTH * self.rate_factor)
            case Remedy.FORGET:
                return Adaptation()
        return self


def adaptation(remedies: Iterable[str]) -> Adaptation:
    """What the remedies of a run, in their order, come to."""
    adapted = Adaptation()
    for remedy in remedies:
        adapted = adapted.after(remedy)
    return adapted


class RecoveryPolicy:
    """Chooses the remedies of one start, :data:`MOST_TRIES` a kind of fault."""

    def __init__(self, on_oom: OnOom, *, batch_size: int) -> None:
        """``batch_size`` is how many images a device takes at once as long as nothing went wrong."""
        self._on_oom, self._batch_size = on_oom, batch_size
        self._tries = dict.fromkeys(Fault, 0)

    def remedy(self, fault: Fault, adapted: Adaptation) -> Remedy | None:
        """What to try next, and counts it; None where nothing is left to try.

        A learning rate is halved at first, as a bad batch may be all that was wrong; then it is far too high, and a
        tenth is tried, twice: 200 times less in all is what lies between the rates that SGD and Adam take.
        """
        self._tries[fault] += 1
        if self._tries[fault] > MOST_TRIES:
            return None
        if fault == Fault.BAD_LOSS:
            return Remedy.LOWER if self._tries[fault] == 1 else Remedy.LOWER_MORE
        images_at_once = self._batch_size // (adapted.batch_divisor * adapted.accumulate)
        is_whole = self._batch_size % (2 * adapted.batch_divisor * adapted.accumulate) == 0
        if self._on_oom == "stop" or images_at_once < 2 or not is_whole:  # noqa: PLR2004 - one image can't be halved
            return None
        return Remedy.ACCUMULATE if self._on_oom == "accumulate" else Remedy.HALVE


class LossWatch:
    """Tells when the loss is no number any more, or explodes: 100 times the median of the last 100, twice in a row."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=REMEMBERED)
        self._high = 0

    def judge(self, loss: float) -> str | None:
        """What is wrong with the loss of the next step, in words; None where nothing is."""
        if not math.isfinite(loss):
            return "is no number any more"
        usual = median(self._last) if len(self._last) >= LEAST_REMEMBERED else math.inf
        if loss <= EXPLODED * max(usual, 0.0):
            self._last.append(loss)
            self._high = 0
            return None
        self._high += 1
        if self._high == 1:
            return None
        return f"has exploded to more than {EXPLODED} times the {usual:.4g} that was usual"

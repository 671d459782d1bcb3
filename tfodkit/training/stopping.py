"""When a run has learned what it will: patience, and a limit of time. Pure values in, a verdict with its reason out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SECONDS_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The monitored figure after a step."""

    step: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """``patience`` evaluations without an improvement by more than ``min_delta`` end a run; None never does.

    Evaluations up to ``warm_up_steps``, while the learning rate still rises, are not counted against it.
    """

    higher_is_better: bool
    patience: int | None = None
    min_delta: float = 0.0
    max_hours: float | None = None
    warm_up_steps: int = 0

    def judge(self, history: Sequence[Evaluated]) -> Patience:
        """What a run's evaluations say, in the order of their steps. The same history gives the same verdict, always.

        So a run that goes on in another process has lost no count.
        """
        reference: Evaluated | None = None
        waited = 0
        for evaluated in history:
            if reference is None or self._gain(evaluated.value, reference.value) > self.min_delta:
                reference, waited = evaluated, 0
            elif evaluated.step > self.warm_up_steps:
                waited += 1
        return Patience(reference, waited, self.patience)

    def is_out_of_time(self, seconds: float) -> bool:
        """Whether a start that has gone on for ``seconds`` has had its time."""
        return self.max_hours is not None and seconds >= SECONDS_AN_HOUR * self.max_hours

    def _gain(self, value: float, over: float) -> float:
        return value - over if self.higher_is_better else over - value


@dataclass(frozen=True, slots=True)
class Patience:
    """The evaluation that the next ones are compared with, and how many have not improved on it since."""

    reference: Evaluated | None
    waited: int
    limit: int | None

    @property
    def is_exhausted(self) -> bool:
        return self.limit is not None and self.waited >= self.limit

    def __str__(self) -> str:
        if self.limit is None or not self.waited:
            return ""
        return f"{self.waited} of {self.limit} evaluations without improvement"


def compared(name: str, now: Evaluated, before: Evaluated | None) -> str:
    """The value and what it was compared with, in words.

    >>> compared("mAP", Evaluated(200, 0.412), Evaluated(100, 0.4))
    'step 200: mAP 0.4120, compared with 0.4000 at step 100'
    """
    figure = f"step {now.step}: {name} {now.value:.4f}"
    if before is None:
        return f"{figure}, the first"
    return f"{figure}, compared with {before.value:.4f} at step {before.step}"

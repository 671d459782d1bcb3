"""The learning rate at each step of a run, as the Object Detection API computes it, without TensorFlow.

The formulas are those of ``utils/learning_schedules.py`` and ``builders/optimizer_builder.py`` (2.8.0), corner cases
included; they compute in float32, so that the two agree to about six digits.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tfodkit.config.learning.optimizers import learning_rate_of, optimizer_name
from tfodkit.config.learning.schedules import schedule_name
from tfodkit.config.pipeline import Message
from tfodkit.errors import ConfigError

MOST_POINTS = 20_000
"""Of a curve; more than a picture has columns."""

_MEND = "Mend the schedule, or let make-config write one: --schedule cosine."
_Rate = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class LearningRateCurve:
    """The learning rate over a whole run, at rising steps from 0, before the first, to the last one's."""

    steps: Sequence[int]
    rates: Sequence[float]
    """As many as ``steps``."""
    num_steps: int
    """Of the run; the last of ``steps`` is one less."""
    warm_up_steps: int
    """0 where there is none; it may be longer than the run."""


def learning_rate_curve(pipeline: Message, where: str) -> LearningRateCurve:
    """The curve of the run that a config plans: every step of it, or 20,000 evenly spread and the warm-up's end.

    Raises:
        ConfigError: no steps, no learning rate, or a schedule that :func:`learning_rate_function` refuses; ``where``
            begins the message.
    """
    train = pipeline.train_config
    if train.num_steps < 1:
        raise ConfigError(where, "train_config.num_steps must be 1 or more, but got 0", "Set num_steps.")
    if optimizer_name(train.optimizer) is None:
        what = "train_config.optimizer must have a learning rate, but got none"
        raise ConfigError(where, what, "Start from a template.")
    learning_rate = learning_rate_of(train.optimizer)
    rate_at = learning_rate_function(learning_rate, where)
    last = train.num_steps - 1
    count = min(train.num_steps, MOST_POINTS)
    warm_up = warm_up_steps(learning_rate)
    steps = sorted({min(warm_up, last), *(last * point // max(1, count - 1) for point in range(count))})
    return LearningRateCurve(steps, [rate_at(step) for step in steps], train.num_steps, warm_up)


def learning_rate_function(learning_rate: Message, where: str) -> _Rate:
    """What gives the rate of a step, counted from 0, under a ``LearningRate`` message.

    Not a number where the API divides 0 by 0: at the end of a cosine that is all warm-up.

    Raises:
        ConfigError: there is no schedule, or one that the API refuses; ``where`` begins the message.
    """
    name = schedule_name(learning_rate)
    if name is None:
        raise ConfigError(where, "the learning rate must have a schedule, but got none", _MEND)
    schedule = getattr(learning_rate, learning_rate.WhichOneof("learning_rate"))
    return _FUNCTIONS[name](schedule, where)


def warm_up_steps(learning_rate: Message) -> int:
    """How many steps the rate takes to come up, or is held low for (burn-in); 0 where it starts as it is meant."""
    match schedule_name(learning_rate):
        case "cosine":
            return int(learning_rate.cosine_decay_learning_rate.warmup_steps)
        case "exponential":
            exponential = learning_rate.exponential_decay_learning_rate
            return int(exponential.burnin_steps) if exponential.burnin_learning_rate else 0
        case "multi-step":
            manual = learning_rate.manual_step_learning_rate
            return int(manual.schedule[0].step) if manual.warmup and manual.schedule else 0
    return 0


def _constant(constant: Message, _where: str) -> _Rate:
    rate = float(constant.learning_rate)
    return lambda _step: rate


def _exponential(exponential: Message, where: str) -> _Rate:
    base, factor = exponential.initial_learning_rate, exponential.decay_factor
    burn_in, floor = exponential.burnin_steps, exponential.min_learning_rate
    burn_in_rate = exponential.burnin_learning_rate or base
    decay_steps, staircase = exponential.decay_steps, exponential.staircase
    if not decay_steps:
        raise ConfigError(where, "exponential_decay_learning_rate.decay_steps must be 1 or more, but got 0", _MEND)

    def rate_at(step: int) -> float:
        if step < burn_in:
            return float(max(burn_in_rate, floor))
        decays = (step - burn_in) // decay_steps if staircase else (step - burn_in) / decay_steps
        return float(max(base * factor**decays, floor))

    return rate_at


def _cosine(cosine: Message, where: str) -> _Rate:
    base, start = cosine.learning_rate_base, cosine.warmup_learning_rate
    warm_up, total = cosine.warmup_steps, cosine.total_steps
    held_until = warm_up + cosine.hold_base_rate_steps
    if warm_up > total:
        what = f"the cosine's warmup_steps {warm_up} must be no more than its total_steps {total}"
        raise ConfigError(where, what, "Lower warmup_steps; it is 10,000 where it is not written.")
    if warm_up and start > base:
        what = f"the cosine's warmup_learning_rate {start:g} must be no more than its learning_rate_base {base:g}"
        raise ConfigError(where, what, "Lower warmup_learning_rate; it is 0.0002 where it is not written.")

    def rate_at(step: int) -> float:
        if step > total:
            return 0.0
        if step < warm_up:
            return float(start + (base - start) * step / warm_up)
        if step <= held_until and held_until > warm_up:
            return float(base)
        if total == held_until:
            return math.nan
        return float(0.5 * base * (1 + math.cos(math.pi * (step - held_until) / (total - held_until))))

    return rate_at


def _multi_step(manual: Message, where: str) -> _Rate:
    boundaries = [milestone.step for milestone in manual.schedule]
    rates = [manual.initial_learning_rate, *(milestone.learning_rate for milestone in manual.schedule)]
    if not boundaries or any(after <= before for before, after in pairwise([0, *boundaries])):
        what = f"the steps of manual_step_learning_rate must rise from above 0, but got {boundaries}"
        raise ConfigError(where, what, _MEND)
    slope = (rates[1] - rates[0]) / boundaries[0] if manual.warmup else 0.0

    def rate_at(step: int) -> float:
        passed = bisect_right(boundaries, step)
        return float(rates[passed] if passed else rates[0] + slope * step)

    return rate_at


_FUNCTIONS: dict[str, Callable[[Message, str], _Rate]] = {
    "constant": _constant,
    "exponential": _exponential,
    "cosine": _cosine,
    "multi-step": _multi_step,
}

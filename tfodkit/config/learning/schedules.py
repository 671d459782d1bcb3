"""Learning-rate schedules: the four that the Object Detection API has, fitted to a run or made anew.

A published schedule belongs to its number of steps and its batch. Fitting keeps the curve's shape: all step counts are
stretched by one factor, all rates scaled by another. A new one is made of what ``learning/schedule_specs.py`` tells.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tfodkit.config.learning.schedule_specs import steps_in
from tfodkit.config.option_values import UnfitOptionError
from tfodkit.config.pipeline import Message, six_digits
from tfodkit.config.spec import Spec


@dataclass(frozen=True, slots=True)
class _Kind:
    """The fields of one schedule's message; ``base`` is the rate that a user would call the learning rate."""

    field: str
    base: str
    other_rates: tuple[str, ...] = ()
    step_counts: tuple[str, ...] = ()


_KINDS = {
    "cosine": _Kind(
        "cosine_decay_learning_rate",
        "learning_rate_base",
        ("warmup_learning_rate",),
        ("warmup_steps", "hold_base_rate_steps", "total_steps"),
    ),
    "constant": _Kind("constant_learning_rate", "learning_rate"),
    "exponential": _Kind(
        "exponential_decay_learning_rate",
        "initial_learning_rate",
        ("burnin_learning_rate", "min_learning_rate"),
        ("burnin_steps", "decay_steps"),
    ),
    "multi-step": _Kind("manual_step_learning_rate", "initial_learning_rate"),
}
_ONE_CYCLE = {"warm_up": 0.3, "warm_up_from": 1 / 25}
WARM_UP, WARM_UP_FROM = 0.05, 1 / 3
DECAY_FACTOR = 0.95
LEFT = 0.01
"""Of the rate, at the end of an exponential."""
MILESTONES = (2 / 3, 8 / 9)
MILESTONE_FACTOR = 0.1


def schedule_name(learning_rate: Message) -> str | None:
    """Which of the four a ``LearningRate`` message holds; None where it holds none."""
    field = learning_rate.WhichOneof("learning_rate")
    return next((name for name, kind in _KINDS.items() if kind.field == field), None)


def peak_rate(learning_rate: Message) -> float:
    """The rate after the warm-up: the schedule's base; of a multi-step schedule the highest rate."""
    name = schedule_name(learning_rate)
    if name is None:
        raise ValueError("a learning rate must have a schedule, but got none")
    schedule = _schedule(learning_rate, name)
    rates = [getattr(schedule, _KINDS[name].base)]
    if name == "multi-step":
        rates += [step.learning_rate for step in schedule.schedule]
    return float(max(rates))


def fit_schedule(learning_rate: Message, *, reference_steps: int, steps: int, rate: float) -> None:
    """Stretch the schedule from ``reference_steps`` to ``steps`` and scale it so that its peak is ``rate``, in place.

    A cosine ends exactly at ``steps``, whatever run it was written for. Values that the message leaves to the proto's
    defaults (a warm-up of 10,000 steps is one) are written out.
    """
    name = schedule_name(learning_rate)
    factor = rate / peak_rate(learning_rate)
    assert name is not None
    schedule, kind = _schedule(learning_rate, name), _KINDS[name]
    for field in (kind.base, *kind.other_rates):
        setattr(schedule, field, six_digits(getattr(schedule, field) * factor))
    if name == "cosine":
        reference_steps = schedule.total_steps
    for field in kind.step_counts:
        setattr(schedule, field, _stretch(getattr(schedule, field), reference_steps, steps))
    if name == "cosine":
        _end_cosine(schedule, steps)
    if name == "multi-step":
        _fit_milestones(schedule, reference_steps, steps, factor)


def set_schedule(learning_rate: Message, spec: Spec, *, steps: int, rate: float) -> None:
    """Replace the schedule by a new one with its peak at ``rate``, made for ``steps`` steps.

    Raises:
        UnfitOptionError: durations that a run of so many steps has no room for.
    """
    learning_rate.Clear()
    given = dict(spec.parameters)
    name = spec.name
    if name == "one-cycle":
        name, given = "cosine", {**_ONE_CYCLE, **given}
    schedule = _schedule(learning_rate, name)
    setattr(schedule, _KINDS[name].base, rate)
    if name in _MAKERS:
        _MAKERS[name](schedule, given, steps, rate)


def _make_cosine(schedule: Message, given: dict[str, float], steps: int, rate: float) -> None:
    schedule.warmup_learning_rate = six_digits(rate * given.get("warm_up_from", WARM_UP_FROM))
    schedule.warmup_steps = steps_in(given.get("warm_up", WARM_UP), steps)
    schedule.hold_base_rate_steps = steps_in(given.get("hold", 0), steps)
    before = schedule.warmup_steps + schedule.hold_base_rate_steps
    if before >= steps:
        raise UnfitOptionError(f"warm_up and hold take {before} of {steps} steps", "Leave some to fall in.")
    schedule.total_steps = steps


def _make_exponential(schedule: Message, given: dict[str, float], steps: int, rate: float) -> None:
    burn_in = steps_in(given.get("burn_in", 0), steps)
    if burn_in >= steps:
        raise UnfitOptionError(f"burn_in takes {burn_in} of {steps} steps", "Leave some to fall in.")
    schedule.decay_factor = given.get("decay_factor", DECAY_FACTOR)
    decays = math.ceil(round(math.log(LEFT) / math.log(schedule.decay_factor), 3))
    every = given.get("decay_steps", (steps - burn_in) // decays)
    schedule.decay_steps = max(1, steps_in(every, steps))
    schedule.staircase = bool(given.get("staircase", True))
    if burn_in:
        schedule.burnin_steps = burn_in
        schedule.burnin_learning_rate = six_digits(rate * given.get("burn_in_rate", WARM_UP_FROM))
    if "lowest" in given:
        schedule.min_learning_rate = six_digits(rate * given["lowest"])


def _make_multi_step(schedule: Message, given: dict[str, Any], steps: int, rate: float) -> None:
    warm_up = max(1, steps_in(given.get("warm_up", WARM_UP), steps))
    at = [steps_in(value, steps) for value in given.get("at", MILESTONES)]
    if "at" in given and any(after <= before for before, after in pairwise([warm_up, *at, steps])):
        what = f"at must rise from above the warm-up's {warm_up} steps to below the run's {steps}, but got {at}"
        raise UnfitOptionError(what, "Give at=0.6,at=0.8, for example.")
    schedule.initial_learning_rate = six_digits(rate * WARM_UP_FROM)
    schedule.warmup = True
    schedule.schedule.add(step=warm_up, learning_rate=rate)
    factor = given.get("factor", MILESTONE_FACTOR)
    for number, step in enumerate(at, start=1):
        schedule.schedule.add(step=step, learning_rate=six_digits(rate * factor**number))
    _separate(schedule)


_MAKERS: dict[str, Callable[[Message, dict[str, Any], int, float], None]] = {
    "cosine": _make_cosine,
    "exponential": _make_exponential,
    "multi-step": _make_multi_step,
}


def _schedule(learning_rate: Message, name: str) -> Message:
    return getattr(learning_rate, _KINDS[name].field)


def _stretch(count: int, reference_steps: int, steps: int) -> int:
    """``count`` of ``reference_steps`` as the same share of ``steps``; 0 stays 0, and nothing else becomes 0."""
    return max(1, round(count * steps / reference_steps)) if count and reference_steps else count


def _end_cosine(schedule: Message, steps: int) -> None:
    """Warm-up and hold have to leave a step to fall in: the API divides by what is left."""
    schedule.total_steps = steps
    schedule.warmup_steps = min(schedule.warmup_steps, steps - 1)
    schedule.hold_base_rate_steps = min(schedule.hold_base_rate_steps, steps - 1 - schedule.warmup_steps)


def _fit_milestones(schedule: Message, reference_steps: int, steps: int, factor: float) -> None:
    for milestone in schedule.schedule:
        milestone.learning_rate = six_digits(milestone.learning_rate * factor)
        milestone.step = _stretch(milestone.step, reference_steps, steps)
    _separate(schedule)


def _separate(schedule: Message) -> None:
    """The API wants milestones above 0 and rising; in a run of a few steps they fall together."""
    last = 0
    for milestone in schedule.schedule:
        last = milestone.step = max(milestone.step, last + 1)

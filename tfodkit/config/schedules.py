"""Learning-rate schedules: the four that the Object Detection API has, fitted to a run or made anew.

A published schedule belongs to its number of steps and its batch. Fitting keeps the curve's shape: all step counts are
stretched by one factor, all rates scaled by another.
"""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.config.pipeline import Message, six_digits


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
SCHEDULES = tuple(_KINDS)

WARM_UP_SHARE = 0.05
WARM_UP_FROM = 1 / 3
DECAY_FACTOR = 0.95
DECAYS = 90  # 0.95 ** 90 is 0.01
MILESTONES = ((2 / 3, 0.1), (8 / 9, 0.01))  # the share of the run and of the rate; Detectron's 60k and 80k of 90k


def schedule_name(learning_rate: Message) -> str | None:
    """Which of :data:`SCHEDULES` a ``LearningRate`` message holds; None where it holds none."""
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


def set_schedule(learning_rate: Message, name: str, *, steps: int, rate: float) -> None:
    """Replace the schedule by a new one of :data:`SCHEDULES` with its peak at ``rate``, made for ``steps`` steps.

    All but ``constant`` and ``exponential`` warm up over the first 5 % of the run, from a third of the rate.
    ``cosine`` falls to 0 at the end; ``exponential`` falls in 90 stairs to 1 %; ``multi-step`` falls to a tenth after
    two thirds of the run and again after eight ninths.
    """
    learning_rate.Clear()
    schedule = _schedule(learning_rate, name)
    setattr(schedule, _KINDS[name].base, rate)
    warm_up = round(WARM_UP_SHARE * steps)
    if name == "cosine":
        schedule.warmup_learning_rate = six_digits(rate * WARM_UP_FROM)
        schedule.warmup_steps = warm_up
        _end_cosine(schedule, steps)
    elif name == "exponential":
        schedule.decay_factor = DECAY_FACTOR
        schedule.decay_steps = max(1, steps // DECAYS)
        schedule.staircase = True
    elif name == "multi-step":
        schedule.initial_learning_rate = six_digits(rate * WARM_UP_FROM)
        schedule.warmup = True
        schedule.schedule.add(step=max(1, warm_up), learning_rate=rate)
        for share, factor in MILESTONES:
            schedule.schedule.add(step=round(share * steps), learning_rate=six_digits(rate * factor))
        _separate(schedule)


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

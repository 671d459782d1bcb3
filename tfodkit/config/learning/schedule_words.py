"""A schedule in a line, for people: ``cosine: 0.004 up to 0.01 over 250 steps, down to 0 at step 5,000``."""

from __future__ import annotations

from tfodkit.config.learning.learning_rates import warm_up_steps
from tfodkit.config.learning.schedules import schedule_name
from tfodkit.config.pipeline import Message
from tfodkit.wording import counted


def schedule_words(learning_rate: Message) -> str:
    """What a ``LearningRate`` message comes to; ``no learning rate`` where it holds no schedule."""
    kind = learning_rate.WhichOneof("learning_rate")
    schedule: Message = getattr(learning_rate, kind) if kind else None
    warm_up = warm_up_steps(learning_rate)
    match schedule_name(learning_rate):
        case "constant":
            return f"constant: {_rate(schedule.learning_rate)}"
        case "cosine":
            return f"cosine: {_cosine(schedule, warm_up)}"
        case "exponential":
            return f"exponential: {_exponential(schedule, warm_up)}"
        case "multi-step":
            return f"multi-step: {_multi_step(schedule)}"
    return "no learning rate"


def _cosine(cosine: Message, warm_up: int) -> str:
    start = _rate(cosine.learning_rate_base)
    if warm_up:
        start = f"{_rate(cosine.warmup_learning_rate)} up to {start} over {counted(warm_up, 'step')}"
    held = f", held for {counted(cosine.hold_base_rate_steps, 'step')}" if cosine.hold_base_rate_steps else ""
    return f"{start}{held}, down to 0 at step {cosine.total_steps:,}"


def _exponential(exponential: Message, burn_in: int) -> str:
    stairs = "in stairs" if exponential.staircase else "smoothly"
    words = f"{_rate(exponential.initial_learning_rate)}, times {exponential.decay_factor:.4g} every "
    words += f"{counted(exponential.decay_steps, 'step')} {stairs}"
    if burn_in:
        words = f"{_rate(exponential.burnin_learning_rate)} for {counted(burn_in, 'step')}, then {words}"
    return f"{words}, at least {_rate(exponential.min_learning_rate)}" if exponential.min_learning_rate else words


def _multi_step(manual: Message) -> str:
    verb = " rising" if manual.warmup else ""
    turns = [f"{_rate(milestone.learning_rate)} at step {milestone.step:,}" for milestone in manual.schedule]
    return ", ".join([f"{_rate(manual.initial_learning_rate)}{verb}", *turns])


def _rate(rate: float) -> str:
    return f"{rate:.4g}"

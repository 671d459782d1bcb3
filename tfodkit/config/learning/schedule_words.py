"""A schedule in a line, for people: ``cosine: up from 0.004 in 250 steps, down to 0 at step 5000``."""

from __future__ import annotations

from collections.abc import Callable

from tfodkit.config.learning.schedules import schedule_name
from tfodkit.config.pipeline import Message


def schedule_words(learning_rate: Message) -> str:
    """What a ``LearningRate`` message comes to; ``none`` where it holds no schedule."""
    name = schedule_name(learning_rate)
    if name is None:
        return "none"
    schedule = getattr(learning_rate, learning_rate.WhichOneof("learning_rate"))
    words = _WORDS[name](schedule) if name in _WORDS else ""
    return f"{name}: {words}" if words else name


def _cosine(cosine: Message) -> str:
    parts = []
    if cosine.warmup_steps:
        parts.append(f"up from {cosine.warmup_learning_rate:.3g} in {_steps(cosine.warmup_steps)}")
    if cosine.hold_base_rate_steps:
        parts.append(f"held for {_steps(cosine.hold_base_rate_steps)}")
    return ", ".join([*parts, f"down to 0 at step {cosine.total_steps}"])


def _exponential(exponential: Message) -> str:
    parts = []
    if exponential.burnin_steps and exponential.burnin_learning_rate:
        parts.append(f"{exponential.burnin_learning_rate:.3g} for {_steps(exponential.burnin_steps)}")
    stairs = "every" if exponential.staircase else "evenly in every"
    parts.append(f"times {exponential.decay_factor:.3g} {stairs} {_steps(exponential.decay_steps)}")
    if exponential.min_learning_rate:
        parts.append(f"not below {exponential.min_learning_rate:.3g}")
    return ", ".join(parts)


def _multi_step(manual: Message) -> str:
    milestones = list(manual.schedule)
    parts = []
    if manual.warmup and milestones:
        first, *milestones = milestones
        parts.append(f"up from {manual.initial_learning_rate:.3g} in {_steps(first.step)}")
    parts += [f"{milestone.learning_rate:.3g} from step {milestone.step}" for milestone in milestones]
    return ", ".join(parts)


def _steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"


_WORDS: dict[str, Callable[[Message], str]] = {
    "cosine": _cosine,
    "exponential": _exponential,
    "multi-step": _multi_step,
}

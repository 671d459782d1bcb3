"""Rules about the learning rate: the curve over the run that is planned, and the batch that the rate belongs to."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from tfodkit.config import rules
from tfodkit.config.architecture import ARCHITECTURES
from tfodkit.config.faults import Fault
from tfodkit.config.optimizers import batch_factor, learning_rate_of, optimizer_name
from tfodkit.config.pipeline import Message
from tfodkit.config.schedules import peak_rate, schedule_name
from tfodkit.config.templates import read_template, template_names

POINTS = 1000
FALLEN = 0.9
"""Of its peak; a rate that ends above has not fallen."""
IDLE_RATE, IDLE_SHARE = 0.005, 0.2
"""A rate below this share of its peak for more than this share of the run; a cosine's own tail is 0.05."""
TOLERATED = 4.0
"""Times the rate that follows from a template's: beyond it the published models diverged at small batches."""


def schedule_faults(message: Message) -> Iterator[Fault]:
    """All of an optimizer that has a learning rate."""
    train = message.train_config
    rate = learning_rate_of(train.optimizer)
    place = f"train_config.optimizer.{train.optimizer.WhichOneof('optimizer')}.learning_rate"
    place = f"{place}.{rate.WhichOneof('learning_rate')}"
    schedule = getattr(rate, rate.WhichOneof("learning_rate"))
    name = str(schedule_name(rate))
    found = list(_unusable(schedule, name, place))
    yield from found
    if not found and train.num_steps > 0:
        yield from _over_the_run(schedule, name, train.num_steps, place)
    yield from _batch(message, place)


def _unusable(schedule: Message, name: str, place: str) -> Iterator[Fault]:
    if name == "cosine":
        yield from _cosine(schedule, place)
    elif name == "multi-step":
        steps = [milestone.step for milestone in schedule.schedule]
        if not steps or any(after <= before for before, after in pairwise([0, *steps])):
            what = f"the steps of manual_step_learning_rate must rise from above 0, but got {steps}"
            yield Fault(rules.MILESTONES_UNORDERED, place, what)


def _cosine(cosine: Message, place: str) -> Iterator[Fault]:
    before = cosine.warmup_steps + cosine.hold_base_rate_steps
    if before >= cosine.total_steps:
        what = f"warmup_steps and hold_base_rate_steps take {before} of the cosine's total_steps {cosine.total_steps}"
        yield Fault(rules.COSINE_FULL, f"{place}.warmup_steps", what)
    if cosine.warmup_learning_rate > cosine.learning_rate_base:
        rates = f"{cosine.warmup_learning_rate:g} > learning_rate_base {cosine.learning_rate_base:g}"
        yield Fault(rules.WARM_UP_HIGH, f"{place}.warmup_learning_rate", f"warmup_learning_rate {rates}")


def _over_the_run(schedule: Message, name: str, steps: int, place: str) -> Iterator[Fault]:
    field, warm_up = _warm_up(schedule, name)
    if warm_up >= steps:
        what = f"the warm-up takes {warm_up} steps of a run of {steps}"
        yield Fault(rules.WARM_UP_LONG, f"{place}.{field}", what)
        return
    if name == "constant":
        return
    curve = [_CURVES[name](schedule, round(point * (steps - 1) / POINTS)) for point in range(POINTS + 1)]
    peak = max(curve)
    if curve[-1] > FALLEN * peak:
        what = f"the learning rate ends at {curve[-1]:.3g}, with a peak of {peak:.3g}, after {steps} steps"
        yield Fault(rules.NEVER_DECAYS, place, what)
    idle = sum(rate < IDLE_RATE * peak for rate in curve) / len(curve)
    if idle > IDLE_SHARE:
        what = f"the learning rate is below {IDLE_RATE:.1%} of its peak for {idle:.0%} of the {steps} steps"
        yield Fault(rules.DECAYS_EARLY, place, what)


def _warm_up(schedule: Message, name: str) -> tuple[str, int]:
    """The field that says how long it is, and how long."""
    if name == "cosine":
        return "warmup_steps", int(schedule.warmup_steps)
    if name == "exponential":
        return "burnin_steps", int(schedule.burnin_steps)
    if name == "multi-step" and schedule.warmup:
        return "schedule[0].step", int(schedule.schedule[0].step)
    return "", 0


def _cosine_rate(cosine: Message, step: int) -> float:
    base, warm_up, hold = cosine.learning_rate_base, cosine.warmup_steps, cosine.hold_base_rate_steps
    if step > cosine.total_steps:
        return 0.0
    if step < warm_up:
        return float(cosine.warmup_learning_rate + (base - cosine.warmup_learning_rate) * step / warm_up)
    done = max(0, step - warm_up - hold) / (cosine.total_steps - warm_up - hold)
    return float(base * 0.5 * (1 + math.cos(math.pi * done)))


def _exponential_rate(exponential: Message, step: int) -> float:
    initial = exponential.initial_learning_rate
    if step < exponential.burnin_steps:
        return float(exponential.burnin_learning_rate or initial)
    decays = (step - exponential.burnin_steps) / max(1, exponential.decay_steps)
    decays = decays // 1 if exponential.staircase else decays
    return float(max(initial * exponential.decay_factor**decays, exponential.min_learning_rate))


def _multi_step_rate(manual: Message, step: int) -> float:
    first = manual.schedule[0]
    if manual.warmup and step < first.step:
        rise = (first.learning_rate - manual.initial_learning_rate) / first.step
        return float(manual.initial_learning_rate + rise * step)
    passed = [milestone.learning_rate for milestone in manual.schedule if milestone.step <= step]
    return float(passed[-1] if passed else manual.initial_learning_rate)


_CURVES: dict[str, Callable[[Message, int], float]] = {
    "cosine": _cosine_rate,
    "exponential": _exponential_rate,
    "multi-step": _multi_step_rate,
}


def _batch(message: Message, place: str) -> Iterator[Fault]:
    """Held to the templates of the same feature extractor and optimizer."""
    train = message.train_config
    kind, name = message.model.WhichOneof("model"), str(optimizer_name(train.optimizer))
    if kind not in ARCHITECTURES or train.batch_size < 1:
        return
    extractor = getattr(message.model, kind).feature_extractor.type
    rate = peak_rate(learning_rate_of(train.optimizer))
    known = [
        (published * batch_factor(name, batch_size=train.batch_size, reference=batch), published, batch)
        for published, batch in _published(extractor, name)
    ]
    if known and rate > TOLERATED * max(known)[0]:
        fitting, published, batch = max(known)
        what = f"the learning rate {rate:g} at batch {train.batch_size} is {rate / fitting:.0f} times {fitting:.3g}"
        yield Fault(
            rules.RATE_OF_OTHER_BATCH, place, f"{what}, which follows from the model's {published:g} at {batch}"
        )


def _published(extractor: str, optimizer: str) -> list[tuple[float, int]]:
    """Learning rate and batch of the templates with that extractor, as far as they have that optimizer."""
    found = []
    for name in template_names() if extractor else ():
        template = read_template(name)
        if not re.search(rf'\btype: "{re.escape(extractor)}"', template.text):
            continue
        train = template.message().train_config
        if optimizer_name(train.optimizer) == optimizer and train.batch_size:
            found.append((peak_rate(learning_rate_of(train.optimizer)), int(train.batch_size)))
    return found

"""Rules about the learning rate: the curve over the run that is planned, and the batch that the rate belongs to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise

from tfodkit.config.learning.learning_rates import learning_rate_function, warm_up_steps
from tfodkit.config.learning.optimizers import batch_factor, learning_rate_of, optimizer_name
from tfodkit.config.learning.schedules import peak_rate, schedule_name
from tfodkit.config.lint import rules
from tfodkit.config.lint.faults import Fault
from tfodkit.config.model.architecture import ARCHITECTURES
from tfodkit.config.pipeline import Message
from tfodkit.config.templates import read_template, template_names

POINTS = 1000
FALLEN = 0.9
"""Of its peak; a rate that ends above has not fallen."""
IDLE_RATE, IDLE_SHARE = 0.005, 0.2
"""A rate below this share of its peak for more than this share of the run; a cosine's own tail is 0.05."""
TOLERATED = 4.0
"""Times the rate that follows from a template's: beyond it the published models diverged at small batches."""

_WARM_UPS = {"cosine": "warmup_steps", "exponential": "burnin_steps", "multi-step": "schedule[0].step"}
"""The field that says how long it is."""


def schedule_faults(message: Message) -> Iterator[Fault]:
    """All of an optimizer that has a learning rate."""
    train = message.train_config
    learning_rate = learning_rate_of(train.optimizer)
    place = f"train_config.optimizer.{train.optimizer.WhichOneof('optimizer')}.learning_rate"
    place = f"{place}.{learning_rate.WhichOneof('learning_rate')}"
    found = list(_unusable(learning_rate, place))
    yield from found
    if not found and train.num_steps > 0:
        yield from _over_the_run(learning_rate, train.num_steps, place)
    yield from _batch(message, place)


def _unusable(learning_rate: Message, place: str) -> Iterator[Fault]:
    schedule, name = getattr(learning_rate, learning_rate.WhichOneof("learning_rate")), schedule_name(learning_rate)
    peak = peak_rate(learning_rate)
    if not 0 < peak < math.inf:
        yield Fault(rules.RATE_NONE, place, f"the learning rate must be a finite number above 0, but got {peak:g}")
    if name == "cosine":
        yield from _cosine(schedule, place)
    elif name == "exponential" and not schedule.decay_steps:
        yield Fault(rules.DECAY_NONE, f"{place}.decay_steps", "decay_steps must be 1 or more, but got 0")
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
    if cosine.warmup_steps and cosine.warmup_learning_rate > cosine.learning_rate_base:
        rates = f"{cosine.warmup_learning_rate:g} > learning_rate_base {cosine.learning_rate_base:g}"
        yield Fault(rules.WARM_UP_HIGH, f"{place}.warmup_learning_rate", f"warmup_learning_rate {rates}")


def _over_the_run(learning_rate: Message, steps: int, place: str) -> Iterator[Fault]:
    warm_up, name = warm_up_steps(learning_rate), str(schedule_name(learning_rate))
    if warm_up >= steps:
        what = f"the warm-up takes {warm_up} steps of a run of {steps}"
        yield Fault(rules.WARM_UP_LONG, f"{place}.{_WARM_UPS[name]}", what)
        return
    if name == "constant":
        return
    rate_at = learning_rate_function(learning_rate, place)
    curve = [rate_at(round(point * (steps - 1) / POINTS)) for point in range(POINTS + 1)]
    peak = max(curve)
    if curve[-1] > FALLEN * peak:
        what = f"the learning rate ends at {curve[-1]:.3g}, with a peak of {peak:.3g}, after {steps} steps"
        yield Fault(rules.NEVER_DECAYS, place, what)
    idle = sum(rate < IDLE_RATE * peak for rate in curve) / len(curve)
    if idle > IDLE_SHARE:
        what = f"the learning rate is below {IDLE_RATE:.1%} of its peak for {idle:.0%} of the {steps} steps"
        yield Fault(rules.DECAYS_EARLY, place, what)


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
    if known and TOLERATED * max(known)[0] < rate < math.inf:
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

"""The ``train_config`` part: batch, steps, optimizer and schedule, fitted to one run on one machine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tfodkit.config.optimizers import USUAL_RATES, batch_factor, learning_rate_of, optimizer_name, set_optimizer
from tfodkit.config.options import PipelineOptions
from tfodkit.config.pipeline import Message, six_digits
from tfodkit.config.schedules import fit_schedule, peak_rate, schedule_name, set_schedule
from tfodkit.errors import ConfigError, UsageError

DEFAULT_BATCH = 8
DEFAULT_STEPS = 5_000


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """What a run was set to, and from what."""

    batch_size: int
    steps: int
    optimizer: str
    schedule: str
    learning_rate: float
    """After the warm-up, to six digits."""
    rate_origin: str
    """Where the learning rate comes from, for people."""


def set_training(train_config: Message, options: PipelineOptions, *, is_own: bool, where: str) -> TrainingSetup:
    """Set batch, steps, optimizer and learning rate, in place.

    Args:
        train_config: the template's; its batch and steps are what its learning rate and schedule belong to.
        options: what is asked for.
        is_own: the template is the user's file, whose batch and steps stand unless asked otherwise; those of the
            published configs are made for a pod of TPUs.
        where: the template, for errors.

    Raises:
        ConfigError: the template has no optimizer, no schedule, or a learning rate of 0.
        UsageError: another optimizer without a learning rate for it.
    """
    reference_batch, reference_steps = train_config.batch_size or 1, train_config.num_steps
    batch_size = options.batch_size or (reference_batch if is_own else min(reference_batch, DEFAULT_BATCH))
    steps = options.steps or _default_steps(reference_steps, is_own=is_own)
    published = _published_rate(train_config.optimizer, where)
    rate, origin = _rate(train_config.optimizer, options, published, batch_size, reference_batch)
    set_optimizer(train_config.optimizer, options.optimizer or _name(train_config.optimizer))
    learning_rate = learning_rate_of(train_config.optimizer)
    if options.schedule in (None, schedule_name(learning_rate)):
        fit_schedule(learning_rate, reference_steps=reference_steps, steps=steps, rate=rate)
    else:
        set_schedule(learning_rate, str(options.schedule), steps=steps, rate=rate)
    train_config.batch_size, train_config.num_steps = batch_size, steps
    if not train_config.optimizer.HasField("use_moving_average"):
        train_config.optimizer.use_moving_average = (
            False  # true by default, and the API's exporters ignore the averages
        )
    return TrainingSetup(
        batch_size=batch_size,
        steps=steps,
        optimizer=_name(train_config.optimizer),
        schedule=str(schedule_name(learning_rate)),
        learning_rate=rate,
        rate_origin=origin,
    )


def training_of(train_config: Message, setup: TrainingSetup) -> TrainingSetup:
    """What ``train_config`` comes to after fields of it were changed by hand, where it was ``setup`` before."""
    schedule = (
        schedule_name(learning_rate_of(train_config.optimizer)) if optimizer_name(train_config.optimizer) else None
    )
    rate = six_digits(peak_rate(learning_rate_of(train_config.optimizer))) if schedule else setup.learning_rate
    return replace(
        setup,
        batch_size=train_config.batch_size,
        steps=train_config.num_steps,
        optimizer=optimizer_name(train_config.optimizer) or "none",
        schedule=schedule or "none",
        learning_rate=rate,
        rate_origin=setup.rate_origin if rate == setup.learning_rate else "as set",
    )


def _default_steps(reference_steps: int, *, is_own: bool) -> int:
    if reference_steps == 0:  # "for ever", which fails in TensorFlow 2
        return DEFAULT_STEPS
    return reference_steps if is_own else min(reference_steps, DEFAULT_STEPS)


def _published_rate(optimizer: Message, where: str) -> float:
    if optimizer_name(optimizer) is None:
        raise ConfigError(where, "train_config has no optimizer", "Start from another template.")
    learning_rate = learning_rate_of(optimizer)
    if schedule_name(learning_rate) is None:
        raise ConfigError(where, "the optimizer has no learning rate", "Start from another template.")
    rate = peak_rate(learning_rate)
    if rate <= 0:
        raise ConfigError(where, f"the learning rate must be above 0, but got {rate:g}", "Mend the template.")
    return rate


def _rate(
    optimizer: Message, options: PipelineOptions, published: float, batch_size: int, reference: int
) -> tuple[float, str]:
    """The learning rate to train with and where it comes from."""
    name = _name(optimizer)
    if options.learning_rate is not None:
        return six_digits(options.learning_rate), "as asked"
    if options.optimizer not in (None, name):
        what = f"the template's learning rate of {published:g} belongs to {name}"
        remedy = f"Pass --learning-rate too; {USUAL_RATES[str(options.optimizer)]} is a usual start."
        raise UsageError(f"--optimizer {options.optimizer}", what, remedy)
    rate = six_digits(published * batch_factor(name, batch_size=batch_size, reference=reference))
    if batch_size == reference:
        return rate, "the template's"
    return rate, f"the template's {published:g} at batch {reference}, scaled to {batch_size}"


def _name(optimizer: Message) -> str:
    return str(optimizer_name(optimizer))

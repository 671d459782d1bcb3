"""The ``train_config`` part: batch, steps, optimizer, schedule, averages, clipping and freezing, fitted to one run."""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.config.learning.optimizers import (
    OPTIMIZERS,
    USUAL_RATES,
    batch_factor,
    learning_rate_of,
    optimizer_name,
    optimizer_text,
    set_optimizer,
)
from tfodkit.config.learning.schedule_specs import SCHEDULES
from tfodkit.config.learning.schedule_words import schedule_words
from tfodkit.config.learning.schedules import fit_schedule, peak_rate, schedule_name, set_schedule
from tfodkit.config.learning.steps import RunLength
from tfodkit.config.option_values import UnfitOptionError
from tfodkit.config.options import PipelineOptions
from tfodkit.config.pipeline import Message, six_digits
from tfodkit.config.spec import Spec, parse_spec
from tfodkit.errors import ConfigError, UsageError


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """What a run was set to, and from what."""

    batch_size: int
    steps: int
    optimizer: str
    """With its parameters, as ``--optimizer`` takes it."""
    schedule: str
    schedule_words: str
    """What it comes to, for people."""
    learning_rate: float
    """After the warm-up, to six digits."""
    rate_origin: str
    """Where the learning rate comes from, for people."""
    moving_average: float | None
    """The decay, where the weights are averaged."""
    gradient_clipping: float
    """The most that a gradient's norm may be; 0 where it may be anything."""
    frozen: tuple[str, ...]
    """Patterns of the variables that are not trained."""


def set_training(train_config: Message, options: PipelineOptions, run: RunLength, *, where: str) -> TrainingSetup:
    """Set batch, steps, optimizer, learning rate, averages and clipping, in place.

    Args:
        train_config: the template's; its batch and steps are what its learning rate and schedule belong to.
        options: what is asked for.
        run: how long, in which batches.
        where: the template, for errors.

    Raises:
        ConfigError: the template has no optimizer, no schedule, or a learning rate of 0.
        UsageError: another optimizer without a learning rate for it, or a schedule that the run has no room for.
    """
    optimizer, reference_steps = train_config.optimizer, train_config.num_steps
    published = _published_rate(optimizer, where)
    asked = parse_spec(options.optimizer or str(optimizer_name(optimizer)), OPTIMIZERS, "optimizer")
    rate, origin = _rate(optimizer, asked, options, published, run.batch_size, train_config.batch_size or 1)
    set_optimizer(optimizer, asked)
    _set_schedule(learning_rate_of(optimizer), options.schedule, reference_steps, run.steps, rate)
    train_config.batch_size, train_config.num_steps = run.batch_size, run.steps
    if options.ema is not None:
        optimizer.use_moving_average, optimizer.moving_average_decay = True, options.ema
    elif not optimizer.HasField("use_moving_average"):
        optimizer.use_moving_average = False  # true by default, and the API's exporters ignore the averages
    if options.gradient_clipping is not None:
        train_config.gradient_clipping_by_norm = options.gradient_clipping
    return training_of(train_config, rate, origin)


def training_of(train_config: Message, rate: float, origin: str) -> TrainingSetup:
    """What ``train_config`` comes to, where ``rate`` came from ``origin``."""
    optimizer = train_config.optimizer
    learning_rate = learning_rate_of(optimizer) if optimizer_name(optimizer) else None
    schedule = schedule_name(learning_rate) if learning_rate is not None else None
    now = six_digits(peak_rate(learning_rate)) if schedule else rate
    return TrainingSetup(
        batch_size=train_config.batch_size,
        steps=train_config.num_steps,
        optimizer=optimizer_text(optimizer),
        schedule=schedule or "none",
        schedule_words=schedule_words(learning_rate) if learning_rate is not None else "none",
        learning_rate=now,
        rate_origin=origin if now == six_digits(rate) else "as set",
        moving_average=six_digits(optimizer.moving_average_decay) if optimizer.use_moving_average else None,
        gradient_clipping=six_digits(train_config.gradient_clipping_by_norm),
        frozen=tuple(train_config.freeze_variables),
    )


def _set_schedule(learning_rate: Message, asked: str | None, reference_steps: int, steps: int, rate: float) -> None:
    """A template's own schedule, by its name alone, is fitted."""
    if asked in (None, schedule_name(learning_rate)):
        fit_schedule(learning_rate, reference_steps=reference_steps, steps=steps, rate=rate)
        return
    try:
        set_schedule(learning_rate, parse_spec(str(asked), SCHEDULES, "schedule"), steps=steps, rate=rate)
    except UnfitOptionError as error:
        raise UsageError(f"--schedule {asked}", error.what, error.remedy) from error


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
    optimizer: Message, asked: Spec, options: PipelineOptions, published: float, batch_size: int, reference: int
) -> tuple[float, str]:
    """The learning rate to train with and where it comes from."""
    name = str(optimizer_name(optimizer))
    if options.learning_rate is not None:
        return six_digits(options.learning_rate), "as asked"
    if asked.name != name:
        what = f"the template's learning rate of {published:g} belongs to {name}"
        remedy = f"Pass --learning-rate too; {USUAL_RATES[asked.name]} is a usual start."
        raise UsageError(f"--optimizer {options.optimizer}", what, remedy)
    rate = six_digits(published * batch_factor(name, batch_size=batch_size, reference=reference))
    if batch_size == reference:
        return rate, "the template's"
    return rate, f"the template's {published:g} at batch {reference}, scaled to {batch_size}"

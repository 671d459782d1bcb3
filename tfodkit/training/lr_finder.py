"""``tfodkit lr-find``: the learning-rate range test on the model and the input of a ``pipeline.config``."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.config import PipelineConfig, read_checked_pipeline
from tfodkit.config.learning.learning_rates import learning_rate_curve
from tfodkit.config.learning.optimizers import learning_rate_of
from tfodkit.config.pipeline import format_pipeline, parse_pipeline
from tfodkit.errors import UsageError
from tfodkit.odapi import devices
from tfodkit.odapi.install import install
from tfodkit.odapi.learner import TOTAL_LOSS, Learner
from tfodkit.training.draw_order import draw_order
from tfodkit.training.lr_curve import LossCurve, Suggestion, ramp, suggest

FEWEST = 20
"""Steps that a curve can be read from."""

Progress = Callable[[str], None]
"""Told in words what goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTest:
    """The rates to walk through.

    Raises:
        UsageError: rates that do not rise, or too few steps.
    """

    iterations: int = 100
    first: float = 1e-7
    last: float = 10.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.iterations < FEWEST:
            what = f"must be {FEWEST} or more, but got {self.iterations}"
            raise UsageError("--iterations", what, "A curve of fewer can't be read.")
        if not (0 < self.first < self.last and math.isfinite(self.last)):
            what = f"the rates must rise from above 0, but got {self.first:g} and {self.last:g}"
            raise UsageError("--from and --to", what, "Give 1e-7 and 10, for example.")


@dataclass(frozen=True, slots=True)
class FoundRates:
    """A range test that has come to its end; ``present`` is the highest rate of the config's own schedule."""

    config: Path
    curve: LossCurve
    suggestion: Suggestion
    present: float

    def to_json(self) -> dict[str, Any]:
        """The same as plain values; losses as they came, ``None`` for what is no number, and smoothed."""
        curve, found = self.curve, self.suggestion
        return {
            "config": str(self.config),
            "rates": curve.rates,
            "losses": [loss if math.isfinite(loss) else None for loss in curve.losses],
            "smoothed": [{"rate": point.rate, "loss": point.loss} for point in curve.smoothed],
            "exploded": curve.is_exploded,
            "steepest": found.steepest,
            "minimum": found.lowest,
            "minimum_by_10": found.careful,
            "reason": found.reason or None,
            "config_rate": self.present,
        }


def find_learning_rate(
    config: str | Path, test: RangeTest | None = None, *, progress: Progress | None = None
) -> FoundRates:
    """Train with a rate that grows from step to step, until the loss explodes or the steps are taken.

    Nothing is saved, and the config stays as it is: weights, optimizer and their end are this process's own. The
    training begins from the config's fine-tune checkpoint where there is one.

    Args:
        config: the ``pipeline.config``; its schedule is not used.
        test: the rates; the defaults unless given.
        progress: told every so often what goes on.

    Raises:
        ConfigError, RecordError, CheckpointError: as :func:`tfodkit.training.train.train`.
        OutOfMemory: a batch does not fit.
    """
    test, tell = test or RangeTest(), progress or _say_nothing
    pipeline = read_checked_pipeline(config)
    present = max(learning_rate_curve(parse_pipeline(pipeline.text, str(pipeline.path)), str(pipeline.path)).rates)
    tell("loading TensorFlow and building the model")
    learner = _learner(pipeline, test.seed)
    learner.fine_tune()
    learner.start()
    tell("tracing the train step")
    curve = LossCurve(test.iterations)
    for step, rate in enumerate(ramp(test.first, test.last, test.iterations), start=1):
        learner.rate_factor = rate
        curve.add(rate, float(learner.take_step()[TOTAL_LOSS]))
        tell(f"step {step}/{test.iterations}, rate {rate:.2g}, loss {curve.losses[-1]:.4g}")
        if curve.is_exploded:
            break
    return FoundRates(pipeline.path, curve, suggest(curve), present)


def _learner(pipeline: PipelineConfig, seed: int) -> Learner:
    install()
    strategy, _ = devices.choose_strategy()
    draws = draw_order(pipeline, seed=seed)
    return Learner(rate_of_one(pipeline.text, str(pipeline.path)), strategy=strategy, seed=seed, draws=draws)


def rate_of_one(text: str, where: str) -> str:
    """A config whose rate is always 1, so that the learner's rate factor is the rate: a schedule may give 0."""
    message = parse_pipeline(text, where)
    learning_rate_of(message.train_config.optimizer).constant_learning_rate.learning_rate = 1.0
    return format_pipeline(message)


def _say_nothing(message: str) -> None:
    """Progress for nobody."""

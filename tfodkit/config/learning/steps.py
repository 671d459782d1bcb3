"""How long a run is: the one place that knows epochs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfodkit.config.option_values import LARGEST_COUNT, shortest
from tfodkit.config.options import PipelineOptions
from tfodkit.errors import UsageError

if TYPE_CHECKING:
    from tfodkit.config.pipeline import Message

DEFAULT_BATCH = 8
DEFAULT_STEPS = 5_000


@dataclass(frozen=True, slots=True)
class RunLength:
    """The steps of a run, of so many images each."""

    steps: int
    batch_size: int


def run_length(train_config: Message, options: PipelineOptions, *, images: int, is_own: bool) -> RunLength:
    """What is asked for; else what the template has.

    Args:
        train_config: the template's.
        options: ``epochs`` are rounded up to whole steps.
        images: that are trained on, those of weight 0 not counted.
        is_own: the template is the user's file, whose batch and steps stand unless asked otherwise; those of the
            published configs are made for a pod of TPUs.

    Raises:
        UsageError: more epochs than a config can hold as steps.
    """
    batch_size = options.batch_size or _default_batch(train_config, is_own=is_own)
    if options.epochs is None:
        return RunLength(options.steps or _default_steps(train_config, is_own=is_own), batch_size)
    steps = max(1, math.ceil(round(options.epochs * images / batch_size, 6)))
    if steps > LARGEST_COUNT:
        what = f"with {images} images in batches of {batch_size} that is {steps} steps, more than {LARGEST_COUNT}"
        raise UsageError(f"--epochs {shortest(options.epochs)}", what, "Give fewer.")
    return RunLength(steps, batch_size)


def epochs_of(run: RunLength, *, images: int) -> float:
    """How often each image is drawn, on average."""
    return run.steps * run.batch_size / images


def _default_batch(train_config: Message, *, is_own: bool) -> int:
    own = int(train_config.batch_size or 1)
    return own if is_own else min(own, DEFAULT_BATCH)


def _default_steps(train_config: Message, *, is_own: bool) -> int:
    own = int(train_config.num_steps)
    if own == 0:  # "for ever", which fails in TensorFlow 2
        return DEFAULT_STEPS
    return own if is_own else min(own, DEFAULT_STEPS)

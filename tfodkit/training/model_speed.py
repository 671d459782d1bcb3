"""How long a model takes to begin, for a step, and to look at an image; on the records of a ``pipeline.config``."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tfodkit.config import PipelineConfig, read_checked_pipeline
from tfodkit.evaluation.ground_truth import read_ground_truth
from tfodkit.odapi import devices
from tfodkit.odapi.detection import ValidationPass
from tfodkit.odapi.install import install
from tfodkit.odapi.learner import TOTAL_LOSS, Learner
from tfodkit.training.draw_order import draw_order

STEPS = 10
EVALUATED_IMAGES = 32


@dataclass(frozen=True, slots=True)
class ModelSpeed:
    """Figures of one model in a process of its own.

    ``first_step_seconds`` go from before TensorFlow is loaded to the end of the first step, tracing included;
    ``step_seconds`` are the median of the steps after it; ``evaluation_seconds`` are an image's, after tracing.
    """

    devices: str
    parameters: int
    batch_size: int
    first_step_seconds: float
    step_seconds: float
    evaluation_seconds: float


def measure_speed(config: Path, checkpoints: Path, *, steps: int = STEPS) -> ModelSpeed:
    """Train ``steps`` steps after the first, look at validation images, and save a checkpoint to ``checkpoints``.

    Raises:
        TfodkitError: as of training; the model can't be built, or memory does not suffice.
    """
    began = time.perf_counter()
    pipeline = read_checked_pipeline(config)
    install()
    strategy, in_words = devices.choose_strategy()
    learner = Learner(pipeline.text, strategy=strategy, seed=0, draws=draw_order(pipeline, seed=0))
    learner.start()
    first, *others = islice(_step_ends(learner), steps + 1)
    speed = ModelSpeed(
        devices=in_words,
        parameters=sum(math.prod(variable.shape) for variable in learner.model.trainable_variables),
        batch_size=pipeline.batch_size,
        first_step_seconds=first - began,
        step_seconds=statistics.median(after - before for before, after in zip([first, *others], others, strict=False)),
        evaluation_seconds=_evaluation_seconds(pipeline, learner),
    )
    learner.checkpoint_manager(checkpoints).save(checkpoint_number=learner.step)
    return speed


def _step_ends(learner: Learner) -> Iterator[float]:
    while True:
        float(learner.take_step()[TOTAL_LOSS])  # waits for the device
        yield time.perf_counter()


def _evaluation_seconds(pipeline: PipelineConfig, learner: Learner) -> float:
    """An image's: of a second walk through the first images, when the graph is there."""
    available = len(read_ground_truth(pipeline.val_records, pipeline.class_names))
    images = min(EVALUATED_IMAGES, available)
    validation = ValidationPass(learner.pipeline, learner.model, records=pipeline.val_records, images=images)
    next(validation.detect())
    began = time.perf_counter()
    for _ in islice(validation.detect(), images):
        pass
    return (time.perf_counter() - began) / images

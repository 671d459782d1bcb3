"""What a checkpoint of a run detects on every validation image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tfodkit.config import read_checked_pipeline
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.ground_truth import read_ground_truth
from tfodkit.evaluation.model_evaluator import ModelEvaluator
from tfodkit.odapi.model import build_model, restore_model
from tfodkit.odapi.pipeline import evaluates_averages, parse
from tfodkit.training.run_directory import RunDirectory, WhichOrStep


@dataclass(frozen=True, slots=True, eq=False)
class EvaluatedRun:
    """The detections of a checkpoint beside the truth, its validation losses, and the record files of the images."""

    images: EvaluationSet
    losses: dict[str, float]
    checkpoint: Path
    records: tuple[Path, ...]


def evaluate_run(
    run: Path, *, which: WhichOrStep = "best", told: Callable[[int, int], None] | None = None
) -> EvaluatedRun:
    """Let a checkpoint of a training run look at the validation records of its config.

    Of the moving averages and the weights themselves those are taken that training found the better; where it did not
    look, of ``last``, those that the config evaluates. Masks and keypoints come along where the model gives them.
    ``told`` of the images done and in all.

    Raises:
        CheckpointError: no such run or checkpoint, or the checkpoint does not fit the run's config.
        ConfigError, RecordError: the config or the records it names have changed since and can't be used.
    """
    directory = RunDirectory.open(Path(run))
    checkpoint = directory.checkpoint(which)
    pipeline = read_checked_pipeline(directory.config_path)
    ground_truth = read_ground_truth(pipeline.val_records, pipeline.class_names, shapes=True)
    model = build_model(pipeline.text, is_training=False)
    message = parse(pipeline.text)
    averaged = directory.has_moving_averages(which)
    restore_model(model, checkpoint, averaged=evaluates_averages(message) if averaged is None else averaged)
    evaluator = ModelEvaluator(
        message,
        model,
        records=pipeline.val_records,
        ground_truth=ground_truth,
        class_names=pipeline.class_names,
        shapes=True,
    )
    images = EvaluationSet.of_images(ground_truth, evaluator.detect(told), pipeline.class_names)
    return EvaluatedRun(images, evaluator.losses(), checkpoint, pipeline.val_records)

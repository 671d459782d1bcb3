"""What every form of an export is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tfodkit.config.pipeline import Message, format_pipeline, parse_pipeline, read_text
from tfodkit.dataset.label_map import read_class_names
from tfodkit.exporting.options import DetectionLimits, FixedInput
from tfodkit.exporting.sample import Pictures, training_pictures
from tfodkit.odapi.serving import ServingModel, load_serving_model


@dataclass(frozen=True, slots=True, eq=False)
class ExportJob:
    """One model on its way out: restored and traced, with its config, its classes by id, and pictures like its own.

    ``checkpoint`` is the prefix that the weights came from; ``model.averaged`` tells whether they are moving averages.
    ``config_text`` is what the model was built of: the config, with the limits of what it gives that were asked for.
    """

    model: ServingModel
    pipeline: Message
    config_text: str
    checkpoint: Path
    class_names: Mapping[int, str]
    training_pictures: Pictures
    fixed: FixedInput = field(default_factory=FixedInput)


def open_job(
    config: Path,
    checkpoint: Path,
    label_map: Path,
    *,
    averaged: bool | None = None,
    limits: DetectionLimits | None = None,
    fixed: FixedInput | None = None,
) -> ExportJob:
    """Restore the model of a ``pipeline.config`` from a checkpoint's prefix (``RUN/best/ckpt-300``) and trace it.

    ``averaged`` takes the moving averages of the weights; None does where the config evaluates them. ``limits`` take
    the place of the config's own, ``fixed`` is the shape of one more signature.

    Raises:
        CheckpointError: the checkpoint is unreadable, of another model, or lacks the averages.
        ConfigError: the config can't be read.
        ExportError: the model needs inputs beside the picture.
        RecordError: the label map can't be read.
        UsageError: the architecture has no place for one of the limits.
    """
    config_text = read_text(config)
    pipeline = parse_pipeline(config_text, str(config))
    if limits:
        limits.apply(pipeline, str(config))
        config_text = format_pipeline(pipeline)
    class_names = read_class_names(label_map)
    model = load_serving_model(config_text, checkpoint, averaged=averaged)
    pictures = training_pictures(config)
    return ExportJob(model, pipeline, config_text, checkpoint, class_names, pictures, fixed or FixedInput())

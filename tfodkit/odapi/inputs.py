"""The Object Detection API's own input pipelines, for training and for one whole pass of evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfodkit.odapi.pipeline import for_one_pass

LARGEST_BATCH = 8


def train_dataset(pipeline: Any, model: Any, strategy: Any) -> Any:
    """An endless distributed ``tf.data`` set of ``(features, labels)`` batches, augmented as the config says.

    Args:
        pipeline: a ``TrainEvalPipelineConfig`` message.
        model: the ``DetectionModel``, for its ``preprocess``.
        strategy: a ``tf.distribute`` strategy; the config's batch size is shared out over its replicas.
    """
    from object_detection import inputs

    def make(context: Any) -> Any:
        return inputs.train_input(
            train_config=pipeline.train_config,
            train_input_config=pipeline.train_input_reader,
            model_config=pipeline.model,
            model=model,
            input_context=context,
        ).repeat()

    return strategy.distribute_datasets_from_function(make)


def eval_dataset(pipeline: Any, model: Any, records: Sequence[Path], images: int) -> Any:
    """A ``tf.data`` set that gives each of the ``images`` images in ``records`` once, in their order.

    All batches have one size, so that the graph is traced once: the largest divisor of ``images`` up to eight; 1 where
    the model's resizer gives pictures of different sizes.
    """
    from object_detection import inputs
    from object_detection.utils import config_util

    eval_config, reader = for_one_pass(pipeline, records)
    height, width = config_util.get_spatial_image_size(config_util.get_image_resizer_config(pipeline.model))
    has_one_size = height not in (None, -1) and width not in (None, -1)
    eval_config.batch_size = _largest_divisor(images, LARGEST_BATCH) if has_one_size else 1
    return inputs.eval_input(
        eval_config=eval_config, eval_input_config=reader, model_config=pipeline.model, model=model
    )


def _largest_divisor(number: int, limit: int) -> int:
    return next((divisor for divisor in range(limit, 1, -1) if number % divisor == 0), 1)

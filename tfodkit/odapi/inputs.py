"""The Object Detection API's own input pipelines, for training and for one whole pass of evaluation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tfodkit.errors import TfodkitError
from tfodkit.odapi.data_service import through_service
from tfodkit.odapi.graphs import as_it_stands
from tfodkit.odapi.pipeline import for_one_pass
from tfodkit.odapi.randomness import numbered

LARGEST_BATCH = 8
BATCHES_AHEAD = 4


@dataclass(slots=True)
class DrawnRecords:
    """What is drawn to train on, in place of the API's own reading and shuffling.

    ``record`` gives the serialized example of a draw by its number, from 0; ``first`` is the first draw; ``seed``,
    below 2**32, is that of the augmentation. ``error`` is what ``record`` raised: TensorFlow would tell of it as text.
    """

    record: Callable[[int], bytes]
    first: int
    seed: int
    error: TfodkitError | None = None

    def read(self, draw: Any) -> bytes:
        """For ``tf.numpy_function``; bytes as they are, since TensorFlow keeps arrays of objects for ever."""
        try:
            return self.record(int(draw))
        except TfodkitError as error:
            self.error = error
            raise


def train_dataset(
    pipeline: Any, model: Any, strategy: Any, drawn: DrawnRecords | None = None, *, service: str | None = None
) -> Any:
    """An endless distributed ``tf.data`` set of ``(features, labels)`` batches, augmented as the config says.

    Args:
        pipeline: a ``TrainEvalPipelineConfig`` message.
        model: the ``DetectionModel``, for its ``preprocess``.
        strategy: a ``tf.distribute`` strategy; the config's batch size is shared out over its replicas.
        drawn: the records; None lets the API read and shuffle those that the config names, as it has to for sequences
            of pictures.
        service: the address of a tf.data service whose workers read and augment, each all records in an order of its
            own; without ``drawn``, which reads in this process.
    """
    from object_detection import inputs

    @as_it_stands
    def make(context: Any) -> Any:
        with _built_from(drawn):
            dataset = inputs.train_input(
                train_config=pipeline.train_config,
                train_input_config=pipeline.train_input_reader,
                model_config=pipeline.model,
                model=model,
                input_context=context,
            ).repeat()
        return dataset.apply(through_service(service)) if service else dataset

    return strategy.distribute_datasets_from_function(make)


def eval_dataset(pipeline: Any, model: Any, records: Sequence[Path], images: int) -> Any:
    """A ``tf.data`` set that gives each of the ``images`` images in ``records`` once, in their order.

    All batches have one size, so that the graph is traced once: the largest divisor of ``images`` up to eight; 1 where
    the model's resizer gives pictures of different sizes, and for Faster R-CNN, whose 300 proposals of one image take
    more memory than training on it.
    """
    from object_detection import inputs
    from object_detection.utils import config_util

    eval_config, reader = for_one_pass(pipeline, records)
    height, width = config_util.get_spatial_image_size(config_util.get_image_resizer_config(pipeline.model))
    has_one_size = height not in (None, -1) and width not in (None, -1)
    is_small = pipeline.model.WhichOneof("model") != "faster_rcnn"
    eval_config.batch_size = _largest_divisor(images, LARGEST_BATCH) if has_one_size and is_small else 1
    with numbered(0, 0):  # a name for pictures without one is drawn, which needs a seed where the run is deterministic
        return as_it_stands(inputs.eval_input)(
            eval_config=eval_config, eval_input_config=reader, model_config=pipeline.model, model=model
        )


@contextlib.contextmanager
def _built_from(drawn: DrawnRecords | None) -> Iterator[None]:
    """Inside, the API's ``train_input`` builds its set from ``drawn``; its table of builders is made to be changed."""
    from object_detection import inputs

    builders = inputs.INPUT_BUILDER_UTIL_MAP
    upstream = builders["dataset_build"]
    if drawn is not None:
        builders["dataset_build"] = partial(_drawn_dataset, drawn)
    try:
        yield
    finally:
        builders["dataset_build"] = upstream


def _drawn_dataset(
    drawn: DrawnRecords,
    reader: Any,
    *,
    batch_size: int,
    transform_input_data_fn: Callable[[Any], Any],
    input_context: Any,
    reduce_to_frame_fn: Any,  # noqa: ARG001 - for sequences of pictures, which are not read here
) -> Any:
    """As ``dataset_builder.build``, whose arguments these are after the first; for examples of one picture each."""
    import tensorflow as tf
    from object_detection.builders import decoder_builder

    decoder = decoder_builder.build(reader)
    share = batch_size // input_context.num_input_pipelines
    first = drawn.first + share * input_context.input_pipeline_id

    def number_of(mine: Any) -> Any:
        """Of each batch this input pipeline has a share; ``mine`` counts what it has had."""
        return first + mine // share * batch_size + mine % share

    def read(draw: Any) -> Any:
        record = tf.numpy_function(drawn.read, [draw], tf.string)
        return draw, tf.ensure_shape(record, [])

    def decode_and_transform(draw: Any, record: Any) -> Any:
        with numbered(drawn.seed, draw):
            return transform_input_data_fn(decoder.decode(record))

    return (
        tf.data.Dataset.counter()
        .map(as_it_stands(number_of))
        .map(as_it_stands(read))
        .prefetch(batch_size)
        .map(as_it_stands(decode_and_transform), tf.data.AUTOTUNE, deterministic=True)
        .batch(input_context.get_per_replica_batch_size(batch_size), drop_remainder=True)
        .prefetch(BATCHES_AHEAD)
    )


def _largest_divisor(number: int, limit: int) -> int:
    return next((divisor for divisor in range(limit, 1, -1) if number % divisor == 0), 1)

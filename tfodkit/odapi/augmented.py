"""What the Object Detection API's own training input makes of records: pictures and boxes, before the model's scaling.

Its reader, decoder, augmentation and image resizer run as in training, in ``tf.data``; only the backbone's scaling of
the pixels, which nobody can look at, is left out, and with it the model.
"""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from tfodkit.errors import ConfigError, RecordError, TfodkitError
from tfodkit.odapi import pipeline as pipelines
from tfodkit.odapi.install import install

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class ModelInput:
    """One picture as a model takes it, with what is to be found in it."""

    pixels: NDArray[Any]
    """``[height, width, 3]``, float32, 0 to 255; beyond only where an augmentation step leaves that range."""
    boxes_yxyx_norm: NDArray[Any]
    """``[objects, 4]``, float32, in shares of ``pixels``, its padding included."""
    class_ids: tuple[int, ...]
    """Of each box, from 1."""


def model_inputs(
    config_text: str, records: Sequence[bytes], *, rounds: int = 1, augment: bool = True, seed: int | None = None
) -> list[list[ModelInput]]:
    """Each of ``records`` as the training of a config takes it, ``rounds`` times.

    Args:
        config_text: the text of a ``pipeline.config``; its label map has to be there, its records have not.
        records: serialized ``tf.Example``s.
        rounds: passes over the records, each of them augmented anew.
        augment: False leaves the augmentation out, as evaluation does.
        seed: the same seed gives the same pictures, which are augmented one after the other. None: as in training,
            in parallel, by legacy functions whose graphs have no seed; other pictures each time.

    Returns:
        The inputs of the first round in the order of ``records``, then those of the second, and so on.

    Raises:
        ConfigError: the API refuses the augmentation's values, or fails with them.
        RecordError: it fails without any augmentation.
    """
    install()
    import tensorflow as tf

    pipeline = pipelines.parse(config_text)
    if not augment:
        del pipeline.train_config.data_augmentation_options[:]
    with tempfile.TemporaryDirectory(prefix="tfodkit-") as folder, _seeded(seed):
        path = Path(folder) / "drawn.record"
        with tf.io.TFRecordWriter(str(path)) as writer:
            for record in records:
                writer.write(record)
        try:
            inputs = [_plain(features, labels) for features, labels in _dataset(pipeline, path, rounds)]
        except (ValueError, TypeError, LookupError, AttributeError, NameError, ImportError, tf.errors.OpError) as error:
            raise _fault(_reason(error), has_steps=bool(pipeline.train_config.data_augmentation_options)) from error
    size = len(records)
    return [inputs[number * size : (number + 1) * size] for number in range(rounds)]


def _dataset(pipeline: Any, path: Path, rounds: int) -> Any:
    """``(features, labels)`` of one picture at a time, in the order of the file."""
    from object_detection import inputs

    train_config, reader = pipeline.train_config, pipeline.train_input_reader
    train_config.batch_size = 1
    train_config.use_bfloat16 = False
    train_config.merge_multiple_label_boxes = False
    reader.tf_record_input_reader.input_path[:] = [str(path)]
    del reader.sample_from_datasets_weights[:]
    reader.shuffle = False
    reader.num_readers = 1
    reader.num_epochs = rounds
    reader.sample_1_of_n_examples = 1
    reader.drop_remainder = False
    return inputs.train_input(train_config, reader, pipeline.model, model=_Resizing(pipeline.model))


class _Resizing:
    """In place of a model: its ``preprocess`` does what every model's does first, and stops before the scaling."""

    def __init__(self, model_config: Any) -> None:
        from object_detection.builders import image_resizer_builder
        from object_detection.utils import config_util

        self._resize = image_resizer_builder.build(config_util.get_image_resizer_config(model_config))

    def preprocess(self, images: Any) -> Any:
        from object_detection.utils import shape_utils

        return shape_utils.resize_images_and_return_shapes(images, self._resize)


def _plain(features: Any, labels: Any) -> ModelInput:
    count = int(labels["num_groundtruth_boxes"][0])
    return ModelInput(
        features["image"][0].numpy(),
        labels["groundtruth_boxes"][0, :count].numpy(),
        tuple(int(one_hot.argmax()) + 1 for one_hot in labels["groundtruth_classes"][0, :count].numpy()),
    )


@contextlib.contextmanager
def _seeded(seed: int | None) -> Iterator[None]:
    """Inside, records are mapped in their order, by legacy functions as ever, whose random operations have seeds."""
    if seed is None:
        yield
        return
    import tensorflow as tf

    legacy_map = tf.compat.v1.data.Dataset.map_with_legacy_function
    draw_crop = tf.compat.v1.image.sample_distorted_bounding_box

    def map_in_order(dataset: Any, function: Any, **_: object) -> Any:
        def seeded(*arguments: Any) -> Any:
            tf.compat.v1.set_random_seed(seed)  # of the function's own graph, which takes over no other's
            return function(*arguments)

        return legacy_map(dataset, seeded)

    # the one random operation that does not ask its graph for a seed; two zeros would be none
    seeded_crop = functools.partial(draw_crop, seed=seed, seed2=1)
    with (
        mock.patch.object(tf.compat.v1.data.Dataset, "map_with_legacy_function", map_in_order),
        mock.patch.object(tf.compat.v1.image, "sample_distorted_bounding_box", seeded_crop),
    ):
        yield


def _fault(reason: str, *, has_steps: bool) -> TfodkitError:
    if has_steps:
        return ConfigError(
            "train_config.data_augmentation_options",
            f"the Object Detection API fails with these steps ({reason})",
            "Take them out one by one to find which, or begin with --augment light.",
        )
    what = f"the Object Detection API can't read these records ({reason})"
    return RecordError("train_input_reader", what, "tfodkit records verify tells all that is wrong.")


def _reason(error: Exception) -> str:
    """The one line of TensorFlow's many that says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    line = lines[-1] if lines[0].startswith("in user code") else lines[0]
    return line.rpartition("}} ")[2].rstrip(".")

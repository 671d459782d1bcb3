"""The detection model of a ``pipeline.config``: built, brought to life, restored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfodkit.errors import CheckpointError
from tfodkit.odapi import pipeline as pipelines, variables
from tfodkit.odapi.install import install


def build_model(config_text: str, *, is_training: bool) -> Any:
    """The Object Detection API's Keras-based ``DetectionModel``; its variables do not exist yet.

    Args:
        config_text: the text of a whole ``pipeline.config``.
        is_training: whether batch normalisation and dropout may learn. A model built for training can evaluate too.
    """
    install()
    from object_detection.builders import model_builder

    return model_builder.build(pipelines.parse(config_text).model, is_training=is_training)


def create_variables(model: Any) -> None:
    """Make all variables of a model, by one prediction on an empty picture."""
    import tensorflow as tf

    was_training = model._is_training
    model._is_training = False
    tf.keras.backend.set_learning_phase(False)
    images, true_shapes = model.preprocess(tf.zeros([1, 64, 64, 3]))
    model.predict(images, true_shapes)
    model._is_training = was_training


def restore_model(model: Any, checkpoint: Path, *, averaged: bool = False) -> None:
    """Restore every variable of ``model`` from a checkpoint prefix, such as ``RUN/best/ckpt-300``.

    Optimizer and step in the checkpoint are left alone; but with ``averaged`` the trainable variables take the
    optimizer's moving averages of them, which is what the config's ``use_moving_averages`` evaluates.

    Raises:
        CheckpointError: the checkpoint is damaged, lacks a variable of the model, or has no averages.
    """
    import tensorflow as tf

    create_variables(model)
    root = tf.train.Checkpoint(model=model)
    try:
        status = root.restore(str(checkpoint))
        status.assert_existing_objects_matched()
    except (AssertionError, ValueError) as error:
        raise CheckpointError(
            str(checkpoint),
            f"does not hold the variables of this model ({_first_line(error)})",
            "Use the pipeline.config that the checkpoint was trained with.",
        ) from error
    except tf.errors.OpError as error:
        raise CheckpointError(
            str(checkpoint), f"can't be read ({_first_line(error)})", "Copy it anew, all of its files."
        ) from error
    status.expect_partial()
    if averaged:
        _assign_averages(root, checkpoint)


def _assign_averages(root: Any, checkpoint: Path) -> None:
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(checkpoint))
    object_graph = variables.read_object_graph(reader, checkpoint)
    keys = variables.slot_keys(object_graph, "average")
    if not keys:
        raise CheckpointError(
            str(checkpoint),
            "holds no moving averages, though the config evaluates them",
            "Set eval_config.use_moving_averages to false.",
        )
    for item in variables.match_variables(root, object_graph):
        if item.node_id in keys:
            item.variable.assign(reader.get_tensor(keys[item.node_id]))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")

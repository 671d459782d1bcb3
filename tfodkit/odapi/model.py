"""The detection model of a ``pipeline.config``: built, brought to life, restored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfodkit.errors import CheckpointError, ConfigError
from tfodkit.odapi import pipeline as pipelines, variables
from tfodkit.odapi.install import install


def build_model(config_text: str, *, is_training: bool) -> Any:
    """The Object Detection API's Keras-based ``DetectionModel``; its variables do not exist yet.

    Args:
        config_text: the text of a whole ``pipeline.config``.
        is_training: whether batch normalisation and dropout may learn. A model built for training can evaluate too.

    Raises:
        ConfigError: the Object Detection API refuses the config's values.
    """
    install()
    from object_detection.builders import model_builder

    try:
        return model_builder.build(pipelines.parse(config_text).model, is_training=is_training)
    except ValueError as error:
        raise ConfigError(
            "pipeline.config",
            f"the Object Detection API can't build its model ({str(error).rstrip('.')})",
            "Mend the value it names, or begin again with tfodkit make-config.",
        ) from error


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
    reader = variables.open_checkpoint(checkpoint)
    object_graph = variables.read_object_graph(reader, checkpoint)
    stored = variables.match_variables(tf.train.Checkpoint(model=model), object_graph)
    shapes = reader.get_variable_to_shape_map()
    if unfit := [item.path for item in stored if not item.fits(shapes)]:
        raise CheckpointError(
            str(checkpoint),
            f"{len(unfit)} of the model's {len(stored)} variables are not in it, or of another shape, first {unfit[0]}",
            "Use the pipeline.config that the checkpoint was trained with.",
        )
    averages = _average_keys(object_graph, checkpoint) if averaged else {}
    for item in stored:
        assert item.node_id is not None, "what fits has a node"
        item.variable.assign(reader.get_tensor(averages.get(item.node_id, item.key)))


def _average_keys(object_graph: Any, checkpoint: Path) -> Mapping[int, str]:
    keys = variables.slot_keys(object_graph, "average")
    if not keys:
        raise CheckpointError(
            str(checkpoint),
            "holds no moving averages, though the config evaluates them",
            "Set eval_config.use_moving_averages to false.",
        )
    return keys

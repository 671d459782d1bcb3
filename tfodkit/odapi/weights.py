"""A model's weights as such: whether they are numbers, and their average over checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfodkit.errors import CheckpointError
from tfodkit.odapi import variables


def are_finite(model: Any) -> bool:
    """Whether all weights of a Keras ``model`` are numbers: NaN and infinity are none."""
    import tensorflow as tf

    return all(bool(tf.reduce_all(tf.math.is_finite(variable))) for variable in model.variables if _is_float(variable))


def average_checkpoints(model: Any, checkpoints: Sequence[Path]) -> None:
    """Let ``model`` have the mean of what the checkpoints hold of each of its variables (Izmailov et al. 2018, SWA).

    The moving means and variances of batch normalisation are averaged like the weights, where the paper measures them
    anew on the training images: over neighbouring checkpoints the two are close, and the evaluation of the average
    tells whether it is worth anything. Counters take the value of the last checkpoint.

    Raises:
        CheckpointError: a checkpoint is unreadable, or lacks a variable of the model.
    """
    import tensorflow as tf

    root = tf.train.Checkpoint(model=model)
    readers = [variables.open_checkpoint(checkpoint) for checkpoint in checkpoints]
    stored = [
        variables.match_variables(root, variables.read_object_graph(reader, checkpoint))
        for reader, checkpoint in zip(readers, checkpoints, strict=True)
    ]
    for places in zip(*stored, strict=True):
        _require_all(places, checkpoints)
        values = [reader.get_tensor(place.key) for reader, place in zip(readers, places, strict=True)]
        variable = places[0].variable
        variable.assign(np.mean(values, axis=0, dtype=np.float64) if _is_float(variable) else values[-1])


def save_weights(model: Any, prefix: Path) -> None:
    """Save the model alone as the checkpoint ``prefix``, such as ``averaged/swa-300``."""
    import tensorflow as tf

    tf.train.Checkpoint(model=model).write(str(prefix))


def _require_all(places: Sequence[variables.StoredVariable], checkpoints: Sequence[Path]) -> None:
    for place, checkpoint in zip(places, checkpoints, strict=True):
        if place.key is None:
            what = f"lacks the variable {place.path}"
            raise CheckpointError(str(checkpoint), what, "Remove it; the others can be averaged.")


def _is_float(variable: Any) -> bool:
    return bool(variable.dtype.is_floating)

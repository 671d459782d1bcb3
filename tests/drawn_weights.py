"""Weights for a model that nobody trained, so that its scores are neither all the same nor all 0 or 1."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np


def save_drawn_weights(config_text: str, folder: Path, *, step: int, gain: float = 1.0) -> Path:
    """Build the model of a config, draw its kernels by a seed, and save it as ``folder/ckpt-STEP``, which is returned.

    Kernels are normal with He's deviation, ``gain`` times: what suits ReLU alone needs less where blocks add up.
    """
    from tfodkit.odapi.model import build_model, create_variables

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = build_model(config_text, is_training=True)
        create_variables(model)
    import tensorflow as tf

    generator = np.random.default_rng(0)
    for variable in model.variables:
        if "kernel" in variable.name:
            deviation = gain * np.sqrt(2 / _inputs(variable))
            variable.assign(generator.normal(0, deviation, variable.shape).astype(np.float32))
        elif variable.shape == [2]:  # a CenterNet's sizes, which would be 0 or less
            variable.assign(np.array([6, 9], np.float32))
    checkpoint = tf.train.Checkpoint(step=tf.Variable(step, dtype=tf.int64), model=model)
    tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=1).save(step)
    return folder / f"ckpt-{step}"


def _inputs(kernel: Any) -> int:
    """How many numbers make one output."""
    return int(np.prod(kernel.shape[: 2 if "depthwise" in kernel.name else -1]))

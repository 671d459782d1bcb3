"""Which processors TensorFlow works on."""

from __future__ import annotations

from typing import Any


def choose_strategy() -> tuple[Any, str]:
    """A ``tf.distribute`` strategy for this machine, and the devices in words.

    GPUs are used when there are any, with memory growth, so that other programs keep theirs: one GPU as TensorFlow
    does by default, several with ``MirroredStrategy``. Call it before anything is placed on a device.
    """
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if len(gpus) > 1:
        return tf.distribute.MirroredStrategy(), f"{len(gpus)} GPUs, mirrored"
    return tf.distribute.get_strategy(), "1 GPU" if gpus else "the CPU"

"""Letting XLA compile what it can of the graphs of this process: TensorFlow clusters the operations itself.

What XLA can't compile stays as it is, operation by operation. Not the whole step at once (``jit_compile``): the Object
Detection API's losses have shapes that depend on values, and its models keep tensors between predicting and losses.
"""

from __future__ import annotations

import os
import sys

from tfodkit.errors import SetupError

FLAGS = "TF_XLA_FLAGS"
ON_CPUS = "--tf_xla_cpu_global_jit"
"""Read once, when TensorFlow is imported; without it only what runs on a GPU is clustered."""


def prepare() -> None:
    """Let TensorFlow, which is not imported yet, cluster for the CPU too."""
    if ON_CPUS not in os.environ.get(FLAGS, "") and "tensorflow" not in sys.modules:
        os.environ[FLAGS] = f"{os.environ.get(FLAGS, '')} {ON_CPUS}".strip()


def compile_clusters() -> None:
    """From now on, compile the graphs of this process.

    Raises:
        SetupError: there is nothing but the CPU, and TensorFlow was imported without :func:`prepare`.
    """
    import tensorflow as tf

    if ON_CPUS not in os.environ.get(FLAGS, "") and not tf.config.list_physical_devices("GPU"):
        what = f"TensorFlow was imported before, without {FLAGS}={ON_CPUS}, and so compiles nothing for the CPU"
        raise SetupError("--xla", what, f"Set {FLAGS}={ON_CPUS} before tensorflow is first imported.")
    tf.config.optimizer.set_jit(True)

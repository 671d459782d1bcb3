"""Letting XLA compile a model's networks, which are most of a step: backbone, feature pyramid, heads.

Not the rest of it: the Object Detection API's target assignment and sampling have shapes that depend on values, at
which XLA fails, as it does at the input's operations if TensorFlow is left to choose (``tf.config.optimizer.set_jit``).

On a CPU it loses: the example template at 96 pixels and batch 8 took 0.40 s of CPU a step in place of 0.09 s, and 20 s
to begin in place of 9 s. On a GPU it was not measured.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


def compile_networks(model: Any) -> None:
    """Let the Keras models that a ``DetectionModel`` is made of be compiled, each by itself, at their next use."""
    import tensorflow as tf

    networks = [part for part in model.submodules if isinstance(part, tf.keras.Model)]
    inner = {id(part) for network in networks for part in network.submodules}
    for network in networks:
        if id(network) not in inner:
            network.call = _compiled(network.call)


def is_refusal(error: Exception) -> bool:
    """Whether TensorFlow tells that XLA could not compile something."""
    return "tf2xla" in str(error) or "XLA" in str(error)


def _compiled(call: Callable[..., Any]) -> Callable[..., Any]:
    import tensorflow as tf

    compiled = tf.function(call, autograph=False, jit_compile=True)

    @wraps(call)
    def run(*args: Any, **kwargs: Any) -> Any:
        return compiled(*args, **kwargs)

    return run

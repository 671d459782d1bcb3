"""Computing in half the bits: Keras' mixed precision around a model of the Object Detection API.

Weights stay float32, and so do the losses; the layers between compute in 16 bits. The policy that Keras has for it is
the whole process's: it is set while a model's layers are made, which keep it, and set back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

FLOAT32 = "float32"
NEEDS_LOSS_SCALE = "mixed_float16"
"""Its smallest number is 6e-8, below many gradients; bfloat16 has the range of float32."""


@contextlib.contextmanager
def layers_in(precision: str) -> Iterator[None]:
    """Inside, Keras makes layers that compute in ``precision``, the name of one of its policies."""
    import tensorflow as tf

    policies = tf.keras.mixed_precision
    before = policies.global_policy()
    policies.set_global_policy(precision)
    try:
        yield
    finally:
        policies.set_global_policy(before)


def predict_in_float32(model: Any) -> None:
    """Let ``model.predict`` give float32: what comes after it, losses and post-processing, takes nothing else."""
    model.predict = _with_float32_results(model.predict)


def _with_float32_results(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def cast(*args: Any, **kwargs: Any) -> Any:
        import tensorflow as tf

        return tf.nest.map_structure(_in_float32, function(*args, **kwargs))

    return cast


def _in_float32(value: Any) -> Any:
    import tensorflow as tf

    return tf.cast(value, tf.float32) if getattr(value, "dtype", None) in (tf.float16, tf.bfloat16) else value

"""Random numbers of TensorFlow 1 as a function of a number: what is drawn for an image depends on nothing else.

The Object Detection API draws by stateful operations (``tf.random_uniform`` and its like): their numbers depend on how
often each of them has run in this process, so that augmentation differs from run to run, and after a resume from what
it would have been. Inside :func:`numbered`, the same calls make TensorFlow's stateless operations instead, whose
numbers depend on the seed, on the given number, and on which call it is. The distributions are the same.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import wraps
from typing import Any

_current: ContextVar[_Numbers | None] = ContextVar("_current", default=None)
_CALLS_APART = 1 << 32


class _Numbers:
    """The stateless seeds of the calls in one scope, a new one for each."""

    def __init__(self, seed: int, number: Any) -> None:
        self._seed, self._number, self._calls = seed, number, 0

    def next_seed(self) -> Any:
        """An int64 tensor ``[2]``."""
        import tensorflow as tf

        self._calls += 1
        return tf.stack(
            [tf.constant(self._seed + self._calls * _CALLS_APART, tf.int64), tf.cast(self._number, tf.int64)]
        )


@contextlib.contextmanager
def numbered(seed: int, number: Any) -> Iterator[None]:
    """While a graph is traced inside, what it will draw depends on ``seed`` and on the value of ``number`` alone.

    Args:
        seed: 0 to 2**32 - 1.
        number: an int64 scalar tensor, such as the number of the image among all that are drawn.
    """
    _install()
    token = _current.set(_Numbers(seed, number))
    try:
        yield
    finally:
        _current.reset(token)


def seed_keras(seed: int) -> None:
    """Let the initial weights of models, and TensorFlow's stateful operations, depend on ``seed``.

    Keras seeds Python's and NumPy's own generators too, which are not ours: they are left as they were.
    """
    import numpy as np
    import tensorflow as tf

    pythons, numpys = random.getstate(), np.random.get_state()
    tf.keras.utils.set_random_seed(seed)
    random.setstate(pythons)
    np.random.set_state(numpys)


def _install() -> None:
    """Let TensorFlow's Python functions ask us which operation to make. Idempotent."""
    import tensorflow as tf
    from tensorflow.python.framework import random_seed
    from tensorflow.python.ops import gen_random_ops

    for module, name, stateless in (
        (gen_random_ops, "random_uniform", _uniform),
        (gen_random_ops, "random_uniform_int", _uniform_int),
        (gen_random_ops, "random_standard_normal", _normal),
        (gen_random_ops, "truncated_normal", _truncated_normal),
        (gen_random_ops, "random_shuffle", _shuffle),
        (gen_random_ops, "multinomial", _multinomial),
        # asked by all of them, and refuses to go on without a seed where determinism is asked for
        (random_seed, "get_seed", _no_seed),
        # its Python function, which refuses to work without a seed where determinism is asked for
        (tf.compat.v1.image, "sample_distorted_bounding_box", _distorted_bounding_box),
    ):
        _replace(module, name, stateless)


def _replace(module: Any, name: str, stateless: Callable[..., Any]) -> None:
    stateful = getattr(module, name)
    if hasattr(stateful, "stateless_of_tfodkit"):
        return

    @wraps(stateful)
    def choose(*args: Any, **kwargs: Any) -> Any:
        numbers = _current.get()
        if numbers is None:
            return stateful(*args, **kwargs)
        named = {key: value for key, value in kwargs.items() if key not in ("seed", "seed2", "name")}
        return stateless(numbers.next_seed(), *args, **named)

    choose.stateless_of_tfodkit = stateless  # type: ignore[attr-defined]
    setattr(module, name, choose)


# After the seed, the arguments of the stateful operations, but for their seeds.


def _uniform(seed: Any, shape: Any, dtype: Any) -> Any:
    import tensorflow as tf

    return tf.random.stateless_uniform(shape, seed, dtype=dtype)


def _uniform_int(seed: Any, shape: Any, minval: Any, maxval: Any) -> Any:
    import tensorflow as tf

    return tf.random.stateless_uniform(shape, seed, minval, maxval, dtype=minval.dtype)


def _normal(seed: Any, shape: Any, dtype: Any) -> Any:
    import tensorflow as tf

    return tf.random.stateless_normal(shape, seed, dtype=dtype)


def _truncated_normal(seed: Any, shape: Any, dtype: Any) -> Any:
    import tensorflow as tf

    return tf.random.stateless_truncated_normal(shape, seed, dtype=dtype)


def _shuffle(seed: Any, value: Any) -> Any:
    import tensorflow as tf

    return tf.random.experimental.stateless_shuffle(value, seed)


def _multinomial(seed: Any, logits: Any, num_samples: Any, output_dtype: Any = None) -> Any:
    import tensorflow as tf

    return tf.random.stateless_categorical(logits, num_samples, seed, dtype=output_dtype or tf.int64)


def _distorted_bounding_box(seed: Any, *args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    return tf.image.stateless_sample_distorted_bounding_box(*args, seed=seed, **kwargs)


def _no_seed(*_: Any) -> tuple[int, int]:
    return 0, 0

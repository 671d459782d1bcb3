"""What processes that learn together have to agree on, each of which has its own signals and its own speed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfodkit.errors import TrainingError


def agreement_of(strategy: Any) -> Callable[[bool], bool]:
    """A question that all processes of a ``tf.distribute`` strategy ask at once: does it hold in any of them?

    It waits for all, and raises what TensorFlow does where one of them is gone (:func:`lost_worker`).
    """
    import tensorflow as tf

    def count(holds_here: Any) -> Any:
        own = strategy.run(tf.identity, args=(holds_here,))
        return strategy.reduce(tf.distribute.ReduceOp.SUM, own, axis=None)

    counted = tf.function(count, autograph=False)

    def holds_anywhere(holds_here: bool) -> bool:
        return bool(counted(tf.constant(float(holds_here))) > 0)

    return holds_anywhere


def lost_worker(error: Exception) -> TrainingError | None:
    """The error in our words, where TensorFlow tells by it that another process of the strategy is gone."""
    import tensorflow as tf

    errors = tf.errors
    signs = (errors.UnavailableError, errors.AbortedError, errors.CancelledError, errors.DeadlineExceededError)
    if not isinstance(error, signs) and not (isinstance(error, errors.OpError) and "Collective ops" in error.message):
        return None
    what = "another worker is gone, or can't be reached; what TensorFlow says of it is above"
    return TrainingError("--strategy multi-worker", what, "Start all of them again to go on from the last checkpoint.")

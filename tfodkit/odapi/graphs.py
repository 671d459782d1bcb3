"""Graphs of the Object Detection API's functions, traced without AutoGraph.

AutoGraph rewrites Python's ``if`` and ``for`` into operations. Most of the API was written before it, with operations
alone; to rewrite it all takes two thirds of the time until the first step, for a graph that is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


class CompiledFunction:
    """A function as a ``tf.function``, which is traced once more with AutoGraph only where it can't do without.

    Nothing goes unnoticed: Python's ``if`` on a tensor is an error in a graph.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        import tensorflow as tf

        self._function = function
        self._compiled = tf.function(function, autograph=False)

    def __call__(self, *args: Any) -> Any:
        import tensorflow as tf

        try:
            return self._compiled(*args)
        except tf.errors.OperatorNotAllowedInGraphError:
            self._compiled = tf.function(self._function)
            return self._compiled(*args)


def as_it_stands(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, whose graphs, and those of all that it calls, are traced without AutoGraph."""

    @wraps(function)
    def traced(*args: Any, **kwargs: Any) -> Any:
        import tensorflow as tf

        return tf.autograph.experimental.do_not_convert(function)(*args, **kwargs)

    return traced

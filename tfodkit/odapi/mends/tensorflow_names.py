"""Names that TensorFlow has dropped or moved."""

from __future__ import annotations

import os
import sys
from types import ModuleType


def ask_for_keras_2() -> None:
    """``tf.keras`` is Keras 3 since TensorFlow 2.16, unless ``TF_USE_LEGACY_KERAS`` is set; the API needs Keras 2."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"


def set_estimator() -> None:
    """``tensorflow.compat.v1.estimator``: removed in 2.16; ``inputs`` and ``model_lib`` use its ``ModeKeys``."""
    import tensorflow as tf

    if hasattr(tf.compat.v1, "estimator"):
        return
    estimator = ModuleType("tensorflow.compat.v1.estimator", "Stands in for the removed tf.estimator: mode keys only.")
    estimator.ModeKeys = _ModeKeys  # type: ignore[attr-defined]
    sys.modules[estimator.__name__] = estimator
    tf.compat.v1.estimator = estimator


class _ModeKeys:
    """The values that ``tf.estimator.ModeKeys`` had."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"


def set_control_flow_ops() -> None:
    """``control_flow_ops.case``, ``cond``, ``while_loop``: moved away up to 2.15; the record decoder (tf_slim)."""
    from tensorflow.python.ops import cond, control_flow_case, control_flow_ops, while_loop

    moved = {"case": control_flow_case.case, "cond": cond.cond, "while_loop": while_loop.while_loop}
    for name, function in moved.items():
        if not hasattr(control_flow_ops, name):
            setattr(control_flow_ops, name, function)

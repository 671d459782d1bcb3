"""The optimizer of a config: which one, its learning rate, and how the rate follows the batch."""

from __future__ import annotations

import math

from tfodkit.config.pipeline import Message

_FIELDS = {"momentum": "momentum_optimizer", "adam": "adam_optimizer", "rms_prop": "rms_prop_optimizer"}
OPTIMIZERS = tuple(_FIELDS)
USUAL_RATES = {"momentum": "0.01", "adam": "0.001", "rms_prop": "0.004"}
"""To start from at batch 8 to 32, for messages."""


def optimizer_name(optimizer: Message) -> str | None:
    """Which of :data:`OPTIMIZERS` an ``Optimizer`` message holds; None where it holds none."""
    field = optimizer.WhichOneof("optimizer")
    return next((name for name, its_field in _FIELDS.items() if its_field == field), None)


def learning_rate_of(optimizer: Message) -> Message:
    """The ``LearningRate`` message of the optimizer that is set."""
    name = optimizer_name(optimizer)
    if name is None:
        raise ValueError("an optimizer must be set, but got none")
    return getattr(optimizer, _FIELDS[name]).learning_rate


def set_optimizer(optimizer: Message, name: str) -> None:
    """Change to the optimizer ``name``, one of :data:`OPTIMIZERS`, with the API's defaults and the schedule kept."""
    if optimizer_name(optimizer) == name:
        return
    schedule = learning_rate_of(optimizer).SerializeToString()
    chosen = getattr(optimizer, _FIELDS[name])
    chosen.SetInParent()  # a oneof: the other optimizer is gone with this
    chosen.learning_rate.MergeFromString(schedule)


def batch_factor(name: str, *, batch_size: int, reference: int) -> float:
    """What the learning rate is multiplied by when the batch goes from ``reference`` to ``batch_size`` images.

    Linear for SGD with momentum (Goyal et al. 2017, arXiv:1706.02677), the square root for Adam and RMSProp (Malladi et
    al. 2022, arXiv:2205.10287).
    """
    factor = batch_size / reference
    return factor if name == "momentum" else math.sqrt(factor)

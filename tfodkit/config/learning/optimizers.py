"""The optimizer of a config: which one, its parameters, its learning rate, and how the rate follows the batch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tfodkit.config.option_values import number
from tfodkit.config.spec import Kinds, Spec

if TYPE_CHECKING:
    from tfodkit.config.pipeline import Message

_FIELDS = {"momentum": "momentum_optimizer", "adam": "adam_optimizer", "rms_prop": "rms_prop_optimizer"}
_MOMENTUM = number(0, 1, example="0.9", without_most=True)
_EPSILON = number(1e-12, 10, example="1e-08")

OPTIMIZERS: Kinds = {
    "momentum": {"momentum": _MOMENTUM},
    "adam": {"epsilon": _EPSILON},
    "rms_prop": {
        "momentum": _MOMENTUM,
        "decay": number(0, 1, example="0.9", without_least=True, without_most=True),
        "epsilon": _EPSILON,
    },
}
"""What ``--optimizer`` takes; a parameter that is not given has the template's value, or the API's default."""
USUAL_RATES: Mapping[str, str] = {"momentum": "0.01", "adam": "0.001", "rms_prop": "0.004"}
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


def set_optimizer(optimizer: Message, spec: Spec) -> None:
    """Change to the optimizer of ``spec``, with the schedule kept and what it doesn't name as it was."""
    if optimizer_name(optimizer) != spec.name:
        schedule = learning_rate_of(optimizer).SerializeToString()
        chosen = getattr(optimizer, _FIELDS[spec.name])
        chosen.SetInParent()  # a oneof: the other optimizer is gone with this
        chosen.learning_rate.MergeFromString(schedule)
    chosen = getattr(optimizer, _FIELDS[spec.name])
    for name, value in spec.parameters.items():
        setattr(chosen, _field(name), value)


def optimizer_text(optimizer: Message) -> str:
    """The text that asks for the optimizer that is set: ``momentum:momentum=0.9``."""
    name = optimizer_name(optimizer)
    if name is None:
        return "none"
    chosen = getattr(optimizer, _FIELDS[name])
    return f"{name}:{','.join(f'{each}={getattr(chosen, _field(each)):g}' for each in OPTIMIZERS[name])}"


def batch_factor(name: str, *, batch_size: int, reference: int) -> float:
    """What the learning rate is multiplied by when the batch goes from ``reference`` to ``batch_size`` images.

    Linear for SGD with momentum (Goyal et al. 2017, arXiv:1706.02677), the square root for Adam and RMSProp (Malladi et
    al. 2022, arXiv:2205.10287).
    """
    factor = batch_size / reference
    return factor if name == "momentum" else math.sqrt(factor)


def _field(parameter: str) -> str:
    return "momentum_optimizer_value" if parameter == "momentum" else parameter

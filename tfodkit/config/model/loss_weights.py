"""How much each part of a model's loss counts: the weights that every meta-architecture has under names of its own."""

from __future__ import annotations

from collections.abc import Mapping

from tfodkit.config.option_values import named_text
from tfodkit.config.pipeline import Message, six_digits
from tfodkit.errors import UsageError
from tfodkit.nearest import nearest_names

LOSS_WEIGHTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ssd": {
        "classification": ("loss", "classification_weight"),
        "localization": ("loss", "localization_weight"),
    },
    "faster_rcnn": {
        "first_stage_localization": ("first_stage_localization_loss_weight",),
        "first_stage_objectness": ("first_stage_objectness_loss_weight",),
        "second_stage_localization": ("second_stage_localization_loss_weight",),
        "second_stage_classification": ("second_stage_classification_loss_weight",),
        "second_stage_mask_prediction": ("second_stage_mask_prediction_loss_weight",),
    },
    "center_net": {
        "object_center": ("object_center_params", "object_center_loss_weight"),
        "task": ("object_detection_task", "task_loss_weight"),
        "offset": ("object_detection_task", "offset_loss_weight"),
        "scale": ("object_detection_task", "scale_loss_weight"),
    },
}
"""By meta-architecture: the path of the field of each weight, below the model's message."""


def set_loss_weights(kind: str, model: Message, weights: Mapping[str, float]) -> None:
    """Set those that are given, in place; ``kind`` is the name of the meta-architecture, ``model`` its message.

    Raises:
        UsageError: the meta-architecture has no such part.
    """
    paths = LOSS_WEIGHTS[kind]
    for name, weight in weights.items():
        if name not in paths:
            what = f"the loss of {kind} has no part {name!r}"
            raise UsageError(f"--loss-weights {named_text(weights)}", what, nearest_names(name, paths))
        *way, field = paths[name]
        setattr(_below(model, way), field, weight)


def loss_weights(kind: str, model: Message) -> dict[str, float]:
    """All that the meta-architecture has."""
    return {name: six_digits(getattr(_below(model, way), field)) for name, (*way, field) in LOSS_WEIGHTS[kind].items()}


def _below(message: Message, way: list[str]) -> Message:
    for step in way:
        message = getattr(message, step)
    return message

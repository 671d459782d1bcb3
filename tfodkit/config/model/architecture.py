"""The ``model`` part of a config: its meta-architecture, with the number of classes."""

from __future__ import annotations

from tfodkit.config.pipeline import Message
from tfodkit.errors import ConfigError

ARCHITECTURES = ("ssd", "faster_rcnn", "center_net")


def architecture(pipeline: Message, where: str) -> Message:
    """The ``Ssd``, ``FasterRcnn`` or ``CenterNet`` message of a config; ``where`` names the config in the error.

    Raises:
        ConfigError: the config has no model, or one that has no classes.
    """
    kind = pipeline.model.WhichOneof("model")
    if kind not in ARCHITECTURES:
        what = f"model must hold one of {', '.join(ARCHITECTURES)}, but got {kind or 'none'}"
        raise ConfigError(where, what, "Start from another template.")
    return getattr(pipeline.model, kind)

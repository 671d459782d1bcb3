"""The values that a config has in effect: those it writes, and the schema's defaults for the rest."""

from __future__ import annotations

from pathlib import Path

from google.protobuf.descriptor import FieldDescriptor

from tfodkit.config.pipeline import Message, format_pipeline, new_pipeline, read_pipeline
from tfodkit.config.templates import read_template, template_names

SECTIONS: dict[str, tuple[str, ...]] = {
    "model": ("model", "graph_rewriter"),
    "training": ("train_config",),
    "data": ("train_input_reader", "eval_input_reader"),
    "evaluation": ("eval_config",),
}
"""The parts of a config for people, and the fields that each takes."""


def read_config(name: str) -> Message:
    """The message of a config file, or of the ready-made template of that name, which wins over a file.

    Raises:
        ConfigError: as :func:`~tfodkit.config.pipeline.read_pipeline`.
    """
    return read_template(name).message() if name in template_names() else read_pipeline(Path(name))


def with_defaults(message: Message) -> Message:
    """A copy in which each plain field of each part that is there is written, those left out with their defaults.

    Parts that are absent stay absent, and so do alternatives (``oneof``). For people to read: the Object Detection API
    asks of some fields whether they are written.
    """
    copy = type(message).FromString(message.SerializeToString())
    _write_defaults(copy)
    return copy


def section_texts(pipeline: Message) -> dict[str, str]:
    """The text of each of :data:`SECTIONS` that is not empty; one after the other they parse to the same message."""
    texts = {}
    for section, fields in SECTIONS.items():
        part = new_pipeline()
        part.CopyFrom(pipeline)
        for field in part.DESCRIPTOR.fields:
            if field.name not in fields:
                part.ClearField(field.name)
        texts[section] = format_pipeline(part)
    return {section: text for section, text in texts.items() if text}


def _write_defaults(message: Message) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
            for inner in _parts(message, field):
                _write_defaults(inner)
        elif not field.is_repeated and not field.containing_oneof:
            setattr(message, field.name, getattr(message, field.name))


def _parts(message: Message, field: FieldDescriptor) -> list[Message]:
    if field.message_type is None or field.message_type.GetOptions().map_entry:
        return []
    if field.is_repeated:
        return list(getattr(message, field.name))
    return [getattr(message, field.name)] if message.HasField(field.name) else []

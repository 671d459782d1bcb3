"""Why a text is no ``pipeline.config``, in words of people, and what to do: most were pasted, and lost something."""

from __future__ import annotations

import re

from google.protobuf import descriptor_pool, text_format

from tfodkit.nearest import nearest_names
from tfodkit.odapi import protos

CURLY_QUOTES = "\u201c\u201d\u2018\u2019"
OLD_FIELDS = {"SsdFeatureExtractor": ("batch_norm_trainable",)}
"""By message, what the configs of 2017 and 2018 have and no Object Detection API since; nothing else was taken out."""

_PACKAGE = "object_detection.protos"
_POSITION = re.compile(r"^\d+:\d+ : ")
_UNKNOWN_FIELD = re.compile(r'Message type "(?P<message>[\w.]+)" has no field named "(?P<field>\w+)"')
_UNKNOWN_VALUE = re.compile(r'Enum type "(?P<enum>[\w.]+)" has no value named (?P<value>\w+)')
_INVISIBLE = re.compile("[\x00-\x08\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff]")
_AGAIN = "Mend the line; `tfodkit make-config` writes a whole config from a template."
_REMEDIES = (
    (re.compile(f"[{CURLY_QUOTES}]"), 'Replace the curly quotes by straight ones: "…".'),
    (_INVISIBLE, "The line holds a character that can't be seen, from a web page: type it again."),
    (re.compile("codec can't decode"), r"A \ begins an escape: write the path with / instead."),
    (re.compile("missing ending quote"), 'Close the value with " in the same line.'),
    (re.compile('^Expected "}"'), "A } is missing: each { needs one; the line is the last that could be read."),
    (re.compile(r"got }$"), "There is a } too many, here or further up: each { has one."),
    (re.compile("should not have multiple"), "Keep one of them."),
)


def parse_reason(error: text_format.ParseError, text: str) -> str:
    """What protobuf says about ``text``, without the position, the repeated line and a full stop."""
    reason = _POSITION.sub("", str(error))
    if line := _line(error, text):
        reason = reason.removeprefix(f"'{line}': ")
    return reason.rstrip(".").replace(f"{_PACKAGE}.", "")


def parse_remedy(error: text_format.ParseError, text: str) -> str:
    """A sentence: what to do about the line of ``text`` that ``error`` is about."""
    reason = parse_reason(error, text)
    if match := _UNKNOWN_FIELD.search(reason):
        return _unknown_field(match["message"], match["field"])
    if match := _UNKNOWN_VALUE.search(reason):
        return nearest_names(match["value"], _values(match["enum"]))
    for pattern, remedy in _REMEDIES:
        if pattern.search(reason):
            return remedy
    return _AGAIN


def old_field(error: text_format.ParseError) -> tuple[str, str] | None:
    """The message and the field that ``error`` is about, where the field is one of :data:`OLD_FIELDS`."""
    match = _UNKNOWN_FIELD.search(str(error))
    if match is None:
        return None
    message, field = match["message"].removeprefix(f"{_PACKAGE}."), match["field"]
    return (message, field) if field in OLD_FIELDS.get(message, ()) else None


def _unknown_field(message: str, field: str) -> str:
    if field in OLD_FIELDS.get(message, ()):
        return "The API has it no more: take the line out; make-config --template leaves it out by itself."
    sections = _fields("TrainEvalPipelineConfig")
    if field in sections and message != "TrainEvalPipelineConfig":
        return f"A }} is missing above: {field} is a section of its own."
    return nearest_names(field, _fields(message))


def _line(error: text_format.ParseError, text: str) -> str:
    lines, number = text.splitlines(), error.GetLine() or 0
    return lines[number - 1] if 1 <= number <= len(lines) else ""


def _fields(message: str) -> list[str]:
    return [field.name for field in _pool().FindMessageTypeByName(f"{_PACKAGE}.{message}").fields]


def _values(enum: str) -> list[str]:
    return [value.name for value in _pool().FindEnumTypeByName(f"{_PACKAGE}.{enum}").values]


def _pool() -> descriptor_pool.DescriptorPool:
    pool: descriptor_pool.DescriptorPool = protos.load("pipeline_pb2").DESCRIPTOR.pool
    return pool

"""The text of a ``pipeline.config`` and its message, ``object_detection.protos.TrainEvalPipelineConfig``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeAlias

from google.protobuf import text_format

from tfodkit.config.nearest import nearest_names
from tfodkit.errors import ConfigError
from tfodkit.odapi import protos

Message: TypeAlias = Any
"""A message of the Object Detection API: its classes are built when the program runs and have no types to check."""

PLACEHOLDER = "PATH_TO_BE_CONFIGURED"
CURLY_QUOTES = "\u201c\u201d\u2018\u2019"
_UNKNOWN_FIELD = re.compile(r'Message type "(?P<message>[\w.]+)" has no field named "(?P<field>\w+)"')
_UNKNOWN_VALUE = re.compile(r'Enum type "(?P<enum>[\w.]+)" has no value named (?P<value>\w+)')
_POSITION = re.compile(r"^\d+:\d+ : ")
_SECTION_END = re.compile(r"^}\n(?=\w)", re.MULTILINE)


def new_pipeline() -> Message:
    """An empty ``TrainEvalPipelineConfig``."""
    return protos.load("pipeline_pb2").TrainEvalPipelineConfig()


def read_pipeline(path: Path) -> Message:
    """The message of a ``pipeline.config``.

    Raises:
        ConfigError: the file is absent, is no UTF-8 text, or :func:`parse_pipeline` refuses it.
    """
    return parse_pipeline(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of a ``pipeline.config``, not parsed.

    Raises:
        ConfigError: the file is absent or is no UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(str(path), f"can't be read: {error.strerror}", "Check the path of the config.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), "is not UTF-8 text", "Save it as UTF-8, or name another file.") from error


def parse_pipeline(text: str, where: str) -> Message:
    """The message that ``text`` spells; ``where`` names it in errors.

    Raises:
        ConfigError: at ``where:line``, for a syntax error, an unknown field, or a value that does not fit its field.
    """
    message = new_pipeline()
    try:
        text_format.Parse(text, message)
    except text_format.ParseError as error:
        line = error.GetLine()
        reason = parse_reason(error, text)
        raise ConfigError(f"{where}:{line}" if line else where, reason, _remedy(reason)) from error
    return message


def format_pipeline(message: Message) -> str:
    """The text of a message: one field a line, short lists on one line, sections apart; ends with a newline.

    Parsing it gives the same message again.
    """
    text: str = text_format.MessageToString(message, use_short_repeated_primitives=True, as_utf8=True)
    return _SECTION_END.sub("}\n\n", text)


def parse_reason(error: text_format.ParseError, text: str) -> str:
    """What protobuf says about ``text``, without the position, the repeated line and a full stop."""
    reason = _POSITION.sub("", str(error))
    lines, number = text.splitlines(), error.GetLine() or 0
    if 1 <= number <= len(lines):
        reason = reason.removeprefix(f"'{lines[number - 1]}': ")
    return reason.rstrip(".").replace("object_detection.protos.", "")


def six_digits(value: float) -> float:
    """``value`` as it is to be written: a float32 field holds seven digits, and 0.2 is not to come out 0.20000002."""
    return float(f"{value:.6g}")


def _remedy(reason: str) -> str:
    if match := _UNKNOWN_FIELD.search(reason):
        return nearest_names(match["field"], _fields(match["message"]))
    if match := _UNKNOWN_VALUE.search(reason):
        return nearest_names(match["value"], _values(match["enum"]))
    if any(quote in reason for quote in CURLY_QUOTES):
        return 'Replace the curly quotes by straight ones: "…".'
    return "Mend the line; `tfodkit make-config` writes a whole config from a template."


def _fields(message: str) -> list[str]:
    descriptor = new_pipeline().DESCRIPTOR.file.pool.FindMessageTypeByName(f"object_detection.protos.{message}")
    return [field.name for field in descriptor.fields]


def _values(enum: str) -> list[str]:
    descriptor = new_pipeline().DESCRIPTOR.file.pool.FindEnumTypeByName(f"object_detection.protos.{enum}")
    return [value.name for value in descriptor.values]

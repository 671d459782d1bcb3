"""The text of a ``pipeline.config`` and its message, ``object_detection.protos.TrainEvalPipelineConfig``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeAlias

from google.protobuf import text_format

from tfodkit.config.parse_errors import parse_reason, parse_remedy
from tfodkit.errors import ConfigError
from tfodkit.odapi import protos

Message: TypeAlias = Any
"""A message of the Object Detection API: its classes are built when the program runs and have no types to check."""

PLACEHOLDER = "PATH_TO_BE_CONFIGURED"
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
        where = f"{where}:{line}" if line else where
        raise ConfigError(where, parse_reason(error, text), parse_remedy(error, text)) from error
    return message


def format_pipeline(message: Message) -> str:
    """The text of a message: one field a line, short lists on one line, sections apart; ends with a newline.

    Parsing it gives the same message again.
    """
    text: str = text_format.MessageToString(message, use_short_repeated_primitives=True, as_utf8=True)
    return _SECTION_END.sub("}\n\n", text)


def six_digits(value: float) -> float:
    """``value`` as it is to be written: a float32 field holds seven digits, and 0.2 is not to come out 0.20000002."""
    return float(f"{value:.6g}")

"""Text files and the numbers in them, as strangers write them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.rules import (
    ANNOTATION_TOO_LARGE,
    ANNOTATION_UNREADABLE,
    DECIMAL_COMMA,
    FIELD_INVALID,
    NOT_WELL_FORMED,
)

MAX_DIGITS = 400
"""Characters; the shortest text of any float has 24."""

_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)


def read_text(path: Path, max_bytes: int) -> str:
    """The UTF-8 text in ``path``, without a byte order mark; :class:`FaultError` where that is not what it holds."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size  # to ask for max_bytes would make room for them
            content = file.read(min(size, max_bytes) + 1)
    except OSError as error:
        raise FaultError(ANNOTATION_UNREADABLE, f"the file can't be read: {error.strerror}") from error
    if len(content) > max_bytes:
        raise FaultError(ANNOTATION_TOO_LARGE, f"more than {max_bytes} bytes are too many for this kind of file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FaultError(NOT_WELL_FORMED, f"not UTF-8 text: byte 0x{content[error.start]:02x}", line) from error


def parse_number(text: str, field: str) -> float:
    """The number in ``text``, perhaps not finite; ``field`` names it in the error.

    Raises:
        FaultError: the text is none, or has a decimal comma. Python's ``1_000`` and digits of other scripts are none
            either.
    """
    try:
        if len(text) <= MAX_DIGITS and text.isascii() and "_" not in text:
            return float(text)
    except ValueError:
        pass
    rule = DECIMAL_COMMA if _COMMA.fullmatch(text.strip()) else FIELD_INVALID
    raise FaultError(rule, f"{field} must be a number, but got {text[:MAX_DIGITS]!r:.40}")

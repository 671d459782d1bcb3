"""A JSON object read piece by piece: its lists one value at a time, so that a file larger than memory can be walked.

::

    stream = JsonStream(file)
    for key in stream.keys():
        if key == "images":
            for value, line in stream.values():
                …                                   lists and members that nobody takes are passed over
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.rules import ANNOTATION_TOO_LARGE, NOT_AN_ANNOTATION, NOT_WELL_FORMED

CHUNK_BYTES = 1 << 20
MAX_VALUE_CHARACTERS = 64 << 20
"""Of one value in a list, or of a member that is no list."""

_SPACE = " \t\r\n"
_DELIMITERS = f"{_SPACE},]}}"
_DECODER = json.JSONDecoder()


class JsonStream:
    """The object in a file, walked from its begin to its end, once.

    All that it raises is :class:`FaultError` with a line: not UTF-8, not well-formed, nested too deeply, too large.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._place = 0
        self._dropped = 0  # characters before the text
        self._is_whole = False
        self._line = 1
        self._counted = 0  # up to here in the text, its lines are in _line

    def keys(self) -> Iterator[str]:
        """The name of each member. Its value is to be taken by :meth:`values` before the next; it is passed over else.

        Raises:
            FaultError: also where the file holds something else than an object.
        """
        if (first := self._peek()) != "{":
            rule = NOT_AN_ANNOTATION if first and first in '["-0123456789tfn' else NOT_WELL_FORMED
            raise FaultError(rule, "the file holds no JSON object", self.line)
        yield from self._members()
        if self._peek():
            raise self._broken("something follows the end")

    @property
    def line(self) -> int:
        """From 1; of what is read next."""
        self._line += self._text.count("\n", self._counted, self._place)
        self._counted = self._place
        return self._line

    def is_list(self) -> bool:
        """True where the value that is to be taken is a list."""
        return self._peek() == "["

    def values(self) -> Iterator[tuple[Any, int]]:
        """The values of a list and the lines that they begin in; of what is no list one value, the thing itself."""
        if not self.is_list():
            line = self.line
            yield self._value(), line
            return
        self._place += 1
        if self._peek() == "]":
            self._place += 1
            return
        while True:
            self._peek()
            line = self.line
            yield self._value(), line
            if self._after_value("]") == "]":
                return

    def _members(self) -> Iterator[str]:
        self._place += 1
        if self._peek() == "}":
            self._place += 1
            return
        while True:
            if self._peek() != '"':
                raise self._broken("a name in double quotes must follow")
            key = self._value()
            if self._peek() != ":":
                raise self._broken("a colon must follow")
            self._place += 1
            self._peek()
            before = self._dropped + self._place
            yield key
            if self._dropped + self._place == before:
                for _ in self.values():
                    pass
            if self._after_value("}") == "}":
                return

    def _after_value(self, end: str) -> str:
        """The comma, or the end, that stands next; it is stepped over."""
        if (found := self._peek()) not in ("," + end) or not found:
            raise self._broken(f"a comma or {end} must follow")
        self._place += 1
        return found

    def _peek(self) -> str:
        """The next character that is no white space, which is stepped over; blank at the end of the file."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _SPACE:
                self._place += 1
            if self._place < len(self._text) or not self._read_on():
                return self._text[self._place : self._place + 1]

    def _value(self) -> Any:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._place)
            except RecursionError as error:
                raise FaultError(NOT_WELL_FORMED, "the JSON is nested too deeply", self.line) from error
            except json.JSONDecodeError as error:
                inside = error.pos - self._place
                if self._read_on():
                    continue  # perhaps it broke off where the text does
                raise self._broken(error.msg, inside) from error
            except ValueError as error:
                raise self._broken("a number has too many digits") from error
            length = end - self._place
            if not (self._is_cut_off(value, end) and self._read_on()):
                self._place += length
                return value

    def _is_cut_off(self, value: Any, end: int) -> bool:
        """True where a number or a word may go on behind the text: ``1`` in ``1e5``."""
        is_scalar = not isinstance(value, str | list | dict)
        return is_scalar and (end == len(self._text) or self._text[end] not in _DELIMITERS)

    def _read_on(self) -> bool:
        """Add to the text, and drop what has been taken; false at the end of the file."""
        if self._is_whole:
            return False
        left = len(self._text) - self._place
        if left > MAX_VALUE_CHARACTERS:
            what = f"a value of more than {MAX_VALUE_CHARACTERS} characters is too large for an annotation"
            raise FaultError(ANNOTATION_TOO_LARGE, what, self.line)
        chunk = self._file.read(max(CHUNK_BYTES, left))  # doubled, so that a long value is not begun too often
        self._is_whole = not chunk
        line = self.line
        self._dropped += self._place
        self._text = self._text[self._place :] + self._decoded(chunk, line)
        self._place = self._counted = 0
        return bool(chunk)

    def _decoded(self, chunk: bytes, line: int) -> str:
        try:
            return self._decoder.decode(chunk, final=self._is_whole)
        except UnicodeDecodeError as error:
            content = error.object
            line += self._text.count("\n", self._place) + content.count(b"\n", 0, error.start)
            raise FaultError(NOT_WELL_FORMED, f"not UTF-8 text: byte 0x{content[error.start]:02x}", line) from error

    def _broken(self, what: str, inside: int = 0) -> FaultError:
        """``inside`` is how far behind the place it is."""
        line = self.line + self._text.count("\n", self._place, self._place + inside)
        return FaultError(NOT_WELL_FORMED, f"not well-formed JSON: {what}", line)

"""The value of one field from its text, held to the type that the field's descriptor states.

==============  =====================================================================================================
type            text
==============  =====================================================================================================
integer         ``300``, within the type's range
float           ``0.5`` or ``4e-05``; finite
bool            ``true`` or ``false``
enumeration     one of its names
string          as it stands
message         ``{…}``, with its fields between the braces in a config's own notation; ``{}`` sets it with defaults
==============  =====================================================================================================
"""

from __future__ import annotations

import re
from typing import Any

from google.protobuf import message_factory, text_format
from google.protobuf.descriptor import FieldDescriptor

from tfodkit.config.parse_errors import parse_reason
from tfodkit.config.pipeline import Message
from tfodkit.nearest import nearest_names

INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
LARGEST_FLOAT32 = 3.4028235e38
"""Its shortest decimals, which lie a little above it and are rounded to it."""
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_MOST_DIGITS = 40


class UnfitValueError(ValueError):
    """A text that is no value of its field: ``what`` is wrong, and the ``remedy``, as in :class:`tfodkit.errors`."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def field_value(field: FieldDescriptor, text: str) -> Any:
    """The value of ``field``, or of one entry of it where it is repeated, as its class takes it.

    Raises:
        UnfitValueError: ``text`` is no value of the field's type.
    """
    kind = field.cpp_type
    if kind in INTEGERS:
        return _integer(text, *INTEGERS[kind])
    if kind in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
        return _float(text)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return _name(text, {"false": False, "true": True}, "true or false")
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        return _name(text, _enumeration(field), "one of its names")
    return _message(field, text) if kind == FieldDescriptor.CPPTYPE_MESSAGE else _string(text)


def shown(field: FieldDescriptor, value: Any) -> str:
    """The text of one value of ``field``, on one line, for people."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        return f"{{{text_format.MessageToString(value, as_one_line=True, as_utf8=True)}}}"
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return next(name for name, number in _enumeration(field).items() if number == value)
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _enumeration(field: FieldDescriptor) -> dict[str, int]:
    enum: Any = field.enum_type
    return {value.name: value.number for value in enum.values}


def _integer(text: str, least: int, most: int) -> int:
    if not _INTEGER.fullmatch(text) or len(text) > _MOST_DIGITS or not least <= int(text) <= most:
        raise UnfitValueError(f"must be a whole number of {least} to {most}, but got {text!r}", "Give such a number.")
    return int(text)


def _float(text: str) -> float:
    if not _FLOAT.fullmatch(text) or abs(float(text)) > LARGEST_FLOAT32:
        raise UnfitValueError(f"must be a finite number, but got {text!r}", "Give a number such as 0.5 or 4e-05.")
    return float(text)


def _name(text: str, values: dict[str, Any], kind: str) -> Any:
    if text not in values:
        raise UnfitValueError(f"must be {kind}, but got {text!r}", nearest_names(text, values))
    return values[text]


def _string(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnfitValueError(f"must be Unicode text, but got {text!r}", "Check the terminal's encoding.") from error
    return text


def _message(field: FieldDescriptor, text: str) -> Message:
    message_type: Any = field.message_type
    fields = [inner.name for inner in message_type.fields]
    if not (text.startswith("{") and text.endswith("}")):
        example = f"{field.name}.{fields[0]}=…" if fields else f"{field.name}={{}}"
        what = f"is a whole {message_type.name}, but got {text!r}"
        raise UnfitValueError(what, f"Set one of its fields, such as {example}, or give all of it as {{…}}.")
    message = message_factory.GetMessageClass(message_type)()
    try:
        return text_format.Parse(text[1:-1], message)
    except text_format.ParseError as error:
        what = f"does not fit {message_type.name}: {parse_reason(error, text[1:-1])}"
        raise UnfitValueError(what, f"It takes {', '.join(fields) or 'no field'}.") from error

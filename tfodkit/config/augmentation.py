"""Augmentation steps from text: ``random_crop_image:min_area=0.5,max_area=1.0``.

A step and its parameters have the names of the Object Detection API's ``PreprocessingStep`` and its messages. A
parameter that takes a list is given again for each value; those of a crop operation are put into one operation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor

from tfodkit.config.nearest import nearest_names
from tfodkit.config.pipeline import Message, parse_reason
from tfodkit.errors import UsageError
from tfodkit.odapi import protos

NONE = "none"
_VALUE = re.compile(r"[\w.+-]+")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_OPERATIONS = "operations"


def step_names() -> list[str]:
    """The names of all steps, sorted."""
    return sorted(_step_class().DESCRIPTOR.fields_by_name)


def parse_steps(specs: Sequence[str]) -> list[Message]:
    """One ``PreprocessingStep`` for each of ``specs``, in their order; none at all for ``["none"]``.

    Raises:
        UsageError: an unknown step or parameter, a value that does not fit, or ``none`` beside other steps.
    """
    if list(specs) == [NONE]:
        return []
    if NONE in specs:
        raise UsageError(f"--augment {NONE}", "it stands beside other steps", f"Give --augment {NONE} alone.")
    return [parse_step(spec) for spec in specs]


def parse_step(spec: str) -> Message:
    """The ``PreprocessingStep`` of one ``name`` or ``name:parameter=value,…``.

    Raises:
        UsageError: an unknown step or parameter, or a value that does not fit.
    """
    name, _, parameters = spec.partition(":")
    name = name.strip()
    if name not in _step_class().DESCRIPTOR.fields_by_name:
        raise UsageError(
            f"--augment {spec}", f"there is no augmentation step {name!r}", nearest_names(name, step_names())
        )
    fields = _step_class().DESCRIPTOR.fields_by_name[name].message_type.fields_by_name
    operation = fields[_OPERATIONS].message_type.fields_by_name if _OPERATIONS in fields else {}
    own: list[str] = []
    nested: list[str] = []
    for parameter in filter(None, parameters.split(",")):
        key, value = _key_and_value(spec, parameter)
        if key not in fields and key not in operation:
            valid = [*(field for field in fields if field != _OPERATIONS), *operation]
            raise UsageError(f"--augment {spec}", f"{name} has no parameter {key!r}", nearest_names(key, valid))
        if key in operation:
            nested.append(_assignment(operation[key], value))
        else:
            own.append(_assignment(fields[key], value))
    if nested:
        own.append(f"{_OPERATIONS} {{ {' '.join(nested)} }}")
    return _parse(spec, f"{name} {{ {' '.join(own)} }}")


def _key_and_value(spec: str, parameter: str) -> tuple[str, str]:
    key, equals, value = (piece.strip() for piece in parameter.partition("="))
    if not equals:
        raise UsageError(f"--augment {spec}", f"{parameter!r} is no parameter=value", "Write NAME:parameter=value,….")
    if not _VALUE.fullmatch(value) or _NOT_FINITE.fullmatch(value):
        what = f"{key} must be a finite number, true, false or a name, but got {value!r}"
        raise UsageError(f"--augment {spec}", what, f"Mend the value of {key}.")
    return key, value


def _assignment(field: FieldDescriptor, value: str) -> str:
    return f'{field.name}: "{value}"' if field.type == FieldDescriptor.TYPE_STRING else f"{field.name}: {value}"


def _parse(spec: str, text: str) -> Message:
    try:
        return text_format.Parse(text, _step_class()())
    except text_format.ParseError as error:
        what = f"a value does not fit its parameter: {parse_reason(error, text)}"
        raise UsageError(f"--augment {spec}", what, "Give a value of the parameter's type.") from error


def _step_class() -> Message:
    return protos.load("preprocessor_pb2").PreprocessingStep

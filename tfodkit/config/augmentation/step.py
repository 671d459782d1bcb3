"""One augmentation step between its text, as groups of parameters, and its message, a ``PreprocessingStep``.

The crops of SSD draw one of several *operations* for each picture, messages within the step's. Their parameters have
other names than the step's own, so that a group may hold both: those of an operation make one operation a group.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor

from tfodkit.config.augmentation.presets import PRESETS
from tfodkit.config.field_values import UnfitValueError, field_value
from tfodkit.config.pipeline import Message
from tfodkit.errors import UsageError
from tfodkit.nearest import nearest_names
from tfodkit.odapi import protos

OPERATIONS = "operations"


class Parameter(NamedTuple):
    """A parameter as it is written; one that takes a list is written once for each value."""

    name: str
    text: str
    where: str
    """Names it in errors."""


def step_names() -> list[str]:
    """The names of all steps, sorted."""
    return sorted(_step_class().DESCRIPTOR.fields_by_name)


def make_step(name: str, groups: Sequence[Sequence[Parameter]], *, where: str) -> Message:
    """The ``PreprocessingStep`` of that name, with an operation for each of ``groups`` that has parameters of one.

    Raises:
        UsageError: an unknown step or parameter, a value that does not fit, or a parameter that is given twice.
    """
    step = _step_class()()
    if name not in step.DESCRIPTOR.fields_by_name:
        raise _unknown(name, where)
    part = getattr(step, name)
    part.SetInParent()
    for group in groups:
        operation = None
        for parameter in group:
            if parameter.name in _scalars(part.DESCRIPTOR):
                _put(part, parameter)
                continue
            operation_fields = _operation_fields(part)
            if parameter.name not in operation_fields:
                valid = [*_scalars(part.DESCRIPTOR), *operation_fields]
                what = f"{name} has no parameter {parameter.name!r}"
                raise UsageError(parameter.where, what, nearest_names(parameter.name, valid))
            operation = operation or part.operations.add()
            _put(operation, parameter)
    return step


def step_parameters(step: Message) -> tuple[str, list[list[tuple[str, str]]]]:
    """The name of a step, and groups of ``(parameter, text)`` that :func:`make_step` makes the same step of."""
    name = step.WhichOneof("preprocessing_step")
    part = getattr(step, name)
    own = _written(part)
    # an operation with nothing written is there nevertheless, and so its default is
    operations = [_written(operation) or [("clip_boxes", "true")] for operation in getattr(part, OPERATIONS, ())]
    return name, [own, *operations] if own else operations


def _put(part: Message, parameter: Parameter) -> None:
    field = _scalars(part.DESCRIPTOR)[parameter.name]
    try:
        value = field_value(field, parameter.text)
    except UnfitValueError as error:
        raise UsageError(parameter.where, f"{parameter.name} {error.what}", error.remedy) from error
    if field.is_repeated:
        getattr(part, field.name).append(value)
        return
    if part.HasField(field.name):
        raise UsageError(parameter.where, f"{parameter.name} is given twice", "Leave one of them out.")
    setattr(part, field.name, value)


def _written(part: Message) -> list[tuple[str, str]]:
    texts = []
    for field, value in part.ListFields():
        if field.message_type is None:
            values = value if field.is_repeated else [value]
            texts += [(field.name, _text(field, one)) for one in values]
    return texts


def _text(field: FieldDescriptor, value: object) -> str:
    if isinstance(value, str):
        return value
    out = io.StringIO()
    text_format.PrintFieldValue(field, value, out)  # the shortest decimal that is the same 32-bit number
    return out.getvalue()


def _scalars(descriptor: Message) -> dict[str, FieldDescriptor]:
    return {field.name: field for field in descriptor.fields if field.message_type is None}


def _operation_fields(part: Message) -> dict[str, FieldDescriptor]:
    field = part.DESCRIPTOR.fields_by_name.get(OPERATIONS)
    return _scalars(field.message_type) if field else {}


def _unknown(name: str, where: str) -> UsageError:
    if name in PRESETS:
        return UsageError(where, f"the preset {name} takes no parameters", f"Give {name} alone, and steps after it.")
    what = f"there is no augmentation step or preset {name!r}"
    return UsageError(where, what, nearest_names(name, [*step_names(), *PRESETS]))


def _step_class() -> Message:
    return protos.load("preprocessor_pb2").PreprocessingStep

"""Any field of a pipeline by its path, as ``--set`` asks for it: ``model.ssd.loss.localization_weight=2``.

::

    model.ssd.post_processing.batch_non_max_suppression.max_total_detections=300
    eval_config.metrics_set=[coco_detection_metrics,pascal_voc_detection_metrics]     all of a repeated field
    train_config.data_augmentation_options[1].random_horizontal_flip={}               one entry; the next one is added
    model.center_net.keypoint_estimation_task[0].keypoint_label_to_std[nose]=0.26     one key of a map

Fields have the names of the Object Detection API's messages. Of fields that exclude each other, such as the optimizers,
the one that is set takes the place of the other. Values are those of :mod:`tfodkit.config.field_values`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from tfodkit.config.field_values import UnfitValueError, field_value, shown
from tfodkit.config.pipeline import Message
from tfodkit.errors import UsageError
from tfodkit.nearest import nearest_names

_STEP = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:\[(?P<key>[^\[\]]+)\])?", re.ASCII)
_DOTS = re.compile(r"\.(?![^\[]*\])")
_INDEX_DIGITS = 9
_ABSENT = "not there"
_FORM = "Write --set model.ssd.loss.localization_weight=2."


@dataclass(frozen=True, slots=True)
class Override:
    """One field and the value that it is to have."""

    path: str
    steps: tuple[tuple[str, str | None], ...]
    """From the pipeline down: a field's name, and the index or key of one entry of it, or None."""
    value: str

    def refused(self, what: str, remedy: str) -> UsageError:
        return UsageError(f"--set {self.path}={self.value}", what, remedy)


def parse_overrides(texts: Sequence[str]) -> list[Override]:
    """One override for each ``path=value``, in their order; whether there is such a field shows when it is applied.

    Raises:
        UsageError: no path, no equals sign, or a path that stands twice.
    """
    overrides: list[Override] = []
    for text in texts:
        path, equals, value = text.partition("=")
        steps = [_STEP.fullmatch(step) for step in _DOTS.split(path.strip())]
        if not equals or not all(steps):
            raise UsageError(f"--set {text}", "it is no path=value", _FORM)
        override = Override(path.strip(), tuple((step["name"], step["key"]) for step in steps if step), value.strip())
        if override.path in [other.path for other in overrides]:
            raise override.refused("the field is set twice", "Set each field once.")
        overrides.append(override)
    return overrides


def apply_overrides(pipeline: Message, texts: Sequence[str]) -> list[str]:
    """Set the fields of ``pipeline``, in place and in order.

    Returns:
        A sentence on each: the path, the value, and what was there before.

    Raises:
        UsageError: a path to no field, or a value that does not fit; ``pipeline`` may be half changed then.
    """
    return [_apply(pipeline, override) for override in parse_overrides(texts)]


def _apply(pipeline: Message, override: Override) -> str:
    message, done = pipeline, ""
    displaced: list[str] = []
    *way, (name, key) = override.steps
    for step, index in way:
        field = _field(message, step, override)
        displaced += _displaced(message, field, done)
        message = _entered(message, field, index, override)
        done += f"{step}." if index is None else f"{step}[{index}]."
    field = _field(message, name, override)
    displaced += _displaced(message, field, done)
    before = _text(message, field, key)
    _assign(message, field, key, override)
    after = _text(message, field, key)
    gone = "".join(f"; {other} is gone" for other in displaced)
    change = "as before" if before == after else f"was {before}"
    return f"--set: {override.path} is {after}, {change}{gone}"


def _field(message: Message, name: str, override: Override) -> FieldDescriptor:
    field: FieldDescriptor | None = message.DESCRIPTOR.fields_by_name.get(name)
    if field is None:
        what = f"{message.DESCRIPTOR.name} has no field {name!r}"
        raise override.refused(what, nearest_names(name, message.DESCRIPTOR.fields_by_name))
    return field


def _displaced(message: Message, field: FieldDescriptor, done: str) -> list[str]:
    """The path of the field that is set and that ``field`` excludes, if any."""
    oneof = field.containing_oneof
    other = message.WhichOneof(oneof.name) if oneof else None
    return [f"{done}{other}"] if other not in (None, field.name) else []


def _entered(message: Message, field: FieldDescriptor, key: str | None, override: Override) -> Message:
    """The message below ``field``, made where it is not there yet."""
    value = getattr(message, field.name)
    if _is_map(field) and key is not None and _map_part(field, "value").message_type:
        return value[_map_key(field, key, override)]
    if field.message_type is None or _is_map(field):
        raise override.refused(f"{field.name} is no message, and has no fields", "Let the path end there.")
    if field.is_repeated:
        index = _index(value, field, key, override)
        return value.add() if index == len(value) else value[index]
    if key is not None:
        raise override.refused(f"{field.name} is not repeated", f"Leave [{key}] out.")
    return value


def _assign(message: Message, field: FieldDescriptor, key: str | None, override: Override) -> None:
    value = getattr(message, field.name)
    if _is_map(field):
        _assign_in_map(value, field, key, override)
    elif field.is_repeated and key is None:
        entries = _entries(field, override)
        del value[:]
        value.extend(entries)
    elif field.is_repeated:
        index, entry = _index(value, field, key, override), _value(field, override.value, override)
        entries = [*value[:index], entry, *value[index + 1 :]]
        del value[:]
        value.extend(entries)
    elif key is not None:
        raise override.refused(f"{field.name} is not repeated", f"Leave [{key}] out.")
    elif field.message_type is not None:
        value.CopyFrom(_value(field, override.value, override))
    else:
        setattr(message, field.name, _value(field, override.value, override))


def _assign_in_map(value: Any, field: FieldDescriptor, key: str | None, override: Override) -> None:
    inner = _map_part(field, "value")
    if key is None:
        raise override.refused(f"{field.name} is a map", f"Name the key: {field.name}[KEY].")
    entry = _value(inner, override.value, override)
    if inner.message_type is None:
        value[_map_key(field, key, override)] = entry
    else:
        value[_map_key(field, key, override)].CopyFrom(entry)


def _entries(field: FieldDescriptor, override: Override) -> list[Any]:
    text = override.value
    if not (text.startswith("[") and text.endswith("]")):
        remedy = f"Name one entry, {field.name}[0], or give all of them as [a,b,c]."
        raise override.refused(f"{field.name} is repeated", remedy)
    if field.message_type is not None and text[1:-1].strip():
        remedy = f"Name one entry, {field.name}[0]; [] takes all of them out."
        raise override.refused(f"{field.name} holds messages, which no list can give", remedy)
    return [_value(field, entry.strip(), override) for entry in text[1:-1].split(",")] if text[1:-1].strip() else []


def _index(values: Any, field: FieldDescriptor, key: str | None, override: Override) -> int:
    """Of an entry that is there, or of the one after the last."""
    if key is None:
        raise override.refused(f"{field.name} is repeated", f"Name one entry, {field.name}[0].")
    if not (key.isascii() and key.isdigit() and len(key) < _INDEX_DIGITS and int(key) <= len(values)):
        what = f"{field.name} has {len(values)} of them, but got [{key}]"
        raise override.refused(what, f"Count from 0; [{len(values)}] adds one.")
    return int(key)


def _map_key(field: FieldDescriptor, key: str, override: Override) -> Any:
    return _value(_map_part(field, "key"), key, override)


def _value(field: FieldDescriptor, text: str, override: Override) -> Any:
    try:
        return field_value(field, text)
    except UnfitValueError as error:
        raise override.refused(f"{override.steps[-1][0]} {error.what}", error.remedy) from error


def _text(message: Message, field: FieldDescriptor, key: str | None) -> str:
    """What is there, for people; an entry that can't be told apart is refused by who sets it."""
    value = getattr(message, field.name)
    if _is_map(field):
        inner = _map_part(field, "value")
        there = {str(name): shown(inner, value[name]) for name in value}
        return there.get(str(key), _ABSENT)
    if field.is_repeated:
        entries = [shown(field, entry) for entry in value]
        if key is None:
            return f"[{', '.join(entries)}]"
        return dict(zip(map(str, range(len(entries))), entries, strict=True)).get(key, _ABSENT)
    if message.HasField(field.name):
        return shown(field, value)
    return _ABSENT if field.message_type else f"{shown(field, value)} by default"


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _map_part(field: FieldDescriptor, part: str) -> FieldDescriptor:
    """The ``key`` or the ``value`` of a map's entries."""
    entry: Message = field.message_type
    found: FieldDescriptor = entry.fields_by_name[part]
    return found

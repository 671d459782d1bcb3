"""Augmentation steps from what a user writes, and back: ``random_crop_image:min_area=0.5,max_area=1.0``.

A step and its parameters have the names of the Object Detection API's ``PreprocessingStep`` and its messages::

    random_vertical_flip                                            a step with the API's defaults
    random_pad_image:pad_color=124,pad_color=116,pad_color=104      a list: once for each value
    ssd_random_crop:min_area=0.1,max_area=1/min_area=0.5,max_area=1   two operations, of which each picture draws one
    light                                                           a preset, in its place among the steps
    steps.yaml                                                      a file of steps (augmentation_file.py)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tfodkit.config.augmentation.file import FileStep, is_step_file, read_step_file
from tfodkit.config.augmentation.presets import NONE, PRESETS
from tfodkit.config.augmentation.step import Parameter, make_step, step_parameters
from tfodkit.config.pipeline import Message
from tfodkit.errors import UsageError


def parse_steps(specs: Sequence[str]) -> list[Message]:
    """The ``PreprocessingStep``s of ``specs`` in their order, those of presets and files in their place.

    None at all for ``["none"]``.

    Raises:
        UsageError: an unknown step, preset or parameter, a value that does not fit, a file that can't be read, or
            ``none`` beside others.
    """
    if NONE in specs and len(specs) > 1:
        raise UsageError(f"--augment {NONE}", "it stands beside other steps", f"Give --augment {NONE} alone.")
    return [step for spec in specs for step in _parse(spec)]


def format_steps(messages: Iterable[Message]) -> list[str]:
    """The specs that :func:`parse_steps` makes the same messages of: one a step, without presets and files."""
    specs = []
    for message in messages:
        name, groups = step_parameters(message)
        texts = [",".join(f"{parameter}={text}" for parameter, text in group) for group in groups]
        specs.append(f"{name}:{'/'.join(texts)}" if texts else name)
    return specs


def parse_step(spec: str, where: str = "") -> Message:
    """The ``PreprocessingStep`` of one ``name`` or ``name:parameter=value,…``; ``where`` names it in errors.

    Raises:
        UsageError: an unknown step or parameter, or a value that does not fit.
    """
    where = where or f"--augment {spec}"
    name, colon, parameters = spec.partition(":")
    groups = parameters.split("/") if colon else []
    return make_step(name.strip(), [_parameters(group, where) for group in groups], where=where)


def _parse(spec: str) -> list[Message]:
    if is_step_file(spec):
        return [step for found in read_step_file(Path(spec)) for step in _of_file(found)]
    return _preset_or_step(spec, f"--augment {spec}")


def _of_file(found: FileStep) -> list[Message]:
    if found.groups:
        return [make_step(found.spec, found.groups, where=found.where)]
    return _preset_or_step(found.spec, found.where)


def _preset_or_step(spec: str, where: str) -> list[Message]:
    if spec.strip() in PRESETS:
        return [parse_step(step) for step in PRESETS[spec.strip()].steps]
    return [parse_step(spec, where)]


def _parameters(group: str, where: str) -> list[Parameter]:
    found = []
    for text in group.split(","):
        name, equals, value = (piece.strip() for piece in text.partition("="))
        if not equals:
            raise UsageError(where, f"{text!r} is no parameter=value", "Write NAME:parameter=value,….")
        found.append(Parameter(name, value, where))
    return found

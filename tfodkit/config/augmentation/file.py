"""A YAML file of augmentation steps.

A list of them in their order::

    - random_horizontal_flip
    - top-down                                  # a preset
    - random_crop_image: {min_area: 0.5, max_area: 1.0}
    - random_pad_image:
        pad_color: [124, 116, 104]
    - ssd_random_crop:
        operations:                             # each picture draws one of them
          - {min_object_covered: 0.1, min_area: 0.1, max_area: 1.0, min_aspect_ratio: 0.5, max_aspect_ratio: 2.0}
          - {min_object_covered: 0.5, min_area: 0.3, max_area: 1.0, min_aspect_ratio: 0.5, max_aspect_ratio: 2.0}

The file is read as a tree of text with lines: nothing in it is built or run, whatever its tags say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.config.augmentation.step import OPERATIONS, Parameter
from tfodkit.errors import UsageError

SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 256 << 10
"""The 39 steps fit a hundred times; the YAML parser takes seconds for more."""
_SHAPE = "Write a list with a step on each line: - NAME, or - NAME: {parameter: value}."


@dataclass(frozen=True, slots=True)
class FileStep:
    """One entry of the list."""

    spec: str
    """The name of a step or preset; where there are no ``groups``, perhaps with parameters as --augment takes them."""
    groups: tuple[tuple[Parameter, ...], ...]
    """As :func:`~tfodkit.config.augmentation.step.make_step` takes them."""
    where: str
    """``steps.yaml:3``."""


def is_step_file(spec: str) -> bool:
    """Whether ``--augment`` takes ``spec`` for the path of a file: by its suffix."""
    return spec.lower().endswith(SUFFIXES)


def read_step_file(path: Path) -> list[FileStep]:
    """The steps of a file in their order; their names and parameters are not checked yet.

    Raises:
        UsageError: the file can't be read, or is no YAML list of steps; with the line.
    """
    import yaml

    root = _compose(path)
    if not isinstance(root, yaml.SequenceNode) or not root.value:
        raise UsageError(f"{path}:{_line(root)}" if root else str(path), "there is no list of steps", _SHAPE)
    return [_step(node, path) for node in root.value]


def _compose(path: Path) -> Any:
    """The root node; None for a file without any."""
    import yaml

    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise UsageError(str(path), f"it is larger than {MAX_BYTES >> 10} KB", "Name a file of augmentation steps.")
        return yaml.compose(content, Loader=yaml.SafeLoader)
    except OSError as error:
        raise UsageError(str(path), f"can't be read: {error.strerror}", "Check the path of the file.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "nested too deeply, or with characters that YAML forbids"
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UsageError(where, f"it is no well-formed YAML: {problem}", _SHAPE) from error


def _step(node: Any, path: Path) -> FileStep:
    where = f"{path}:{_line(node)}"
    if _is_text(node):
        if is_step_file(node.value):
            raise UsageError(where, f"{node.value} is another file", "Give each file an --augment of its own.")
        return FileStep(node.value, (), where)
    if not _is_mapping(node) or len(node.value) != 1 or not _is_text(node.value[0][0]):
        raise UsageError(where, "an entry must be one step's name, or that and its parameters", _SHAPE)
    name, parameters = node.value[0]
    if _is_text(parameters) and not parameters.value:
        return FileStep(name.value, (), where)
    groups = [tuple(_parameters(parameters, name.value, path)), *_operations(parameters, name.value, path)]
    return FileStep(name.value, tuple(groups), where)


def _parameters(node: Any, name: str, path: Path) -> Iterator[Parameter]:
    """All but the operations."""
    if not _is_mapping(node):
        raise UsageError(f"{path}:{_line(node)}", f"the parameters of {name} are no mapping", _SHAPE)
    for key, value in node.value:
        if _is_text(key) and key.value == OPERATIONS:
            continue
        for text in value.value if _is_list(value) else [value]:
            if not _is_text(key) or not _is_text(text):
                what = f"a parameter of {name} must be one value, or a list of them"
                raise UsageError(f"{path}:{_line(text)}", what, _SHAPE)
            yield Parameter(key.value, text.value, f"{path}:{_line(text)}")


def _operations(node: Any, name: str, path: Path) -> Iterator[tuple[Parameter, ...]]:
    for key, value in node.value:
        if key.value != OPERATIONS:
            continue
        if not _is_list(value):
            raise UsageError(f"{path}:{_line(value)}", f"the operations of {name} are no list", _SHAPE)
        for operation in value.value:
            yield tuple(_parameters(operation, f"an operation of {name}", path))


def _is_text(node: Any) -> bool:
    return getattr(node, "id", "") == "scalar"


def _is_list(node: Any) -> bool:
    return getattr(node, "id", "") == "sequence"


def _is_mapping(node: Any) -> bool:
    return getattr(node, "id", "") == "mapping"


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1

"""A work file: YAML with the pictures, the place for what is made, the templates, and each step's flags.

::

    images: photos                        # all paths are relative to this file
    output: work
    templates: [ssd_mobilenet_v2_fpnlite_320x320_coco17, example]
    make-records: {split: 0.8, seed: 3}
    make-config:
      steps: 2000
      weights: {mug: 2, bagel: 1.5}
      set: [eval_config.batch_size=4]
    train: {patience: 5}

The file is read as a tree of text with lines: nothing in it is built or run, whatever its tags say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tfodkit.config.augmentation.file import is_step_file
from tfodkit.config.option_fields import Flag, flags_of
from tfodkit.config.option_values import UnfitOptionError
from tfodkit.config.options import PipelineOptions
from tfodkit.errors import UsageError
from tfodkit.nearest import nearest_names
from tfodkit.training.options import TrainOptions
from tfodkit.workflow.record_flags import RecordFlags
from tfodkit.workflow.work import USUAL_TEMPLATE, ZOO, Work

SUFFIXES = (".yaml", ".yml")
STEPS = {"make-records": RecordFlags, "make-config": PipelineOptions, "train": TrainOptions}
IMAGES, OUTPUT, TEMPLATES = "images", "output", "templates"
LEFT_OUT = {"train": {"force"}}
"""Flags that are no option of the work."""
_SHAPE = "Write images: FOLDER, and under make-records, make-config or train a flag: value on each line."


def read_work_file(path: Path, *, output: Path | None = None, templates: tuple[str, ...] = ()) -> Work:
    """The work that a file describes; ``output`` and ``templates``, where given, stand in for the file's.

    Raises:
        UsageError: the file can't be read, or holds a key or a value that can't be meant; with the line.
    """
    content = dict(_entries(_compose(path), path))
    for name, (node, _) in content.items():
        if name not in {IMAGES, OUTPUT, TEMPLATES, *STEPS}:
            raise _unknown(name, [IMAGES, OUTPUT, TEMPLATES, *STEPS], f"{path}:{_line(node)}", "key")
    if IMAGES not in content:
        raise UsageError(str(path), "images is missing", _SHAPE)
    if output is None and OUTPUT not in content:
        raise UsageError(str(path), "output is missing", "Write output: FOLDER, or pass -o FOLDER.")
    options = {name: _options(name, content[name][1], path) if name in content else STEPS[name]() for name in STEPS}
    if not templates:
        templates = _templates(content[TEMPLATES][1], path) if TEMPLATES in content else (USUAL_TEMPLATE,)
    return Work(
        images=path.parent / _text(content[IMAGES][1], path),
        output=output or path.parent / _text(content[OUTPUT][1], path),
        templates=templates,
        records=options["make-records"],
        config=options["make-config"],
        train=options["train"],
    )


def _options(step: str, node: Any, path: Path) -> Any:
    flags = {
        flag.name.removeprefix("--"): (field, flag)
        for field, flag in flags_of(STEPS[step]).items()
        if field not in LEFT_OUT.get(step, ())
    }
    values = {}
    for name, (key, value) in _entries(node, path):
        where = f"{path}:{_line(key)}"
        if name not in flags:
            raise _unknown(name, flags, where, f"option of {step}")
        field, flag = flags[name]
        values[field] = _value(flag, _texts(value, path), where, path)
    try:
        return STEPS[step](**values)
    except UsageError as error:
        problem = error.problems[0]
        raise UsageError(f"{path}:{_line(node)}", f"{problem.where}: {problem.what}", problem.remedy) from error


def _value(flag: Flag, texts: tuple[str, ...], where: str, path: Path) -> Any:
    if flag.is_repeated:
        texts = tuple(str(path.parent / text) if is_step_file(text) else text for text in texts)
    try:
        value = flag.read(list(texts) if flag.is_repeated else ",".join(texts))
    except UnfitOptionError as error:
        raise UsageError(where, f"{flag.name.removeprefix('--')} {error.what}", error.remedy) from error
    except UsageError as error:
        raise UsageError(where, error.problems[0].what, error.problems[0].remedy) from error
    return path.parent / value if isinstance(value, Path) and value != ZOO else value


def _templates(node: Any, path: Path) -> tuple[str, ...]:
    """Names, or the paths of files beside the work file."""
    return tuple(str(path.parent / name) if (path.parent / name).is_file() else name for name in _texts(node, path))


def _unknown(name: str, valid: Any, where: str, noun: str) -> UsageError:
    return UsageError(where, f"there is no {noun} {name!r}", nearest_names(name, valid))


def _compose(path: Path) -> Any:
    import yaml

    try:
        return yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise UsageError(str(path), f"can't be read: {error.strerror}", "Check the path of the file.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "no text that YAML can be read from"
        raise UsageError(where, f"it is no well-formed YAML: {problem}", _SHAPE) from error


def _entries(node: Any, path: Path) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The keys of a mapping as text, each once, with the nodes of key and value."""
    if getattr(node, "id", "") != "mapping":
        raise UsageError(f"{path}:{_line(node)}" if node else str(path), "there must be a mapping", _SHAPE)
    seen = set()
    for key, value in node.value:
        name = _text(key, path)
        if name in seen:
            raise UsageError(f"{path}:{_line(key)}", f"{name} is there twice", "Leave one of them out.")
        seen.add(name)
        yield name, (key, value)


def _texts(node: Any, path: Path) -> tuple[str, ...]:
    """A value, or the values of a list; those of a mapping as ``name=value``."""
    if node.id == "mapping":
        return tuple(f"{name}={_text(value, path)}" for name, (_, value) in _entries(node, path))
    return tuple(_text(entry, path) for entry in node.value) if node.id == "sequence" else (_text(node, path),)


def _text(node: Any, path: Path) -> str:
    if node.id != "scalar" or not node.value:
        raise UsageError(f"{path}:{_line(node)}", "there must be one value", _SHAPE)
    return str(node.value)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1

"""The names of YOLO's class ids: ``data.yaml``, ``classes.txt`` of labelImg, ``obj.names`` of darknet.

::

    data.yaml       names: [mug, bagel]          or   names: {0: mug, 1: bagel}
    classes.txt     one name a line, the first is class 0
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.rules import FIELD_INVALID, FIELD_MISSING, NOT_WELL_FORMED
from tfodkit.annotations.text import read_text
from tfodkit.findings import Finding

YAML_NAMES = ("data.yaml", "data.yml", "dataset.yaml")
YAML_SUFFIXES = frozenset({".yaml", ".yml"})
LIST_NAMES = ("classes.txt", "obj.names")
MAX_BYTES = 256 << 10
"""Ten thousand classes fit; the YAML parser takes seconds for more."""

_ID = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ClassNames:
    """What one file says about class ids."""

    path: Path
    by_id: Mapping[int, str]
    findings: tuple[Finding, ...] = ()


def read_class_names(path: Path) -> ClassNames:
    """The names in ``path``, a YAML or a list by its suffix; without names where it can't be used."""
    try:
        is_yaml = path.suffix.lower() in YAML_SUFFIXES
        return ClassNames(path, _of_yaml(load_yaml(path)) if is_yaml else _of_list(read_text(path, MAX_BYTES)))
    except FaultError as error:
        return ClassNames(path, {}, (error.finding(path),))


def load_yaml(path: Path) -> Mapping[str, Any]:
    """The outermost mapping of a YAML file whose scalars all stay text, so that a class ``no`` is not False.

    Raises:
        FaultError: the file can't be read, is too large, or is no YAML mapping.
    """
    import yaml

    try:
        content = yaml.load(
            read_text(path, MAX_BYTES), Loader=yaml.BaseLoader
        )  # builds text, lists and mappings, nothing else
    except RecursionError as error:
        raise FaultError(NOT_WELL_FORMED, "the YAML is nested too deeply") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"not well-formed YAML: {getattr(error, 'problem', None) or 'characters that YAML forbids'}"
        raise FaultError(NOT_WELL_FORMED, what, mark and mark.line + 1) from error
    if not isinstance(content, dict):
        raise FaultError(FIELD_MISSING, "the YAML is no mapping with names")
    return content


def find_listings(folder: Path, top: Path) -> Iterator[Path]:
    """Files of class names in ``folder`` and the folders above it up to ``top``: YAMLs before lists, near before far.

    ``top`` is absolute; the paths are relative to the current folder where ``folder`` is.
    """
    here = folder.absolute()
    chain = [above for above in (here, *here.parents) if above.is_relative_to(top)]
    if not folder.is_absolute():
        chain = [Path(os.path.relpath(above)) for above in chain]
    for names in (YAML_NAMES, LIST_NAMES):
        yield from (path for above in chain for name in names if (path := above / name).is_file())


def merge(listings: Sequence[ClassNames]) -> tuple[dict[int, str], list[Finding]]:
    """The names of all the files together, where the first that names an id is right; and who contradicts it."""
    merged: dict[int, tuple[str, Path]] = {}
    findings = []
    for listing in listings:
        contradicted = []
        for class_id, name in listing.by_id.items():
            first, where = merged.setdefault(class_id, (name, listing.path))
            if first.strip() != name.strip():
                contradicted.append(f'class {class_id} is "{name}" here, but "{first}" in {where.name}')
        if contradicted:
            findings.append(Finding(FIELD_INVALID, listing.path, _with_count(contradicted)))
    return {class_id: name for class_id, (name, _) in merged.items()}, findings


def _with_count(contradicted: list[str]) -> str:
    return contradicted[0] if len(contradicted) == 1 else f"{contradicted[0]}, and {len(contradicted) - 1} more"


def _of_list(text: str) -> dict[int, str]:
    lines = text.replace("\r\n", "\n").rstrip().split("\n")
    return dict(enumerate(lines)) if lines != [""] else {}


def _of_yaml(content: Mapping[str, Any]) -> dict[int, str]:
    if "kpt_shape" in content:
        raise FaultError(FIELD_INVALID, "kpt_shape: labels with poses are not read; export the data as COCO")
    names = content.get("names")
    if names is None:
        raise FaultError(FIELD_MISSING, "there are no names of classes")
    if isinstance(names, list):
        names = {str(number): name for number, name in enumerate(names)}
    if not isinstance(names, dict):
        raise FaultError(FIELD_INVALID, f"names must be a list or a mapping, but got {names!r:.40}")
    for key, name in names.items():
        if not (isinstance(key, str) and _ID.fullmatch(key)):
            raise FaultError(FIELD_INVALID, f"a class id must be a whole number from 0, but got {key!r:.40}")
        if not isinstance(name, str):
            kind = (
                "a list" if isinstance(name, list) else "a mapping"
            )  # its text could fill the memory: aliases multiply
            raise FaultError(FIELD_INVALID, f"the name of class {key} must be text, but got {kind}")
    return {int(key): name for key, name in names.items()}

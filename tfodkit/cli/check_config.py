"""``tfodkit check`` of a ``pipeline.config``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfodkit.config.memory.forecast import MemoryForecast
    from tfodkit.findings import Finding

_DATA_SUFFIXES = {".csv", ".json", ".yaml", ".yml"}
_TAKEN = {"data", "show_all", "strict", "as_json"}


def is_config(path: Path) -> bool:
    """Whether it is named as one, or is a file whose text parses as one."""
    from tfodkit.config.pipeline import read_pipeline
    from tfodkit.errors import ConfigError

    if path.is_dir() or path.suffix.lower() in _DATA_SUFFIXES:
        return False
    if path.suffix == ".config" or not path.is_file():
        return path.suffix == ".config"
    try:
        return bool(read_pipeline(path).ListFields())
    except ConfigError:
        return False


def check_config(context: typer.Context, path: Path, *, show_all: bool, strict: bool, as_json: bool) -> bool:
    """Print what is wrong with a config; whether it passes.

    Raises:
        UsageError: a flag that is for data.
        ConfigError: the file can't be read, or does not parse.
        RecordError: the manifest beside its records is damaged.
    """
    from tfodkit.config.lint.check import lint
    from tfodkit.config.memory.forecast import forecast_memory
    from tfodkit.config.memory.machine import machine_memory
    from tfodkit.config.memory.words import memory_words
    from tfodkit.config.pipeline import parse_pipeline, read_text
    from tfodkit.config.record_files import manifest_beside
    from tfodkit.findings import Severity
    from tfodkit.reporting.findings_text import SHOWN_PLACES, config_lines

    _refuse_flags_of_data(context, path)
    text = read_text(path)
    message = parse_pipeline(text, str(path))
    manifest = manifest_beside(message)
    findings = lint(message, manifest, path=path, text=text, machine=machine_memory())
    memory = forecast_memory(message, manifest)
    if as_json:
        typer.echo(json.dumps(_as_json(path, findings, memory), indent=2, ensure_ascii=False))
    else:
        for line in config_lines(findings, shown=None if show_all else SHOWN_PLACES):
            typer.echo(line)
        if memory:
            typer.echo(f"memory: {memory_words(memory)}")
    fatal = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return not any(finding.rule.severity in fatal for finding in findings)


def _refuse_flags_of_data(context: typer.Context, path: Path) -> None:
    from tfodkit.errors import UsageError

    for parameter in context.command.params:
        name = str(parameter.name)
        if name not in _TAKEN and _is_given(context, name):
            raise UsageError(parameter.opts[0], f"it is for data, and {path} is a config", "Leave it out.")


def _as_json(path: Path, findings: Sequence[Finding], memory: MemoryForecast | None) -> dict[str, Any]:
    from tfodkit.dataset.check import finding_values
    from tfodkit.reporting.findings_text import severity_counts

    return {
        "config": str(path),
        "counts": {str(severity): count for severity, count in severity_counts(findings).items()},
        "is_sound": not any(finding.is_error for finding in findings),
        "findings": [finding_values(finding) for finding in findings],
        "memory_bytes": memory and {**asdict(memory), "total": memory.total},
    }


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"

"""The linter as tests ask it: of a file, and for its errors alone."""

from __future__ import annotations

from pathlib import Path

from tfodkit.config.lint.check import lint
from tfodkit.config.memory.machine import MachineMemory
from tfodkit.config.pipeline import Message, parse_pipeline, read_text
from tfodkit.config.record_files import manifest_beside
from tfodkit.errors import Problem
from tfodkit.findings import Finding
from tfodkit.records.manifest import RecordManifest


def lint_file(path: Path, machine: MachineMemory | None = None) -> list[Finding]:
    """All that the linter finds in a file, with the manifest beside its training records where there is one."""
    text = read_text(path)
    message = parse_pipeline(text, str(path))
    return lint(message, manifest_beside(message), path=path, text=text, machine=machine)


def check_pipeline(
    message: Message, manifest: RecordManifest | None = None, *, where: str, text: str = ""
) -> list[Problem]:
    """What keeps a config from training and evaluating; empty where it can."""
    return [one.problem for one in lint(message, manifest, path=Path(where), text=text) if one.is_error]

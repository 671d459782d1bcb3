"""``tfodkit benchmark-export``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def command(
    exported: Annotated[Path, typer.Argument(help="The folder that tfodkit export wrote, or one model of it.")],
    *,
    pictures: Annotated[
        int, typer.Option(metavar="N", help="Validation pictures, at most, on which each form is measured.")
    ] = 64,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure every form of an export on this machine: size, time to load and of a picture, memory, mAP.

    One after the other, each in a process of its own; one that fails is told of with the reason.
    Example: tfodkit benchmark-export exported
    """
    from tfodkit.exporting.benchmark import benchmark_export
    from tfodkit.reporting.export_benchmark_text import export_benchmark_lines

    measured = benchmark_export(exported, pictures=pictures, tell=_tell)
    as_text = json.dumps(measured.to_json(), indent=2, ensure_ascii=False) if as_json else ""
    typer.echo(as_text or "\n".join(export_benchmark_lines(measured)))
    if all(form.reason is not None for form in measured.forms):
        raise typer.Exit(1)


def _tell(text: str) -> None:
    typer.echo(f"{text} …", err=True)

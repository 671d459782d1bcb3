"""``tfodkit benchmark``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def command(
    models: Annotated[list[str], typer.Argument(help="Names of templates, or configs of your own.")],
    *,
    records: Annotated[
        Path | None,
        typer.Option(help="The folder that make-records wrote; pictures of the built-in example unless given."),
    ] = None,
    image_size: Annotated[
        str | None, typer.Option(help="Input of all of them in pixels: 640, or 640x480; each its own unless given.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Images a step of all of them; each its own, 8 at most, unless given.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="To take the median of, after the first.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure models on this machine: time to train, evaluate and export, parameters and sizes.

    One after the other, each in a process of its own; one that fails is told of with the reason.
    Example: tfodkit benchmark example ssd_mobilenet_v2_320x320_coco17
    """
    from tfodkit.reporting.model_table import model_lines
    from tfodkit.workflow.model_benchmark import benchmark

    measured = list(
        benchmark(models, records=records, image_size=image_size, batch_size=batch_size, steps=steps, tell=_tell)
    )
    as_text = json.dumps([model.to_json() for model in measured], indent=2) if as_json else ""
    typer.echo(as_text or "\n".join(model_lines(measured)))
    if all(model.reason for model in measured):
        raise typer.Exit(1)


def _tell(text: str) -> None:
    typer.echo(f"{text} …", err=True)

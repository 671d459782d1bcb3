"""``tfodkit eval``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="The run directory of tfodkit train.")],
    which: Annotated[str, typer.Option(help="The checkpoint: best, last or averaged.")] = "best",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Evaluate a checkpoint on every validation image: COCO's twelve figures, and average precision per class.

    Example: tfodkit eval run
    """
    from tfodkit.reporting.text import evaluation_lines
    from tfodkit.training.evaluate_run import evaluate_run
    from tfodkit.training.run_directory import parse_which

    result = evaluate_run(run, which=parse_which(which))
    if as_json:
        typer.echo(json.dumps(result.to_json(), indent=2))
        return
    typer.echo(f"{result.images} images, {result.detections} detections")
    typer.echo("\n".join(evaluation_lines(result)))

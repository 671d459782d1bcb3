"""``tfodkit train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tfodkit.cli.option_flags import asked, from_environment, with_options
from tfodkit.training.options import TrainOptions


@with_options(TrainOptions, environment=True)
def command(
    context: typer.Context,
    config: Annotated[Path, typer.Argument(help="The pipeline.config, as tfodkit make-config writes it.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", envvar="TFODKIT_OUTPUT", help="The run directory; one that is there goes on."),
    ],
    **options: Any,
) -> None:
    """Train the model of a pipeline.config with the Object Detection API, and evaluate it on the way.

    Start it again to go on where it stopped. Ctrl-C ends the step and saves (exit 130, SIGTERM 143, a closed
    terminal 129), twice stops at once. Example: tfodkit train pipeline.config -o run
    """
    from tfodkit.training.train import train

    if variables := from_environment(context):
        typer.echo(f"from the environment: {' '.join(variables)}", err=True)
    result = train(config, output, TrainOptions(**asked(options)))
    best = f"; {result.best}, kept in {result.run / 'best'}" if result.best else ""
    typer.echo(f"trained to step {result.step}, {result.why}{best}")

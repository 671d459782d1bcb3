"""``tfodkit train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    config: Annotated[Path, typer.Argument(help="The pipeline.config, as tfodkit make-config writes it.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The run directory; one that is there goes on.")],
    steps: Annotated[int | None, typer.Option(min=1, help="Train to this step instead of the config's.")] = None,
    eval_every: Annotated[
        int | None,
        typer.Option(min=1, help="Steps between evaluations; a fifth of the run, 1,000 at most, unless given."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of initial weights and shuffling.")] = 0,
    log_every: Annotated[int, typer.Option(min=1, help="Steps between rows of metrics.csv.")] = 10,
) -> None:
    """Train the model of a pipeline.config with the Object Detection API, and evaluate it on the way.

    Start it again to go on where it stopped. Example: tfodkit train pipeline.config -o run
    """
    from tfodkit.training.options import TrainOptions
    from tfodkit.training.train import train

    result = train(config, output, TrainOptions(steps=steps, eval_every=eval_every, seed=seed, log_every=log_every))
    best = f"; {result.best}, kept in {result.run / 'best'}" if result.best else ""
    typer.echo(f"trained to step {result.step}{best}")

"""``tfodkit make-config``: template + records → pipeline.config."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tfodkit.config import MadeConfig


def command(
    *,
    template: Annotated[str, typer.Option(help="A template's name, or the path of a config of your own.")],
    records: Annotated[Path, typer.Option(help="The folder that make-records wrote.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The pipeline.config to write.")],
    weights: Annotated[
        str | None,
        typer.Option(
            help="How often each class's record is drawn: bagel=1.5,mug=1, balanced, sqrt or effective-number:0.999."
        ),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Images a step; the template's, 8 at most, unless given.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Training steps; the template's, 5,000 at most, unless given.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="After the warm-up; the template's, scaled to the batch, unless given.")
    ] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="momentum, adam or rms_prop; the template's unless given.")
    ] = None,
    schedule: Annotated[
        str | None, typer.Option(help="cosine, constant, exponential or multi-step; the template's unless given.")
    ] = None,
    augment: Annotated[
        list[str] | None,
        typer.Option(
            help="In place of the template's steps: NAME, NAME:parameter=value,…, a file.yaml, or a preset: none, "
            "light, ssd, strong, top-down, colour-critical; again for more."
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Fine-tune this: …/ckpt-0, or the folder of a zoo model.")
    ] = None,
    checkpoint_type: Annotated[
        str, typer.Option(help="What to restore: detection (all but the class heads), classification (backbone), full.")
    ] = "detection",
    image_size: Annotated[
        int | None, typer.Option(help="Side of the input in pixels; the template's unless given.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any field of the config, last of all: eval_config.batch_size=4; again for more."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Write a pipeline.config: a template, fitted to your records.

    Example: tfodkit make-config --template ssd_mobilenet_v2_320x320_coco17 --records records -o pipeline.config
    """
    from tfodkit.config import PipelineOptions, make_config

    options = PipelineOptions(
        weights=weights,
        batch_size=batch_size,
        steps=steps,
        learning_rate=learning_rate,
        optimizer=optimizer,
        schedule=schedule,
        augment=tuple(augment) if augment else None,
        image_size=image_size,
        fine_tune_checkpoint=checkpoint,
        fine_tune_checkpoint_type=checkpoint_type,
        overrides=tuple(overrides or ()),
    )
    made = make_config(template, records, output, options, force=force)
    typer.echo(_as_json(made) if as_json else _summary(made))


def _summary(made: MadeConfig) -> str:
    from tfodkit.config.header import classes_table, facts, records_table

    return "\n".join([f"Wrote {made.path}", "", *facts(made), "", *records_table(made), "", *classes_table(made)])


def _as_json(made: MadeConfig) -> str:
    return json.dumps(asdict(made), default=str, ensure_ascii=False, indent=2)

"""``tfodkit make-config``: template + records → pipeline.config."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfodkit.cli.option_flags import asked as given, with_options
from tfodkit.config.options import PipelineOptions
from tfodkit.errors import UsageError

if TYPE_CHECKING:
    from tfodkit.config import MadeConfig

ZOO = "zoo"
"""What --checkpoint takes for the template's own checkpoint of the model zoo."""


@with_options(PipelineOptions)
def command(
    *,
    template: Annotated[str, typer.Option(help="A template's name, or the path of a config of your own.")],
    records: Annotated[Path, typer.Option(help="The folder that make-records wrote.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The pipeline.config to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the output file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    mirror: Annotated[
        str | None, typer.Option(help="Where --checkpoint zoo fetches from, as tfodkit zoo fetch.")
    ] = None,
    **options: Any,
) -> None:
    """Write a pipeline.config: a template, fitted to your records.

    Example: tfodkit make-config --template ssd_mobilenet_v2_320x320_coco17 --records records -o pipeline.config
    """
    from tfodkit.config import make_config

    asked = PipelineOptions(**given(options))
    if options["fine_tune_checkpoint"] == ZOO:
        asked = replace(asked, fine_tune_checkpoint=zoo_checkpoint(template, mirror))
    elif mirror is not None:
        raise UsageError(f"--mirror {mirror}", "has no effect without --checkpoint zoo", "Add that, or leave this out.")
    made = make_config(template, records, output, asked, force=force)
    typer.echo(_as_json(made) if as_json else _summary(made))


def zoo_checkpoint(template: str, mirror: str | None) -> Path:
    """The checkpoint that the zoo has for a template, fetched with progress on standard error unless it is here."""
    from tfodkit.cli.download_progress import download_progress
    from tfodkit.zoo import checkpoint_for

    with download_progress() as watch:
        return checkpoint_for(template, mirror=mirror, watch=watch)


def _summary(made: MadeConfig) -> str:
    from tfodkit.config.header import classes_table, facts, records_table

    return "\n".join([f"Wrote {made.path}", "", *facts(made), "", *records_table(made), "", *classes_table(made)])


def _as_json(made: MadeConfig) -> str:
    return json.dumps(asdict(made), default=str, ensure_ascii=False, indent=2)

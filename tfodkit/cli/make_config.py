"""``tfodkit make-config``: template + records → pipeline.config."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfodkit.config.option_fields import flags_of
from tfodkit.config.options import PipelineOptions

if TYPE_CHECKING:
    from tfodkit.config import MadeConfig


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    """``command`` with a flag for each field of PipelineOptions in place of its keywords, for typer to read.

    All are taken as text: the fields' own readers say what is wrong with one, in our four parts.
    """
    signature = inspect.signature(command, eval_str=True)
    own = [parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    kinds = {True: list[str] | None, False: str | None}
    added = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                kinds[flag.is_repeated],
                typer.Option(flag.name, help=flag.help, metavar=flag.metavar, rich_help_panel=flag.panel or None),
            ],
        )
        for name, flag in flags_of(PipelineOptions).items()
    ]
    command.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    return command


@_with_options
def command(
    *,
    template: Annotated[str, typer.Option(help="A template's name, or the path of a config of your own.")],
    records: Annotated[Path, typer.Option(help="The folder that make-records wrote.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The pipeline.config to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the output file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    **options: Any,
) -> None:
    """Write a pipeline.config: a template, fitted to your records.

    Example: tfodkit make-config --template ssd_mobilenet_v2_320x320_coco17 --records records -o pipeline.config
    """
    from tfodkit.config import make_config

    asked = PipelineOptions(**{name: value for name, value in options.items() if value not in (None, [])})
    made = make_config(template, records, output, asked, force=force)
    typer.echo(_as_json(made) if as_json else _summary(made))


def _summary(made: MadeConfig) -> str:
    from tfodkit.config.header import classes_table, facts, records_table

    return "\n".join([f"Wrote {made.path}", "", *facts(made), "", *records_table(made), "", *classes_table(made)])


def _as_json(made: MadeConfig) -> str:
    return json.dumps(asdict(made), default=str, ensure_ascii=False, indent=2)

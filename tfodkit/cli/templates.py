"""``tfodkit templates``: the ready-made configs, listed or printed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer


def command(
    name: Annotated[str | None, typer.Argument(help="The template to print; all are listed unless given.")] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the facts as JSON; of one template with its text.")
    ] = False,
) -> None:
    """List the ready-made templates, every detection model of the TensorFlow 2 zoo, or print one.

    Example: tfodkit templates ssd_mobilenet_v2_fpnlite_320x320_coco17
    """
    if name is None:
        _list_all(as_json=as_json)
    else:
        _print_one(name, as_json=as_json)


def _list_all(*, as_json: bool) -> None:
    from tfodkit.config.templates import templates
    from tfodkit.reporting.templates_text import template_lines

    found = templates()
    typer.echo(_json([asdict(facts) for facts in found]) if as_json else "\n".join(template_lines(found)))


def _print_one(name: str, *, as_json: bool) -> None:
    from tfodkit.config.templates import ready_template

    template = ready_template(name)
    if as_json:
        typer.echo(_json({**asdict(template.facts()), "text": template.text}))
    else:
        typer.echo(template.text, nl=False)


def _json(values: object) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2)

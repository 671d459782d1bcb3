"""``tfodkit run``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfodkit.cli.progress import image_progress

if TYPE_CHECKING:
    from tfodkit.workflow.work import Work


def command(
    what: Annotated[Path, typer.Argument(help="The folder of labelled pictures, or a work file: work.yaml.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The folder for all that is made; a work file may name it.")
    ] = None,
    *,
    template: Annotated[
        list[str] | None,
        typer.Option(help="A template's name or a config of your own; again for more, each of which is trained."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the steps as JSON, as summary.json has them.")] = False,
) -> None:
    """Make records, a config, a run, an evaluation and an export in one go; what is up to date is skipped.

    A work file holds the options of each step by their flags. Start it again to go on where it stopped. Example:
    tfodkit run photos -o work, or tfodkit run work.yaml
    """
    from tfodkit import files
    from tfodkit.reporting.work_text import work_lines
    from tfodkit.workflow.run import run_work

    work = _work(what, output, tuple(template or ()))
    done = run_work(work, tell=_tell, progress=image_progress)
    lines = "\n".join(work_lines(done))
    files.write_text(work.output / "summary.txt", f"{lines}\n")
    typer.echo(json.dumps([asdict(entry) for entry in done.entries], indent=2) if as_json else lines)


def _work(what: Path, output: Path | None, templates: tuple[str, ...]) -> Work:
    from tfodkit.errors import UsageError
    from tfodkit.workflow.work import USUAL_TEMPLATE, Work
    from tfodkit.workflow.work_file import SUFFIXES, read_work_file

    if what.suffix.lower() in SUFFIXES and what.name != "data.yaml":
        return read_work_file(what, output=output, templates=templates)
    if output is None:
        raise UsageError("--output", "it is missing", "Pass -o FOLDER, for all that is made.")
    return Work(images=what, output=output, templates=templates or (USUAL_TEMPLATE,))


def _tell(text: str) -> None:
    typer.echo(text, err=True)

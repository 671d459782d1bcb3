"""``tfodkit detect``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tfodkit.wording import counted

if TYPE_CHECKING:
    from tfodkit.inference import DetectionRun


def command(
    exported: Annotated[Path, typer.Argument(help="An export folder, a saved_model folder, or a frozen graph's .pb.")],
    images: Annotated[list[Path], typer.Argument(help="Pictures, and folders of pictures.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")],
    threshold: Annotated[float, typer.Option(help="The lowest score that counts, 0 to 1.")] = 0.5,
    format_name: Annotated[
        str | None, typer.Option("--format", help="saved_model or frozen_graph, where the folder holds both.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the folder of an older detection.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts and the files as JSON.")] = False,
) -> None:
    """Find objects in pictures: writes the pictures with boxes drawn, and detections.json.

    Example: tfodkit detect exported photos -o found
    """
    from tfodkit.errors import DataError
    from tfodkit.inference import detect

    with _progress_bar() as bar:
        task = bar.add_task("loading the model", total=None)

        def tell(number: int, count: int, picture: Path) -> None:
            bar.update(task, total=count, completed=number - 1, description=picture.name)

        run = detect(exported, images, output, threshold=threshold, format=format_name, force=force, progress=tell)
    typer.echo(json.dumps(_as_json(run), indent=2, ensure_ascii=False) if as_json else "\n".join(summary_lines(run)))
    if run.problems:
        raise DataError.collect(run.problems)


def summary_lines(run: DetectionRun) -> list[str]:
    """What was found, for a person: pictures, objects of each class, where it all is."""
    counts = run.count_by_class()
    found = sum(len(result.detections) for result in run.results)
    widest = max(map(len, counts), default=0)
    lines = [f"{counted(found, 'object')} in {counted(len(run.results), 'picture')}"]
    lines += [f"  {name:{widest}}  {count:>5}" for name, count in counts.items()]
    if run.problems:
        lines.append(f"{counted(len(run.problems), 'picture')} could not be read")
    lines.append(f"pictures with boxes and detections.json: {run.output}")
    return lines


def _as_json(run: DetectionRun) -> dict[str, Any]:
    return {
        "output": str(run.output),
        "detections": str(run.json_path),
        "pictures": len(run.results),
        "objects_by_class": dict(run.count_by_class()),
        "unreadable": [problem.where for problem in run.problems],
    }


def _progress_bar() -> Progress:
    columns = (TextColumn("{task.description}", markup=False), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)

"""``tfodkit compare-runs``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def command(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Two or more: folders of runs that were evaluated, or reports of tfodkit eval."),
    ],
    *,
    threshold: Annotated[
        float | None,
        typer.Option(help="The lowest score of a detection that finds an object; each run's best unless given."),
    ] = None,
    samples: Annotated[int, typer.Option(min=1, help="How often the images are drawn anew.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of these draws.")] = 0,
    level: Annotated[float, typer.Option(help="Of the intervals: 0.95 is 95 percent.")] = 0.95,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A picture to draw: the classes' differences, a .png.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="A .csv to write, with a row for each figure and class.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there of --output and --csv.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, all pictures too.")] = False,
) -> None:
    """Compare runs with the first: mAP with intervals, classes and pictures that changed, steps, time and configs.

    All must have been evaluated on the same images. Boxes are compared, no masks or keypoints.
    Nothing is detected again.
    Example: tfodkit compare-runs run other_run -o difference.png
    """
    from tfodkit.files import refuse_existing_file, write_text
    from tfodkit.plots import check_plot_output
    from tfodkit.reporting.compare_runs_plot import plot_comparison
    from tfodkit.reporting.compare_runs_tables import comparison_csv, comparison_json
    from tfodkit.reporting.compare_runs_text import comparison_lines
    from tfodkit.workflow.compare_runs import compare_runs

    if output:
        check_plot_output(output, force=force)
    if csv:
        refuse_existing_file(csv, force=force)
    comparison = compare_runs(*runs, threshold=threshold, samples=samples, seed=seed, level=level, tell=_tell)
    if output:
        plot_comparison(comparison, output)
    if csv:
        write_text(csv, comparison_csv(comparison))
    if as_json:
        typer.echo(json.dumps(comparison_json(comparison), indent=2, ensure_ascii=False))
        return
    typer.echo("\n".join(comparison_lines(comparison)))
    for path in filter(None, (output, csv)):
        typer.echo(f"written: {path}")


def _tell(text: str) -> None:
    typer.echo(f"{text} …", err=True)

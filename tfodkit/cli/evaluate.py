"""``tfodkit eval``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tfodkit.cli.progress import StageProgress


def command(
    model: Annotated[
        Path | None,
        typer.Argument(help="The run directory of tfodkit train, or an exported model.", show_default=False),
    ] = None,
    *,
    which: Annotated[str, typer.Option(help="The checkpoint of a run: best, last, averaged or a step.")] = "best",
    records: Annotated[
        Path | None, typer.Option(help="The records that an exported model is to look at; their validation images.")
    ] = None,
    detections: Annotated[
        Path | None, typer.Option(help="In place of a model: COCO's results, or detections.json of tfodkit detect.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="What these are held against: a COCO .json, records, or a folder of VOC .xml.")
    ] = None,
    images: Annotated[
        Path | None, typer.Option(help="The folder of the pictures of --truth, where it is not near.")
    ] = None,
    threshold: Annotated[float, typer.Option(help="The lowest score that counts in the tables, 0 to 1.")] = 0.5,
    iou: Annotated[float, typer.Option(help="The lowest IoU of a right box in the tables, up to 1.")] = 0.5,
    samples: Annotated[int, typer.Option(min=1, help="How often the images are drawn anew for the intervals.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of these draws.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="The folder of the report; RUN/report or NAME-report unless given.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write the report, or print the text only.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace an older report.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON, as in results.json.")] = False,
) -> None:
    """Hold a model's detections against the labels: figures, tables, causes of mistakes, and a report to look at.

    Example: tfodkit eval run
    Of any model: tfodkit eval --detections results.json --truth instances.json
    """
    from tfodkit.errors import UsageError
    from tfodkit.evaluation.analysis import AnalysisOptions
    from tfodkit.evaluation_report.results import results
    from tfodkit.reporting.evaluation_text import analysis_lines
    from tfodkit.training.run_directory import parse_which
    from tfodkit.workflow.evaluate import evaluate

    if records is not None and truth is not None:
        raise UsageError("--records", "--truth is given too", "Pass one of them.")
    if output is not None and not report:
        raise UsageError("--no-report", "--output is given too", "Leave one of them out.")
    if force and not report:
        raise UsageError(
            "--no-report", "--force is given too, but no report is to be replaced", "Leave one of them out."
        )
    with StageProgress() as progress:
        evaluated = evaluate(
            model,
            which=parse_which(which),
            detections=detections,
            truth=records or truth,
            images=images,
            options=AnalysisOptions(threshold, iou, samples, seed),
            output=(output or _usual_output(model, detections, is_run=not (records or truth))) if report else None,
            force=force,
            told=progress,
        )
    for note in evaluated.notes:
        typer.echo(note, err=True)
    if as_json:
        typer.echo(json.dumps(results(evaluated.analysis, evaluated.subject), indent=1, ensure_ascii=False))
        return
    typer.echo("\n".join(analysis_lines(evaluated.analysis)))
    if evaluated.report is not None:
        typer.echo(f"\nreport: {evaluated.report.page}")


def _usual_output(model: Path | None, detections: Path | None, *, is_run: bool) -> Path | None:
    """In the run's folder; of what else is evaluated, in the present folder, called after it."""
    from tfodkit.training.run_directory import RunDirectory

    if model is not None and is_run:
        return RunDirectory(model).report_path
    subject = detections or model
    return None if subject is None else Path(f"{subject.stem}-report")

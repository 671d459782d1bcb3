"""``tfodkit compare``: two sets of labels of the same pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfodkit.wording import counted

if TYPE_CHECKING:
    from tfodkit.evaluation_report.suspects_list import SuspectFiles


def command(
    a: Annotated[
        Path,
        typer.Argument(
            help="Annotations: a folder of VOC XML (turned boxes, too) or YOLO text, a COCO .json or a .csv."
        ),
    ],
    b: Annotated[
        Path,
        typer.Argument(
            help="Annotations of the same pictures, or detections: the folder of tfodkit detect or of a report of eval."
        ),
    ],
    *,
    iou: Annotated[
        float, typer.Option(help="From this overlap on two boxes are the same object, whatever their classes.")
    ] = 0.5,
    threshold: Annotated[
        float, typer.Option(help="The lowest score of a detection that is compared; suspicions look at all.")
    ] = 0.5,
    images: Annotated[
        Path | None, typer.Option(help="The folder of the pictures: for YOLO's boxes, and to copy suspects from.")
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="voc, coco, yolo or csv, where a folder holds several of them.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A picture to draw: the histogram of IoUs, a .png.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="A .csv to write, with a row for each picture.")] = None,
    suspects: Annotated[
        Path | None,
        typer.Option(
            help="A folder to write: the labels in A that detections in B contradict, most doubtful first, as pictures "
            "and XML to open in labelImg; each suspicion is a box whose label ends with a question mark."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what is there of --output, --csv, --suspects.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, box by box.")] = False,
) -> None:
    """Compare two sets of labels: matched boxes, mean IoU, classes that differ, boxes that only one set has.

    Pictures are paired by name, with or without extension and folders. For suspects, take a model that was not trained
    on these very pictures, and its detections from a low score on, such as detect --threshold 0.1.

    Example: tfodkit compare pictures found/detections.json --suspects suspects
    """
    from tfodkit.evaluation_report.suspects_list import CSV_NAME
    from tfodkit.files import refuse_existing, refuse_existing_file, write_text
    from tfodkit.plots import check_plot_output
    from tfodkit.reporting.agreement_plot import plot_agreement
    from tfodkit.reporting.agreement_tables import agreement_csv, agreement_json
    from tfodkit.reporting.agreement_text import agreement_lines
    from tfodkit.workflow.compare import compare, write_label_suspects

    if output:
        check_plot_output(output, force=force)
    if csv:
        refuse_existing_file(csv, force=force)
    if suspects:
        refuse_existing(suspects, force=force, marker=CSV_NAME)
    comparison = compare(a, b, iou=iou, threshold=threshold, images=images, format=format_name)
    written = write_label_suspects(comparison, suspects, images=images, force=force) if suspects else None
    if output:
        plot_agreement(comparison.agreement, f"{a.name} and {b.name}", output)
    if csv:
        write_text(csv, agreement_csv(comparison))
    if as_json:
        values = agreement_json(comparison) | ({"suspects": _as_json(written)} if written else {})
        typer.echo(json.dumps(values, indent=2, ensure_ascii=False))
        return
    typer.echo("\n".join(agreement_lines(comparison)))
    for path in (path for path in (output, csv) if path):
        typer.echo(f"written: {path}")
    if written:
        typer.echo("\n".join(_suspect_lines(written)))


def _suspect_lines(written: SuspectFiles) -> list[str]:
    if not written.suspects:
        return [f"no label is suspected: {written.folder} says so"]
    lines = [
        f"{counted(written.suspects, 'suspected label')} in {counted(written.images, 'picture')}: {written.folder}"
    ]
    if not written.pictures:
        lines.append("the pictures were not found: pass --images to have them at hand, or name their folder in")
    return [*lines, f"  {written.command}"]


def _as_json(written: SuspectFiles) -> dict[str, Any]:
    return {
        "folder": str(written.folder),
        "suspects": written.suspects,
        "images": written.images,
        "pictures": written.pictures,
        "command": written.command,
    }

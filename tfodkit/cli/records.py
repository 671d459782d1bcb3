"""``tfodkit records``: what is in records, whether they are sound, how they look, and back to images and XML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from tfodkit.cli.progress import image_progress

Place = Annotated[
    Path, typer.Argument(help='A records folder, a record file, or a pattern in quotes: "records/val_*.record-*".')
]
LabelMap = Annotated[
    Path | None, typer.Option(help="The label map that belongs to the records; the one beside them unless given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")]

app = typer.Typer(no_args_is_help=True, help="Look into records: info, verify, show, extract.")


@app.command("info")
def info(place: Place, label_map: LabelMap = None, as_json: AsJson = False) -> None:
    """Count what records hold: images, boxes and their sizes by class and split, files, what was left out.

    Example: tfodkit records info records
    """
    from tfodkit.records.info import summarize
    from tfodkit.reporting.records_text import info_lines

    found = summarize(place, label_map=label_map)
    if as_json:
        _print_json(found.to_json())
        return
    typer.echo("\n".join(info_lines(found)))


@app.command("verify")
def verify(
    place: Place,
    label_map: LabelMap = None,
    *,
    num_classes: Annotated[
        int | None, typer.Option(help="Of the model's config; the label map's highest id unless given.", min=1)
    ] = None,
    max_boxes: Annotated[
        int | None,
        typer.Option(
            help="max_number_of_boxes of the config's reader; 100 unless given, or all beside a manifest.", min=1
        ),
    ] = None,
    decode: Annotated[bool, typer.Option("--decode", help="Decode every image to its last pixel.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check every checksum, the manifest and the label map, and prove that the trainer sees every box.

    Example: tfodkit records verify records
    """
    from tfodkit.errors import RecordError
    from tfodkit.records.verification import verify_records
    from tfodkit.reporting.records_text import verification_lines

    with image_progress() as progress:
        found = verify_records(
            place,
            label_map=label_map,
            num_classes=num_classes,
            max_boxes=max_boxes,
            decode=decode,
            progress=progress,
        )
    if as_json:
        _print_json(found.to_json())
    else:
        typer.echo("\n".join(verification_lines(found)))
    if found.problems:
        raise RecordError.collect(found.problems)


@app.command("show")
def show(
    place: Place,
    output: Annotated[Path, typer.Option("-o", "--output", help="The sheet to draw: a .jpg or .png.")],
    *,
    per_class: Annotated[int, typer.Option(help="Images of each class.", min=1)] = 8,
    seed: Annotated[int, typer.Option(help="Draws which images.")] = 0,
    classes: Annotated[
        list[str] | None, typer.Option("--class", help="Show this class alone; may be given several times.")
    ] = None,
    label_map: LabelMap = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Draw a contact sheet: some images of each class with their boxes.

    Example: tfodkit records show records -o sheet.jpg
    """
    from tfodkit.reporting.sheet import draw_sheet
    from tfodkit.wording import counted

    sheet = draw_sheet(
        place, output, per_class=per_class, seed=seed, classes=classes or (), label_map=label_map, force=force
    )
    typer.echo(f"{counted(sheet.images, 'image')} of {counted(sheet.classes, 'class')}: {sheet.path}")
    for name in sheet.undecoded:
        typer.echo(f"warning: {name} can't be decoded; tfodkit records verify --decode says why", err=True)


@app.command("extract")
def extract(
    place: Place,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")],
    *,
    label_map: LabelMap = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the folder of an older extraction.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write images back as they were recorded, with XML that labelImg opens, and lists of the splits.

    Example: tfodkit records extract records -o pictures
    """
    from tfodkit.records.extract import extract_records
    from tfodkit.reporting.records_text import extraction_lines

    with image_progress() as progress:
        done = extract_records(place, output, label_map=label_map, force=force, progress=progress)
    if as_json:
        _print_json(done.to_json())
        return
    typer.echo("\n".join(extraction_lines(done)))


def _print_json(values: dict[str, Any]) -> None:
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2))

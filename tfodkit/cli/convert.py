"""``tfodkit convert``: annotations in another format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfodkit.cli import data_flags as flags
from tfodkit.cli.progress import image_progress

if TYPE_CHECKING:
    from tfodkit.dataset.convert import ConvertReport

SHOWN_PLACES = 5
TITLES = {"voc": "VOC XML", "coco": "COCO JSON", "yolo": "YOLO text", "csv": "a CSV"}


def command(
    data: flags.ImageFolder,
    to: Annotated[str, typer.Option(help="voc, coco, yolo or csv.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")],
    *,
    annotations: flags.Annotations = None,
    format_name: flags.Format = None,
    clip_boxes: flags.ClipBoxes = False,
    drop_invalid: flags.DropInvalid = False,
    exif: flags.Exif = None,
    repair_images: flags.RepairImages = False,
    repair_sizes: flags.RepairSizes = False,
    copy_images: Annotated[
        bool, typer.Option("--copy-images", help="Copy the images, too: beside the XML files, else into images/.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the folder of an older conversion.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Write annotations in another format, and count what it can't hold.

    Example: tfodkit convert pictures --to coco -o converted
    """
    from tfodkit.dataset.convert import convert

    policies = flags.policies_of(
        clip_boxes=clip_boxes,
        drop_invalid=drop_invalid,
        exif=exif,
        repair_images=repair_images,
        repair_sizes=repair_sizes,
    )
    with image_progress() as progress:
        report = convert(
            data,
            output,
            to=to,
            annotations=annotations,
            format=format_name,
            policies=policies,
            images="copy" if copy_images else "none",
            force=force,
            progress=progress,
        )
    for line in _warnings(report):
        typer.echo(f"warning: {line}", err=True)
    typer.echo(report.to_json() if as_json else _summary(report), nl=not as_json)


def _warnings(report: ConvertReport) -> Iterator[str]:
    from tfodkit.findings import by_rule

    for rule, found in by_rule(report.findings).items():
        for outcome in sorted({finding.outcome for finding in found}):
            places = [finding.place for finding in found if finding.outcome is outcome]
            hidden = len(places) - SHOWN_PLACES
            shown = [*places[:SHOWN_PLACES], *([f"… and {hidden} more"] if hidden > 0 else [])]
            yield f"{len(places)} {rule.name} ({outcome}): {', '.join(shown)} [{rule.code}]"
    for loss in report.losses:
        yield f"{loss.count} {loss.what} lost: {TITLES[report.target_format]} can't hold them"


def _summary(report: ConvertReport) -> str:
    source, target = TITLES[report.source_format], TITLES[report.target_format]
    return f"wrote {source} as {target} to {report.output} (images: {report.images}, objects: {report.objects})"

"""``tfodkit check``: what is wrong with labelled pictures, or with a config."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfodkit.cli import data_flags as flags
from tfodkit.cli.check_config import check_config, is_config
from tfodkit.cli.progress import image_progress

if TYPE_CHECKING:
    from tfodkit.dataset.check import CheckReport
    from tfodkit.dataset.input_size import InputSize
    from tfodkit.dataset.policies import Policies


def command(
    context: typer.Context,
    data: flags.ImageFolderOrConfig,
    *,
    annotations: flags.Annotations = None,
    format_name: flags.Format = None,
    label_map: Annotated[
        Path | None, typer.Option(help="A label_map.pbtxt: objects of other classes are errors.")
    ] = None,
    template: Annotated[
        str | None, typer.Option(help="A template or config: boxes that are tiny at its input size are found.")
    ] = None,
    few_images: Annotated[int, typer.Option(help="A class in fewer images is said to be rare.", min=0)] = 10,
    fix: Annotated[
        Path | None,
        typer.Option(help="Write mended copies into this folder: boxes clipped, pictures upright and encoded again."),
    ] = None,
    clip_boxes: flags.ClipBoxes = False,
    drop_invalid: flags.DropInvalid = False,
    exif: flags.Exif = None,
    repair_images: flags.RepairImages = False,
    repair_sizes: flags.RepairSizes = False,
    verify: flags.Verify = "full",
    workers: flags.Workers = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show every place, not the first few of a kind.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings, too, end with exit code 1.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the folder of an older --fix.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Find what is wrong with labelled pictures, or with a pipeline.config, before a trainer does. Nothing is changed.

    Exit code 1 where there are errors. With --fix mended copies are written elsewhere, by default with --clip-boxes,
    --exif apply, --repair-images and --repair-sizes. A config is held to its records and its label map; of the flags it
    takes --all, --strict and --json.

    Example: tfodkit check images --annotations annotations
    """
    if is_config(data):
        if not check_config(context, data, show_all=show_all, strict=strict, as_json=as_json):
            sys.exit(1)
        return
    from tfodkit.dataset.check import CheckOptions, check
    from tfodkit.dataset.label_map import read_label_map

    mends = fix is not None
    options = CheckOptions(
        policies=flags.policies_of(
            clip_boxes=clip_boxes or mends,
            drop_invalid=drop_invalid,
            exif=exif or ("apply" if mends else None),
            repair_images=repair_images or mends,
            repair_sizes=repair_sizes or mends,
        ),
        label_map=None if label_map is None else read_label_map(label_map),
        input_size=None if template is None else _input_size(template),
        few_images=few_images,
        decode=flags.decodes(verify),
        workers=workers,
    )
    with image_progress() as progress:
        report = check(data, annotations=annotations, format=format_name, options=options, progress=progress)
    if as_json:
        typer.echo(json.dumps(_as_json(report), indent=2, ensure_ascii=False))
    else:
        _print(report, show_all=show_all)
    if fix is not None and report.is_sound:
        _write_mended(report, data, fix, annotations=annotations, policies=options.policies, force=force)
    if _fails(report, strict=strict):
        sys.exit(1)


def _fails(report: CheckReport, *, strict: bool) -> bool:
    from tfodkit.findings import Severity

    return not report.is_sound or (strict and report.counts[Severity.WARNING] > 0)


def _print(report: CheckReport, *, show_all: bool) -> None:
    from tfodkit.reporting.findings_text import SHOWN_PLACES, check_lines

    for line in check_lines(report, shown=None if show_all else SHOWN_PLACES):
        typer.echo(line)


def _write_mended(
    report: CheckReport, data: Path, folder: Path, *, annotations: Path | None, policies: Policies, force: bool
) -> None:
    """A conversion into the format that the annotations have."""
    from tfodkit.dataset.convert import convert

    name = report.survey.format
    with image_progress("copying") as progress:
        written = convert(
            data,
            folder,
            to=name,
            annotations=annotations,
            format=name,
            policies=policies,
            images="copy",
            force=force,
            progress=progress,
        )
    mended = sum(image.mend is not None for image in report.survey.images)
    typer.echo(f"wrote {written.images} images, {mended} of them mended, and their annotations to {folder}", err=True)
    for loss in written.losses:
        typer.echo(f"warning: {loss.count} {loss.what} could not be written", err=True)


def _input_size(template: str) -> InputSize | None:
    from tfodkit.config.model.image_size import input_size
    from tfodkit.config.templates import read_template

    found = read_template(template)
    return input_size(found.message(), str(found.path))


def _as_json(report: CheckReport) -> dict[str, Any]:
    from collections import Counter

    from tfodkit.dataset.check import finding_values

    images = report.survey.images
    boxes = Counter(item.label for image in images for item in image.annotation.objects)
    return {
        "format": report.survey.format,
        "images": len(images),
        "boxes": {label: boxes[label] for label in sorted(boxes)},
        "counts": {str(severity): count for severity, count in report.counts.items()},
        "is_sound": report.is_sound,
        "findings": [finding_values(finding) for finding in report.findings],
    }

"""``tfodkit export``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfodkit.wording import byte_words

if TYPE_CHECKING:
    from tfodkit.exporting import ExportManifest
    from tfodkit.exporting.manifest import Parity


def command(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|CHECKPOINT", help="The run directory of tfodkit train; or a checkpoint, such as model/ckpt-0."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")],
    *,
    which: Annotated[
        str | None,
        typer.Option(help="The checkpoint of a run: best, last, averaged or a step; best unless given."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="The checkpoint's pipeline.config; looked for beside it and above.")
    ] = None,
    label_map: Annotated[
        Path | None, typer.Option(help="The checkpoint's label map; label_map.pbtxt beside it or above unless given.")
    ] = None,
    formats: Annotated[
        str | None, typer.Option(help="The forms, by name, with commas between; all that can hold the model else.")
    ] = None,
    score_threshold: Annotated[
        float | None, typer.Option(metavar="SCORE", help="The lowest score that the exported model gives.")
    ] = None,
    nms_iou: Annotated[
        float | None, typer.Option(metavar="IOU", help="Of two boxes of a class that overlap so much, the lower goes.")
    ] = None,
    max_detections: Annotated[
        int | None, typer.Option(metavar="N", help="The most detections of a picture, of one class or of many.")
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(metavar="N", help="Give the SavedModel a signature, fixed, that takes N pictures and no other."),
    ] = None,
    input_size: Annotated[
        str | None, typer.Option(metavar="SIZE", help="The pictures' size in that signature: 640, or 640x480.")
    ] = None,
    pictures: Annotated[
        int, typer.Option(metavar="N", help="Validation pictures, at most, on which each form is compared.")
    ] = 64,
    force: Annotated[bool, typer.Option("--force", help="Replace an older export folder.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the content of export.json.")] = False,
) -> None:
    """Export a checkpoint in every form that can hold it, each compared with it on validation pictures.

    Example: tfodkit export run -o exported --score-threshold 0.3
    """
    from tfodkit.exporting import DetectionLimits, ExportOptions, ExportSource, FixedInput, export_checkpoint
    from tfodkit.exporting.options import parse_sides
    from tfodkit.training.run_directory import parse_which

    options = ExportOptions(
        formats=None if formats is None else tuple(filter(None, formats.split(","))),
        pictures=pictures,
        limits=DetectionLimits(score_threshold, nms_iou, max_detections),
        fixed=FixedInput(batch, None if input_size is None else parse_sides(input_size)),
    )
    asked = None if which is None else parse_which(which)
    source = ExportSource.find(model, which=asked, config=config, label_map=label_map)
    manifest = export_checkpoint(source, output, options=options, force=force, progress=_tell)
    if as_json:
        typer.echo(json.dumps(manifest.to_json(), indent=2, ensure_ascii=False))
        return
    typer.echo("\n".join(summary_lines(manifest)))


def summary_lines(manifest: ExportManifest) -> list[str]:
    """The export for a person: the folder, what lies right in it with sizes, and the comparison."""
    sizes: dict[str, int] = {}
    for file in manifest.files:
        name, slash, _ = file.path.partition("/")
        sizes[name + slash] = sizes.get(name + slash, 0) + file.bytes
    widest = max(map(len, sizes), default=0)
    lines = [f"{manifest.checkpoint} → {manifest.path}"]
    lines += [f"  {name:{widest}}  {byte_words(count):>9}" for name, count in sizes.items()]
    if manifest.averaged:
        lines.append("  weights: their moving averages")
    if manifest.checkpoint_map is not None:
        lines.append(
            f"checkpoint: mAP {manifest.checkpoint_map:.4f} on {manifest.parity[0].images} validation pictures"
        )
    lines += [_parity_line(parity, manifest.parity_pictures) for parity in manifest.parity]
    lines += [f"{_words(name)}: not written: {reason}" for name, reason in manifest.refused.items()]
    return lines


def _parity_line(parity: Parity, pictures: str) -> str:
    if parity.box_difference is None:
        compared = f"finds {parity.found_again} of the {parity.sure} objects that the checkpoint is sure of"
    else:
        compared = (
            f"same as the checkpoint in {parity.images} pictures ({pictures}), {parity.detections} detections; "
            f"scores within {parity.score_difference:.1g}, boxes within {parity.box_difference:.1g}"
        )
    mean_ap = "" if parity.map is None else f"; mAP {parity.map:.4f}"
    return f"{_words(parity.format)}: {compared}{mean_ap}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _tell(message: str) -> None:
    typer.echo(f"{message} …", err=True)

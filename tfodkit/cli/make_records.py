"""``tfodkit make-records``: labelled images → records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfodkit.cli import data_flags as flags
from tfodkit.cli.progress import image_progress

if TYPE_CHECKING:
    from tfodkit.records import RecordManifest
    from tfodkit.records.options import Grouping


def command(
    images: flags.ImageFolder,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The records folder to write.")],
    annotations: flags.Annotations = None,
    format_name: flags.Format = None,
    split: Annotated[
        str,
        typer.Option(help="The share of images to train on, the rest validates; or 70/20/10 to keep some for test."),
    ] = "0.8",
    split_lists: Annotated[
        Path | None,
        typer.Option(
            "--split-lists", help="A folder of train.txt and val.txt, as ImageSets/Main, or a file: name split."
        ),
    ] = None,
    group_by: Annotated[
        str | None,
        typer.Option(help=r"Images that stay in one split: folder, or an expression on their names: (video\d+)_."),
    ] = None,
    near_duplicates: Annotated[
        bool, typer.Option("--near-duplicates/--no-near-duplicates", help="Keep pictures that look alike in one split.")
    ] = True,
    seed: Annotated[int, typer.Option(help="Draws which images train and which validate.")] = 0,
    label_map: Annotated[
        Path | None, typer.Option(help="A label_map.pbtxt with the classes and ids; else by name, from 1.")
    ] = None,
    single: Annotated[bool, typer.Option("--single", help="One record a split, not one a class and split.")] = False,
    by_folder: Annotated[bool, typer.Option("--by-folder", help="One record a folder and split.")] = False,
    shard_size: Annotated[
        str | None, typer.Option(help="Cut records into shards of this size, such as 100MB; whole unless given.")
    ] = None,
    clip_boxes: flags.ClipBoxes = False,
    drop_invalid: flags.DropInvalid = False,
    exif: flags.Exif = None,
    repair_images: flags.RepairImages = False,
    repair_sizes: flags.RepairSizes = False,
    verify: flags.Verify = "full",
    workers: flags.Workers = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older records folder.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest instead of the tables.")] = False,
) -> None:
    """Check labelled images and write them as TFRecords, by default one per class and split.

    Images are split first; each is written once, to the record of the rarest class among its objects. Where the folder
    already holds what would be written, nothing is. tfodkit check finds what is wrong without writing anything.

    Example: tfodkit make-records images --annotations annotations -o records
    """
    from tfodkit.dataset.label_map import read_label_map
    from tfodkit.dataset.shares import SplitShares
    from tfodkit.records import RecordOptions, make_records
    from tfodkit.records.shard_sizes import parse_shard_size

    options = RecordOptions(
        shares=SplitShares.parse(split),
        seed=seed,
        lists=split_lists,
        group_by=group_by,
        near_duplicates=near_duplicates,
        grouping=_grouping(single=single, by_folder=by_folder),
        shard_bytes=None if shard_size is None else parse_shard_size(shard_size),
        policies=flags.policies_of(
            clip_boxes=clip_boxes,
            drop_invalid=drop_invalid,
            exif=exif,
            repair_images=repair_images,
            repair_sizes=repair_sizes,
        ),
        verify="full" if flags.decodes(verify) else "header",
        label_map=None if label_map is None else read_label_map(label_map),
        workers=workers,
    )
    with image_progress() as progress:
        manifest = make_records(
            images, output, options, annotations=annotations, format=format_name, force=force, progress=progress
        )
    _warn(manifest)
    if as_json:
        typer.echo(manifest.to_json(), nl=False)
    else:
        _print(manifest, output)


def _warn(manifest: RecordManifest) -> None:
    from tfodkit.reporting.made_records_text import warning_lines

    for line in warning_lines(manifest):
        typer.echo(line, err=True)


def _print(manifest: RecordManifest, output: Path) -> None:
    from rich.console import Console

    from tfodkit.reporting.made_records_text import proof_table, split_table

    console = Console(highlight=False, markup=False)
    console.print(split_table(manifest))
    if proof := proof_table(manifest):
        console.print(proof)
    names = {"train": "training", "val": "validation", "test": "test"}
    counts = [f"{len(manifest.files_of(split))} {names[split]}" for split in manifest.splits]
    records = f"{', '.join(counts[:-1])} and {counts[-1]} records, label map and manifest"
    unchanged = f"unchanged: {output} holds these {records}"
    typer.echo(unchanged if manifest.is_unchanged else f"wrote {records} to {output}")


def _grouping(*, single: bool, by_folder: bool) -> Grouping:
    from tfodkit.errors import UsageError

    if single and by_folder:
        raise UsageError("--single --by-folder", "only one of them can be meant", "Leave one of them out.")
    return "single" if single else "folder" if by_folder else "class"

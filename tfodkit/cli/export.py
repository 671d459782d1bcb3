"""``tfodkit export``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfodkit.wording import byte_words

if TYPE_CHECKING:
    from tfodkit.exporting import ExportManifest


def command(
    run: Annotated[Path, typer.Argument(help="The run directory of tfodkit train.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")],
    which: Annotated[str, typer.Option(help="The checkpoint: best, last or averaged.")] = "best",
    force: Annotated[bool, typer.Option("--force", help="Replace an older export folder.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the content of export.json.")] = False,
) -> None:
    """Export a checkpoint as SavedModel and frozen graph, each compared with it on validation pictures.

    Example: tfodkit export run -o exported
    """
    from tfodkit.exporting import export
    from tfodkit.training.run_directory import parse_which

    manifest = export(run, output, which=parse_which(which), force=force, progress=_tell)
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
    lines += [
        f"{parity.format.replace('_', ' ')}: same as the checkpoint in {parity.images} pictures "
        f"({manifest.parity_pictures}), {parity.detections} detections; "
        f"scores within {parity.score_difference:.1g}, boxes within {parity.box_difference:.1g}"
        for parity in manifest.parity
    ]
    return lines


def _tell(message: str) -> None:
    typer.echo(f"{message} …", err=True)

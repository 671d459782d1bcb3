"""``tfodkit make-records``: labelled images → records."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from tfodkit.records import Affected, RecordManifest

SHOWN_NAMES = 20
SECONDS_BETWEEN_LINES = 10.0


def command(
    images: Annotated[Path, typer.Argument(help="The folder of the images.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The records folder to write.")],
    annotations: Annotated[
        Path | None, typer.Option(help="The folder of the XML files; beside the images unless given.")
    ] = None,
    split: Annotated[float, typer.Option(help="The share of images to train on; the rest validates.")] = 0.8,
    seed: Annotated[int, typer.Option(help="Draws which images train and which validate.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace an older records folder.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest instead of the table.")] = False,
) -> None:
    """Check images and their labelImg XML, and write them as TFRecords, one per class and split.

    Example: tfodkit make-records images -o records
    """
    from tfodkit.dataset import SplitShares
    from tfodkit.records import RecordOptions, make_records

    options = RecordOptions(shares=SplitShares.parse(f"{split:g}"), seed=seed)
    with _progress() as progress:
        manifest = make_records(images, output, options, annotations=annotations, force=force, progress=progress)
    _warn(manifest)
    if as_json:
        typer.echo(manifest.to_json(), nl=False)
        return
    _print_summary(manifest, output)


def _print_summary(manifest: RecordManifest, output: Path) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(_table(manifest))
    train, val = (len(manifest.files_of(split)) for split in ("train", "val"))
    records = f"{train} training and {val} validation records, label map and manifest"
    typer.echo(
        f"unchanged: {output} holds these {records}" if manifest.is_unchanged else f"wrote {records} to {output}"
    )


def _table(manifest: RecordManifest) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_footer=True)
    table.add_column("id", justify="right")
    table.add_column("class", "all", overflow="fold")
    for split in manifest.splits:
        boxes = manifest.boxes(split)
        table.add_column(f"{split} images", str(manifest.images(split)), justify="right", overflow="fold")
        table.add_column(f"{split} boxes", str(sum(boxes.values())), justify="right", overflow="fold")
    counts = [count for split in manifest.splits for count in (manifest.images_with(split), manifest.boxes(split))]
    for name, class_id in manifest.label_map.ids().items():
        table.add_row(str(class_id), Text(name), *(str(of_class[name]) for of_class in counts))
    without = [_without_objects(manifest, split) for split in manifest.splits]
    if any(without):
        table.add_row("", "no objects", *(text for images in without for text in (str(images), "0")))
    return table


def _without_objects(manifest: RecordManifest, split: str) -> int:
    from tfodkit.records.manifest import BACKGROUND

    return sum(file.images for file in manifest.files_of(split) if file.group == BACKGROUND)


def _warn(manifest: RecordManifest) -> None:
    for dropped in manifest.dropped:
        _say(f"warning: left out {dropped.count} {dropped.reason}: {_names(dropped)}")
    for split in manifest.splits:
        for name, images in manifest.images_with(split).items():
            if not images:
                _say(f'warning: no {split} image shows "{name}": label more images of it')


def _names(dropped: Affected) -> str:
    hidden = dropped.count - SHOWN_NAMES
    return ", ".join([*dropped.where[:SHOWN_NAMES], *([f"… and {hidden} more"] if hidden > 0 else [])])


def _say(line: str) -> None:
    typer.echo(line, err=True)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, lines from time to time elsewhere; always to standard error."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("images", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Lines:
    """Progress as plain lines, none for what ends soon."""

    def __init__(self) -> None:
        self._start = self._said = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            rate = done / (now - self._start)
            _say(f"{done} of {total} images, {rate:.0f} a second, {(total - done) / rate:.0f} s to go")

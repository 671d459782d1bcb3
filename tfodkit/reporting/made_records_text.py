"""What make-records wrote, as text for a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfodkit.records.manifest import BACKGROUND, Affected, RecordManifest

if TYPE_CHECKING:
    from rich.table import Table

SHOWN_NAMES = 20


def split_table(manifest: RecordManifest) -> Table:
    """Images and boxes of each class in each split."""
    from rich.text import Text

    table = _table()
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


def proof_table(manifest: RecordManifest) -> Table | None:
    """Boxes in the annotations against those that the trainer sees, and why the others are lost; None without proof."""
    from rich.text import Text

    if manifest.proof is None:
        return None
    seen: Counter[str] = Counter({row.label: row.seen for row in manifest.proof.totals()})
    annotated = dict(manifest.annotated)
    reasons: dict[str, list[str]] = defaultdict(list)
    for lost in manifest.lost:
        reasons[lost.label].append(f"{lost.reason}: {lost.count}")
    table = _table()
    table.add_column("class", "all", overflow="fold")
    table.add_column("boxes annotated", str(sum(annotated.values())), justify="right")
    table.add_column("seen by the trainer", str(seen.total()), justify="right")
    table.add_column("lost", str(sum(annotated.values()) - seen.total()), justify="right")
    if reasons:
        table.add_column("because of", overflow="fold")
    for name in sorted(annotated):
        why = [Text("; ".join(reasons[name]))] if reasons else []
        table.add_row(Text(name), str(annotated[name]), str(seen[name]), str(annotated[name] - seen[name]), *why)
    return table


def warning_lines(manifest: RecordManifest) -> Iterator[str]:
    """What was left out and changed, each by name, and what somebody should look at."""
    kinds = ((manifest.dropped, "left out "), (manifest.changed, "changed "), (manifest.warnings, ""))
    for affected, verb in kinds:
        for item in affected:
            yield f"warning: {verb}{item.count} {item.reason}{_code(item)}: {_names(item)}"


def _code(item: Affected) -> str:
    return f" [{item.code}]" if item.code else ""


def _names(item: Affected) -> str:
    hidden = item.count - SHOWN_NAMES
    return ", ".join([*item.where[:SHOWN_NAMES], *([f"… and {hidden} more"] if hidden > 0 else [])])


def _without_objects(manifest: RecordManifest, split: str) -> int:
    return sum(file.images for file in manifest.files_of(split) if file.group == BACKGROUND)


def _table() -> Table:
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, show_footer=True)

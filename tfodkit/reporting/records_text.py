"""What records hold, and what is wrong with them, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tfodkit.records.columns import aligned
from tfodkit.records.extract import Extraction
from tfodkit.records.info import ClassInfo, RecordsInfo
from tfodkit.records.manifest import Affected
from tfodkit.records.verification import Verification
from tfodkit.wording import byte_words, counted

SHOWN_SIZES, SHOWN_PLACES, SHOWN_FILES = 5, 5, 40

_CLASS_TITLES = ("split", "class", "images", "boxes", "smallest px", "middle", "largest", "small", "medium", "large")


def info_lines(info: RecordsInfo) -> Iterator[str]:
    """All figures, most important first."""
    images, boxes = sum(file.images for file in info.files), sum(file.boxes for file in info.files)
    size = byte_words(sum(file.bytes for file in info.files))
    yield f"{counted(images, 'image')}, {counted(boxes, 'box')} in {counted(len(info.files), 'file')} of {size}"
    yield ""
    yield from aligned([_CLASS_TITLES, *map(_class_cells, info.classes), *_without_objects(info)], words=2)
    yield ""
    yield from _image_lines(info)
    if info.extras:
        yield f"objects with more than box and label: {_counts(info.extras)}"
    if info.left_out:
        yield f"objects that are no annotations: {info.left_out}; tfodkit records extract names them"
    yield ""
    yield from _file_lines(info)
    yield from _made_lines(info)


def verification_lines(found: Verification) -> Iterator[str]:
    """The proof's table, and what was looked at; not the problems, which are the error."""
    yield from found.proof.lines()
    yield ""
    pictures = f", {counted(found.decoded, 'image')} decoded" if found.decoded else ""
    read = f"{counted(found.files, 'file')} of {byte_words(found.bytes)}, {counted(found.proof.records, 'record')}"
    yield f"{read}{pictures}: {'all sound' if found.is_sound else counted(len(found.problems), 'problem')}"


def extraction_lines(done: Extraction) -> Iterator[str]:
    """What was written, and what not."""
    images = counted(done.images, "image")
    yield f"extracted {images} with {counted(done.objects, 'object')} to {done.output}"
    for loss in done.losses:
        yield f"not in VOC XML: {loss.count} {loss.what}"
    if done.renamed:
        yield f"{counted(len(done.renamed), 'image')} can't have the name in the record:"
        yield from _first([f"  {name!r} is now {given}" for name, given in done.renamed])
    if done.left_out:
        yield f"left out {counted(len(done.left_out), 'object')}:"
        yield from _first([f"  {problem}" for problem in done.left_out])


def _class_cells(of: ClassInfo) -> tuple[str, ...]:
    sides = (f"{side:.0f}" for side in (of.sides.least, of.sides.middle, of.sides.most))
    return (of.split, of.label, str(of.images), str(of.boxes), *sides, *map(str, of.sizes))


def _without_objects(info: RecordsInfo) -> Iterator[tuple[str, ...]]:
    for split, images in info.without_objects.items():
        cells = (split, "no objects", str(images), "0")
        yield (*cells, *[""] * (len(_CLASS_TITLES) - len(cells)))


def _image_lines(info: RecordsInfo) -> Iterator[str]:
    sizes = [f"{width} x {height}: {count}" for (width, height), count in info.image_sizes.items()]
    hidden = len(sizes) - SHOWN_SIZES
    shown = [*sizes[:SHOWN_SIZES], *([f"{hidden} more sizes"] if hidden > 0 else [])]
    yield f"images: {_counts(info.formats)}; {', '.join(shown)}"
    spread = info.boxes_per_image
    yield f"boxes an image: {spread.least:.0f} to {spread.most:.0f}, {spread.middle:.0f} in the middle"


def _file_lines(info: RecordsInfo) -> Iterator[str]:
    rows = [
        (file.name, file.split, file.group, str(file.images), str(file.boxes), byte_words(file.bytes))
        for file in info.files
    ]
    yield from aligned([("file", "split", "group", "images", "boxes", "size"), *rows[:SHOWN_FILES]], words=3)
    if len(rows) > SHOWN_FILES:
        yield f"… and {len(rows) - SHOWN_FILES} more files; --json names them"


def _made_lines(info: RecordsInfo) -> Iterator[str]:
    if not info.manifest:
        return
    options = info.manifest.options
    yield ""
    shards = f", shards of {byte_words(options.shard_bytes)}" if options.shard_bytes else ""
    made = f"made by tfodkit {info.manifest.tfodkit_version} from {info.manifest.annotations} annotations"
    yield f"{made}: split {options.shares}, seed {options.seed}, grouped by {options.grouping}{shards}"
    for title, affected in (("left out", info.dropped), ("changed", info.changed)):
        for item in affected:
            yield from _affected_lines(title, item)


def _affected_lines(title: str, item: Affected) -> Iterator[str]:
    yield f"{title}: {item.count} {item.reason}{f' [{item.code}]' if item.code else ''}"
    yield from _first([f"  {place}" for place in item.where])


def _first(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:SHOWN_PLACES]
    if hidden := max(len(lines) - SHOWN_PLACES, 0):
        yield f"  … and {hidden} more; --json names them"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items())

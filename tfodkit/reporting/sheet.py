"""A contact sheet of records: thumbnails with their boxes, class by class, to be looked at by a person."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from tfodkit.boxes import Box
from tfodkit.errors import UsageError
from tfodkit.images.examination import examine
from tfodkit.images.rules import TOO_MANY_PIXELS
from tfodkit.inference.colours import colour_of
from tfodkit.inference.drawing import Marked, draw_marked
from tfodkit.records.reading import RecordedImage, read_all
from tfodkit.records.sources import RecordSet, find_records
from tfodkit.reporting import paper
from tfodkit.reporting.sheet_choice import Choice, Place, choose

PER_CLASS = 8
NO_OBJECTS = "no objects"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was drawn."""

    path: Path
    images: int
    """Thumbnails."""
    classes: int
    undecoded: tuple[str, ...]
    """Names of images whose thumbnail is empty, because they can't be decoded."""


def draw_sheet(
    place: Path | str,
    output: Path,
    *,
    per_class: int = PER_CLASS,
    seed: int = 0,
    classes: Collection[str] = (),
    label_map: Path | None = None,
    force: bool = False,
) -> Sheet:
    """Draw ``per_class`` images of every class, or of ``classes``, of the records at ``place`` into a JPEG or PNG.

    Pictures are shown as the trainer decodes them: EXIF turns nothing. Classes stand in the order of how many images
    they have; each has the same colour everywhere, which is that of ``detect`` where the records are make-records'.

    Raises:
        RecordError: as :func:`~tfodkit.records.reading.read_records`.
        OutputError: ``output`` exists and ``force`` is not set, or can't be written.
        UsageError: ``output`` is no .jpg or .png, a class is in no record, or the sheet would be too high.
    """
    paper.check_sheet_output(output, force=force)
    if per_class < 1:
        raise UsageError("--per-class", f"must be 1 or more, but got {per_class}", f"{PER_CLASS} is the default.")
    found = find_records(place, label_map=label_map)
    choice = choose(read_all(found, masks=False), per_class, seed=seed, classes=classes)
    _check_classes(choice, classes)
    colours = _class_ids(found, choice)
    wanted = {place for places in choice.shown.values() for place in places}
    tiles = {
        (recorded.file, recorded.number): _tile(recorded, colours)
        for recorded in read_all(found, masks=False)
        if (recorded.file, recorded.number) in wanted
    }
    sheet = _Paper(choice, colours).draw(found.folder.resolve().name, tiles)
    paper.save_sheet(sheet, output)
    undecoded = tuple(tile.name for tile in tiles.values() if tile.picture is None)
    return Sheet(output, len(tiles), len(set(choice.shown) - {""}), undecoded)


@dataclass(frozen=True, slots=True)
class _Tile:
    """One thumbnail."""

    name: str
    split: str
    picture: Image.Image | None
    """With its boxes; None where it can't be decoded."""


def _tile(recorded: RecordedImage, class_ids: Mapping[str, int]) -> _Tile:
    annotation = recorded.annotation
    picture = _thumbnail(recorded.content)
    if picture:
        across, down = picture.width / annotation.width, picture.height / annotation.height
        is_crowded = len(annotation.objects) > paper.MOST_LABELS
        objects = sorted(annotation.objects, key=lambda found: -found.box.area)
        marked = [
            Marked(_scaled(found.box, across, down), class_ids[found.label], "" if is_crowded else found.label)
            for found in objects
        ]
        picture = draw_marked(picture, marked)
    return _Tile(annotation.name, recorded.split, picture)


def _scaled(box: Box, across: float, down: float) -> Box:
    return Box(box.xmin * across, box.ymin * down, box.xmax * across, box.ymax * down)


def _thumbnail(content: bytes) -> Image.Image | None:
    """As large as a tile allows; None for what can't be decoded, or has too many pixels to be."""
    looked_at = examine(content, decode=False)
    if not looked_at.width or any(flaw.rule is TOO_MANY_PIXELS for flaw in looked_at.flaws):
        return None
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "BMP")) as image:
            size = paper.fitted(image.width, image.height)
            image.draft("RGB", (size[0] * 2, size[1] * 2))
            return image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    except Exception:  # noqa: BLE001 - Pillow raises whatever its parsers meet
        return None


class _Paper:
    """Lays the thumbnails out."""

    def __init__(self, choice: Choice, class_ids: Mapping[str, int]) -> None:
        self._choice = choice
        self._class_ids = class_ids
        self._columns = min(paper.COLUMNS, max(2, *map(len, choice.shown.values()), 0))
        self.height = paper.TITLE + paper.MARGIN + sum(map(self._height_of, choice.shown.values()))
        if self.height > paper.MAX_HEIGHT:
            what = f"{len(choice.shown)} classes make a sheet of {self.height} pixels, more than {paper.MAX_HEIGHT}"
            raise UsageError("records show", what, "Name some of them with --class, or lower --per-class.")

    def draw(self, title: str, tiles: Mapping[Place, _Tile]) -> Image.Image:
        sheet = paper.new_sheet(self._columns, self.height)
        paper.write_line(sheet, (paper.MARGIN, 30), title, paper.TITLE_TEXT)
        paper.write_line(sheet, (paper.MARGIN, 70), self._summary(), paper.SUMMARY_TEXT)
        top = paper.TITLE
        for label, places in self._choice.shown.items():
            self._heading(sheet, top, label)
            for index, place in enumerate(places):
                row, column = divmod(index, self._columns)
                left, down = (
                    paper.MARGIN + column * (paper.PICTURE_WIDTH + paper.GAP),
                    row * (paper.PICTURE_HEIGHT + paper.CAPTION),
                )
                self._place(sheet, (left, top + paper.HEADING + down), tiles[place])
            top += self._height_of(places)
        return sheet

    def _height_of(self, places: Sequence[Place]) -> int:
        rows = -(-len(places) // self._columns)
        return paper.HEADING + rows * (paper.PICTURE_HEIGHT + paper.CAPTION) + paper.GAP

    def _summary(self) -> str:
        counts = [f"{self._choice.images} images", f"{sum(self._choice.boxes.values())} boxes"]
        splits = [f"{count} {split}" for split, count in self._choice.splits.items()]
        return "   ·   ".join([*counts, *(splits if len(splits) > 1 else [])])

    def _heading(self, sheet: Image.Image, top: int, label: str) -> None:
        canvas = ImageDraw.Draw(sheet)
        canvas.line((paper.MARGIN, top + 8, sheet.width - paper.MARGIN, top + 8), fill=paper.MATTE, width=2)
        left = paper.MARGIN
        if label:
            canvas.rounded_rectangle((left, top + 24, left + 22, top + 46), 5, fill=colour_of(self._class_ids[label]))
            left += 34
        left += (
            paper.write_line(sheet, (left, top + 35), label or NO_OBJECTS, paper.HEADING_TEXT, widest=sheet.width // 2)
            + 16
        )
        images = self._choice.images_with[label]
        counted = f"{images} image{'s' * (images != 1)}"
        if label:
            boxes = self._choice.boxes[label]
            counted = f"{boxes} box{'es' * (boxes != 1)} in {counted}"
        paper.write_line(sheet, (left, top + 37), counted, paper.COUNT_TEXT)

    def _place(self, sheet: Image.Image, corner: tuple[int, int], tile: _Tile) -> None:
        paper.frame(sheet, corner, tile.picture)
        left, foot = corner[0], corner[1] + paper.PICTURE_HEIGHT
        split = f"   {tile.split}" if len(self._choice.splits) > 1 else ""
        used = paper.write_line(
            sheet, (left, foot + 14), tile.name, paper.NAME_TEXT, widest=paper.PICTURE_WIDTH - 8 * len(split)
        )
        paper.write_line(sheet, (left + used, foot + 14), split, paper.SPLIT_TEXT)


def _class_ids(found: RecordSet, choice: Choice) -> Mapping[str, int]:
    """Of the manifest's label map, so that colours are those of ``detect``; else in the order of names."""
    known = found.manifest.label_map.ids() if found.manifest else {}
    others = sorted(set(choice.boxes) - set(known))
    return {**known, **{name: number for number, name in enumerate(others, start=len(known) + 1)}}


def _check_classes(choice: Choice, classes: Sequence[str] | Collection[str]) -> None:
    for name in classes:
        if name not in choice.boxes:
            known = ", ".join(sorted(choice.boxes)[:20]) or "none"
            raise UsageError(f"--class {name}", "no record has an object of this class", f"There are: {known}.")

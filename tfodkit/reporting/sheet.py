"""A contact sheet of records: thumbnails with their boxes, class by class, to be looked at by a person."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from tfodkit.boxes import Box
from tfodkit.errors import OutputError, UsageError
from tfodkit.files import open_atomic
from tfodkit.images.examination import examine
from tfodkit.images.rules import TOO_MANY_PIXELS
from tfodkit.inference.colours import Colour, colour_of
from tfodkit.inference.drawing import Marked, draw_marked
from tfodkit.inference.fonts import font_for
from tfodkit.records.reading import RecordedImage, read_all
from tfodkit.records.sources import RecordSet, find_records
from tfodkit.reporting.sheet_choice import Choice, Place, choose

PICTURE_WIDTH, PICTURE_HEIGHT = 360, 270
GAP, MARGIN = 18, 36
CAPTION, HEADING, TITLE = 32, 62, 96
"""Heights: the line below a picture, the lines above a class, those above all."""
COLUMNS = 4
PER_CLASS = 8
MOST_ENLARGED = 2.0
MOST_LABELS = 10
"""Objects in a picture that are named; of more, the colours say enough."""
MAX_HEIGHT = 65_500
"""Of a JPEG."""

PAPER: Colour = (250, 249, 246)
MATTE: Colour = (234, 232, 226)
INK: Colour = (34, 34, 34)
FAINT: Colour = (120, 117, 110)
TITLE_TEXT, SUMMARY_TEXT, HEADING_TEXT, COUNT_TEXT = (30, INK), (17, FAINT), (22, INK), (16, FAINT)
NAME_TEXT, SPLIT_TEXT = (14, INK), (14, FAINT)
"""Size in pixels, and colour."""

FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
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
    _check_output(output, per_class, force=force)
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
    with open_atomic(output) as file:
        sheet.save(file, FORMATS[output.suffix.lower()], quality=90)
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
        is_crowded = len(annotation.objects) > MOST_LABELS
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
            scale = min(PICTURE_WIDTH / image.width, PICTURE_HEIGHT / image.height, MOST_ENLARGED)
            size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
            image.draft("RGB", (size[0] * 2, size[1] * 2))
            return image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    except Exception:  # noqa: BLE001 - Pillow raises whatever its parsers meet
        return None


class _Paper:
    """Lays the thumbnails out."""

    def __init__(self, choice: Choice, class_ids: Mapping[str, int]) -> None:
        self._choice = choice
        self._class_ids = class_ids
        self._columns = min(COLUMNS, max(2, *map(len, choice.shown.values()), 0))
        self.width = 2 * MARGIN + self._columns * (PICTURE_WIDTH + GAP) - GAP
        self.height = TITLE + MARGIN + sum(map(self._height_of, choice.shown.values()))
        if self.height > MAX_HEIGHT:
            what = f"{len(choice.shown)} classes make a sheet of {self.height} pixels, more than {MAX_HEIGHT}"
            raise UsageError("records show", what, "Name some of them with --class, or lower --per-class.")

    def draw(self, title: str, tiles: Mapping[Place, _Tile]) -> Image.Image:
        sheet = Image.new("RGB", (self.width, self.height), PAPER)
        canvas = ImageDraw.Draw(sheet)
        self._write(canvas, (MARGIN, 30), title, TITLE_TEXT)
        self._write(canvas, (MARGIN, 70), self._summary(), SUMMARY_TEXT)
        top = TITLE
        for label, places in self._choice.shown.items():
            self._heading(canvas, top, label)
            for index, place in enumerate(places):
                row, column = divmod(index, self._columns)
                left, down = MARGIN + column * (PICTURE_WIDTH + GAP), row * (PICTURE_HEIGHT + CAPTION)
                self._place(sheet, canvas, (left, top + HEADING + down), tiles[place])
            top += self._height_of(places)
        return sheet

    def _height_of(self, places: Sequence[Place]) -> int:
        rows = -(-len(places) // self._columns)
        return HEADING + rows * (PICTURE_HEIGHT + CAPTION) + GAP

    def _summary(self) -> str:
        counts = [f"{self._choice.images} images", f"{sum(self._choice.boxes.values())} boxes"]
        splits = [f"{count} {split}" for split, count in self._choice.splits.items()]
        return "   ·   ".join([*counts, *(splits if len(splits) > 1 else [])])

    def _heading(self, canvas: ImageDraw.ImageDraw, top: int, label: str) -> None:
        canvas.line((MARGIN, top + 8, self.width - MARGIN, top + 8), fill=MATTE, width=2)
        left = MARGIN
        if label:
            canvas.rounded_rectangle((left, top + 24, left + 22, top + 46), 5, fill=colour_of(self._class_ids[label]))
            left += 34
        left += self._write(canvas, (left, top + 35), label or NO_OBJECTS, HEADING_TEXT, widest=self.width // 2) + 16
        images = self._choice.images_with[label]
        counted = f"{images} image{'s' * (images != 1)}"
        if label:
            boxes = self._choice.boxes[label]
            counted = f"{boxes} box{'es' * (boxes != 1)} in {counted}"
        self._write(canvas, (left, top + 37), counted, COUNT_TEXT)

    def _place(self, sheet: Image.Image, canvas: ImageDraw.ImageDraw, corner: tuple[int, int], tile: _Tile) -> None:
        left, top = corner
        right, foot = left + PICTURE_WIDTH, top + PICTURE_HEIGHT
        canvas.rectangle((left, top, right - 1, foot - 1), fill=MATTE)
        if tile.picture:
            inset = (PICTURE_WIDTH - tile.picture.width) // 2, (PICTURE_HEIGHT - tile.picture.height) // 2
            sheet.paste(tile.picture, (left + inset[0], top + inset[1]))
        else:
            self._write(canvas, (left + 90, top + PICTURE_HEIGHT // 2), "can't be decoded", SUMMARY_TEXT)
        split = f"   {tile.split}" if len(self._choice.splits) > 1 else ""
        used = self._write(canvas, (left, foot + 14), tile.name, NAME_TEXT, widest=PICTURE_WIDTH - 8 * len(split))
        self._write(canvas, (left + used, foot + 14), split, SPLIT_TEXT)

    def _write(
        self,
        canvas: ImageDraw.ImageDraw,
        middle: tuple[int, int],
        text: str,
        style: tuple[int, Colour],
        *,
        widest: int | None = None,
    ) -> int:
        """One line from the left, its letters centred on the height given; its width. What is too long is cut."""
        size, colour = style
        font = font_for(text, size)
        limit = widest or self.width
        while len(text) > 1 and font.getlength(text) > limit:
            text = f"{text[:-2]}…"
        canvas.text(middle, text, fill=colour, font=font, anchor="lm")
        return round(font.getlength(text))


def _class_ids(found: RecordSet, choice: Choice) -> Mapping[str, int]:
    """Of the manifest's label map, so that colours are those of ``detect``; else in the order of names."""
    known = found.manifest.label_map.ids() if found.manifest else {}
    others = sorted(set(choice.boxes) - set(known))
    return {**known, **{name: number for number, name in enumerate(others, start=len(known) + 1)}}


def _check_output(output: Path, per_class: int, *, force: bool) -> None:
    if output.suffix.lower() not in FORMATS:
        raise UsageError(f"-o {output}", "a sheet is a .jpg or a .png", "Name it so.")
    if per_class < 1:
        raise UsageError("--per-class", f"must be 1 or more, but got {per_class}", f"{PER_CLASS} is the default.")
    if output.exists() and not force:
        raise OutputError(str(output), "the file exists", "Choose another name or pass --force.")


def _check_classes(choice: Choice, classes: Sequence[str] | Collection[str]) -> None:
    for name in classes:
        if name not in choice.boxes:
            known = ", ".join(sorted(choice.boxes)[:20]) or "none"
            raise UsageError(f"--class {name}", "no record has an object of this class", f"There are: {known}.")

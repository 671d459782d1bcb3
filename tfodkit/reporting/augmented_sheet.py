"""Pictures as a config's training sees them: without augmentation, and augmented a few times beside it."""

from __future__ import annotations

import hashlib
import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tfodkit.boxes import Box
from tfodkit.config.augmentation.notation import format_steps
from tfodkit.config.checked import PipelineConfig, read_checked_pipeline
from tfodkit.config.pipeline import parse_pipeline
from tfodkit.errors import RecordError, UsageError
from tfodkit.inference.drawing import Marked, draw_marked
from tfodkit.odapi.augmented import ModelInput, model_inputs
from tfodkit.records.features import Features
from tfodkit.records.tfrecord import read_tfrecord
from tfodkit.reporting import paper

IMAGES = 8
MOST_IMAGES = 200
VARIANTS = paper.COLUMNS - 1
LOOKED_AT = 500
"""Records of each file that pictures are drawn from, so that large ones need not be read to their end."""
_COLUMN_TITLE = 40
_ROW = paper.PICTURE_HEIGHT + paper.CAPTION


@dataclass(frozen=True, slots=True)
class AugmentedSheet:
    """What was drawn."""

    path: Path
    steps: tuple[str, ...]
    """The augmentation, as --augment takes it."""
    images: int
    boxes: int
    """In the pictures without augmentation."""
    kept: int
    """In all of the augmented ones, of which there are ``VARIANTS`` times as many."""

    @property
    def words(self) -> str:
        """How many boxes the augmentation has left, for people."""
        before = self.boxes * VARIANTS
        if self.kept >= before:
            return f"{self.kept} boxes of {before} before: none was cropped away"
        return f"{self.kept} of {before} boxes are left: {1 - self.kept / before:.1%} were cropped away"


def draw_augmented(
    config: Path | str, output: Path, *, images: int = IMAGES, seed: int = 0, force: bool = False
) -> AugmentedSheet:
    """Draw training pictures of a config into a PNG or JPEG, a row each: resized, then augmented and resized, by turns.

    The Object Detection API's own input pipeline makes them, with labels as it reads them. The same config, records
    and seed give the same pictures. Record files are drawn from in turn, whatever their weights.

    Raises:
        ConfigError: the config has errors, or the API fails with its augmentation.
        RecordError: the records are damaged, or hold no image.
        OutputError: ``output`` exists and ``force`` is not set, or can't be written.
        UsageError: ``output`` is no .jpg or .png, or ``images`` is out of range.
    """
    paper.check_sheet_output(output, force=force)
    if not 1 <= images <= MOST_IMAGES:
        what = f"must be 1 to {MOST_IMAGES}, but got {images}"
        raise UsageError(f"--images {images}", what, f"{IMAGES} is the default.")
    checked = read_checked_pipeline(config)
    records = _draw_records(checked.train_records, images, seed)
    if not records:
        raise RecordError(str(config), "its training records hold no image", "Run make-records again.")
    (plain,) = model_inputs(checked.text, records, augment=False, seed=seed)
    augmented = model_inputs(checked.text, records, rounds=VARIANTS, seed=seed)
    options = parse_pipeline(checked.text, str(config)).train_config.data_augmentation_options
    drawn = AugmentedSheet(
        output,
        tuple(format_steps(options)),
        len(records),
        sum(len(one.class_ids) for one in plain),
        sum(len(one.class_ids) for one in itertools.chain(*augmented)),
    )
    rows = list(zip(plain, *augmented, strict=True))
    paper.save_sheet(_sheet(checked, drawn, list(map(_name, records)), rows), output)
    return drawn


def _draw_records(files: Sequence[Path], images: int, seed: int) -> list[bytes]:
    """From each file in turn, by the seed."""

    def drawn(path: Path) -> list[bytes]:
        records = enumerate(itertools.islice(read_tfrecord(path), LOOKED_AT))
        ranked = ((_rank(path.name, number, seed), record) for number, record in records)
        return [record for _, record in heapq.nsmallest(images, ranked)]

    turns = itertools.zip_longest(*map(drawn, dict.fromkeys(files)))
    return [record for turn in turns for record in turn if record is not None][:images]


def _rank(name: str, number: int, seed: int) -> bytes:
    return hashlib.sha256(f"{seed} {number} {name}".encode(errors="surrogatepass")).digest()


def _name(record: bytes) -> str:
    features = Features.of(record, where="train_input_reader")
    name = features.text("image/filename") or features.text("image/source_id") or b""
    return name.decode(errors="replace")


def _sheet(
    checked: PipelineConfig, drawn: AugmentedSheet, names: Sequence[str], rows: Sequence[tuple[ModelInput, ...]]
) -> Image.Image:
    top = paper.TITLE + _COLUMN_TITLE
    sheet = paper.new_sheet(paper.COLUMNS, top + len(rows) * _ROW + paper.MARGIN)
    paper.write_line(sheet, (paper.MARGIN, 30), f"Training input of {checked.path.name}", paper.TITLE_TEXT)
    steps = "   ·   ".join(drawn.steps) or "no augmentation"
    widest = sheet.width - 2 * paper.MARGIN
    paper.write_line(sheet, (paper.MARGIN, 70), steps, paper.SUMMARY_TEXT, widest=widest)
    titles = ("without augmentation", *(f"augmented, {number} of {VARIANTS}" for number in range(1, VARIANTS + 1)))
    for column, title in zip(_columns(), titles, strict=True):
        paper.write_line(sheet, (column, paper.TITLE + 16), title, paper.COUNT_TEXT)
    for index, (name, row) in enumerate(zip(names, rows, strict=True)):
        _draw_row(sheet, top + index * _ROW, name, row, checked.class_names)
    return sheet


def _columns() -> Iterator[int]:
    return (paper.MARGIN + column * (paper.PICTURE_WIDTH + paper.GAP) for column in range(paper.COLUMNS))


def _draw_row(
    sheet: Image.Image, top: int, name: str, row: tuple[ModelInput, ...], class_names: Mapping[int, str]
) -> None:
    plain = len(row[0].class_ids)
    for left, one in zip(_columns(), row, strict=True):
        paper.frame(sheet, (left, top), _picture(one, class_names))
        count = len(one.class_ids)
        boxes = f"{count} box{'es' * (count != 1)}" if one is row[0] else f"{count} of {plain}"
        caption = (left, top + paper.PICTURE_HEIGHT + 14)
        if one is row[0]:
            used = paper.write_line(sheet, caption, name, paper.NAME_TEXT, widest=paper.PICTURE_WIDTH - 80)
            caption = (left + used + 12 * bool(used), caption[1])
        paper.write_line(sheet, caption, boxes, paper.SPLIT_TEXT)


def _picture(one: ModelInput, class_names: Mapping[int, str]) -> Image.Image:
    picture = Image.fromarray(one.pixels.clip(0, 255).astype("uint8"))
    picture = picture.resize(paper.fitted(picture.width, picture.height), Image.Resampling.LANCZOS)
    is_crowded = len(one.class_ids) > paper.MOST_LABELS
    marked = [
        Marked(
            Box.from_yxyx_norm(yxyx, width=picture.width, height=picture.height),
            class_id,
            "" if is_crowded else class_names.get(class_id, f"class {class_id}"),
        )
        for yxyx, class_id in zip(one.boxes_yxyx_norm.tolist(), one.class_ids, strict=True)
    ]
    return draw_marked(picture, sorted(marked, key=lambda found: -found.box.area))

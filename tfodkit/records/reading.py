"""Records back into values: :func:`read_records`."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tfodkit.annotations.values import UNSPECIFIED, ImageAnnotation, ObjectAnnotation, label_problem
from tfodkit.boxes import Box
from tfodkit.dataset.label_map import read_class_lookup
from tfodkit.errors import Problem, RecordError
from tfodkit.records.features import Features, KindError
from tfodkit.records.recorded_shapes import count_masks, pixels, read_keypoints, read_masks
from tfodkit.records.sources import RecordSet, RecordSource, find_records
from tfodkit.records.tfrecord import read_tfrecord

_MAGIC = {b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png"}
_VERIFY = "tfodkit records verify tells all that is wrong."


@dataclass(frozen=True, slots=True)
class RecordedImage:
    """One image with its objects, as a record holds it."""

    annotation: ImageAnnotation
    """``image`` is the name in the record, blindly: it may be any path, so don't write there unasked."""
    content: bytes
    """Of the image file, as it was recorded."""
    format: str
    """``jpeg`` or ``png`` by the content; of another content what the record says, perhaps blank."""
    split: str
    """``train``, ``val`` or ``test``; ``all`` where nothing tells."""
    file: Path
    """The record file; ``number`` is the record's in it, from 1."""
    number: int
    masks: int = 0
    """Objects that have a mask, whether it was decoded or not."""
    left_out: tuple[Problem, ...] = ()
    """Objects that are no values: a box that is empty, inverted or no number, or a label that is none."""


def read_records(place: Path | str, *, label_map: Path | str | None = None) -> Iterator[RecordedImage]:
    """The images in records, file by file, one at a time in memory.

    ``place`` is a folder, a record file, or a pattern such as ``records/val_*.record-*``. Boxes are in pixels again, as
    they were annotated: of what gives the same 32-bit share the number with the fewest digits. ``label_map`` names the
    classes where records have ids alone; unless given it is looked for beside them.

    Raises:
        RecordError: there are no records; while iterating, where one is damaged or lacks what makes an image.

    >>> for recorded in read_records("records"):  # doctest: +SKIP
    ...     print(recorded.annotation.name, len(recorded.annotation.objects))
    """
    return read_all(find_records(place, label_map=None if label_map is None else Path(label_map)))


def read_all(found: RecordSet, *, masks: bool = True) -> Iterator[RecordedImage]:
    """As :func:`read_records`, of what has been found. Without ``masks`` objects come without, which saves decoding."""
    names = read_class_lookup(found.label_map).names if found.label_map else {}
    for source in found.sources:
        for number, record in enumerate(read_tfrecord(source.path), start=1):
            where = f"{source.path}: record {number}"
            parser = _Parser(Features.of(record, where=where), names, where, masks)
            try:
                yield parser.image(source, number)
            except KindError as error:
                raise RecordError(where, str(error), _VERIFY) from error


class _Parser:
    """One record."""

    def __init__(self, features: Features, names: Mapping[int, str], where: str, masks: bool) -> None:
        self._features = features
        self._names = names
        self._where = where
        self._decodes_masks = masks
        self._left_out: list[Problem] = []

    def image(self, source: RecordSource, number: int) -> RecordedImage:
        content = self._features.text("image/encoded")
        if not content:
            raise RecordError(self._where, "image/encoded is missing: the record has no image", _VERIFY)
        found = _format_of(content, self._features)
        name = _name(self._features) or made_up_name(source.path, number, found)
        self._where = f"{self._where} ({name})"
        width, height = _size(self._features, content, self._where)
        objects = tuple(self._objects(width, height))
        folder = PurePosixPath(name).parent.as_posix()
        return RecordedImage(
            annotation=ImageAnnotation(Path(name), width, height, objects, subfolder="" if folder == "." else folder),
            content=content,
            format=found,
            split=source.split,
            file=source.path,
            number=number,
            masks=count_masks(self._features, width, height),
            left_out=tuple(self._left_out),
        )

    def _objects(self, width: int, height: int) -> Iterator[ObjectAnnotation]:
        boxes = self._boxes(width, height)
        labels = self._labels()
        if len(labels) != len(boxes):
            raise RecordError(self._where, f"{len(boxes)} boxes, but {len(labels)} classes", _VERIFY)
        columns = self._columns(len(boxes), width, height)
        for index, (xyxy, label) in enumerate(zip(boxes, labels, strict=True)):
            if what := _object_problem(label, xyxy):
                problem = Problem(self._where, f'object {index + 1} "{label}": {what}', "Label the image again.")
                self._left_out.append(problem)
                continue
            others = {name: column[index] for name, column in columns.items()}
            yield ObjectAnnotation(label, Box(*xyxy), **others)

    def _boxes(self, width: int, height: int) -> list[tuple[float, ...]]:
        """In pixels, ``xyxy``."""
        shares = [self._features.floats(f"image/object/bbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
        if len(set(map(len, shares))) != 1:
            counts = ", ".join(str(len(side)) for side in shares)
            raise RecordError(self._where, f"the lists of box sides differ in length: {counts}", _VERIFY)
        sizes = (width, height, width, height)
        sides = [[pixels(share, size) for share in side] for side, size in zip(shares, sizes, strict=True)]
        return list(zip(*sides, strict=True))

    def _labels(self) -> list[str]:
        if texts := self._features.texts("image/object/class/text"):
            return [text.decode(errors="replace") for text in texts]
        ids = self._features.ints("image/object/class/label")
        if unknown := sorted({class_id for class_id in ids if class_id not in self._names}):
            what = f"objects have ids and no names, and no label map has {unknown[0]}"
            raise RecordError(self._where, what, "Pass their label map with --label-map.")
        return [self._names[class_id] for class_id in ids]

    def _columns(self, count: int, width: int, height: int) -> dict[str, Sequence[Any]]:
        """What objects may have beside box and label; a list of another length is not theirs."""
        read = self._features
        poses = [text.decode(errors="replace") for text in read.texts("image/object/view")]
        columns: dict[str, Sequence[Any]] = {
            "difficult": [bool(flag) for flag in read.ints("image/object/difficult")],
            "truncated": [bool(flag) for flag in read.ints("image/object/truncated")],
            "is_crowd": [bool(flag) for flag in read.ints("image/object/is_crowd")],
            "pose": [UNSPECIFIED if label_problem(pose) else pose for pose in poses],
            "keypoints": read_keypoints(read, count, width, height, where=self._where),
        }
        if self._decodes_masks:
            columns["mask"] = read_masks(read, count, width, height, where=self._where)
        return {name: column for name, column in columns.items() if len(column) == count}


def made_up_name(file: Path, number: int, image_format: str) -> str:
    """For an image without a name, or without one that can be used: ``train_mug-000012.jpg``."""
    return f"{file.name.replace('.record', '')}-{number:06}{'.png' if image_format == 'png' else '.jpg'}"


def _format_of(content: bytes, features: Features) -> str:
    said = (features.text("image/format") or b"").decode(errors="replace")
    return next((name for magic, name in _MAGIC.items() if content.startswith(magic)), said)


def _name(features: Features) -> str:
    name = features.text("image/filename") or features.text("image/source_id") or b""
    return name.decode(errors="replace").replace("\0", "\ufffd")


def _size(features: Features, content: bytes, where: str) -> tuple[int, int]:
    """As recorded; of the image itself where the record does not say, for the trainer does not ask either."""
    width, height = features.int("image/width") or 0, features.int("image/height") or 0
    if width > 0 and height > 0:
        return width, height
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "BMP", "GIF")) as image:
            return image.size
    except Exception as error:  # Pillow raises whatever its parsers meet
        what = "image/width and image/height are missing, and the image does not tell its size"
        raise RecordError(where, what, _VERIFY) from error


def _object_problem(label: str, xyxy: Sequence[float]) -> str | None:
    if problem := label_problem(label):
        return f"the label can't be a name: {problem}"
    if not all(map(math.isfinite, xyxy)):
        return "its box has a coordinate that is not a finite number"
    if Box(*xyxy).is_empty:
        return f"its box has no area: {', '.join(f'{side:g}' for side in xyxy)}"
    return None

"""Writes the CSV of the usual tutorials: one row a box, in pixels (``csv_reader.py``)."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from tfodkit import files
from tfodkit.annotations.csv_reader import SIDES
from tfodkit.annotations.losses import (
    CROWD,
    DIFFICULT,
    KEYPOINTS,
    MASKS,
    POSES,
    TRUNCATED,
    Loss,
    count_extras,
    losses_of,
)
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.errors import DataError

COLUMNS = ("filename", "width", "height", "class", *SIDES)
WITHOUT_OBJECTS = "images without objects"

_FLAGS = {"difficult": DIFFICULT, "truncated": TRUNCATED, "pose": POSES}


def write_csv(annotations: Sequence[ImageAnnotation], path: Path) -> tuple[Loss, ...]:
    """Write the boxes of all images; say what a CSV can't hold.

    ``filename`` is the image's path below the folder of the images. Columns ``difficult``, ``truncated`` and ``pose``
    are added where an object has one. Numbers are whole where they are whole.

    Raises:
        DataError: an image's name has characters that a CSV can't hold. Nothing is written.
    """
    counts = count_extras(annotations, MASKS, KEYPOINTS, CROWD, *_FLAGS.values())
    extras = [column for column, what in _FLAGS.items() if counts.pop(what, 0)]
    counts[WITHOUT_OBJECTS] = sum(not annotation.objects for annotation in annotations)
    with files.open_atomic(path) as file:
        writer = csv.writer(codecs.getwriter("utf-8")(file), lineterminator="\n")
        writer.writerow([*COLUMNS, *extras])
        for annotation in annotations:
            writer.writerows(_rows(annotation, extras))
    return losses_of(counts)


def _rows(annotation: ImageAnnotation, extras: Sequence[str]) -> Iterator[list[str]]:
    name = annotation.name
    if "\r" in name or name != name.encode(errors="replace").decode():
        raise DataError(ascii(name), "the file name has characters that a CSV can't hold", "Rename the image.")
    for found in annotation.objects:
        sides = map(_number, (annotation.width, annotation.height, *found.box.xyxy))
        width, height, *box = sides
        yield [name, width, height, found.label, *box, *(_extra(found, column) for column in extras)]


def _extra(found: ObjectAnnotation, column: str) -> str:
    return found.pose if column == "pose" else str(int(getattr(found, column)))


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))

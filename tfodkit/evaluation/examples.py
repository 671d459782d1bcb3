"""A few validation images to look at: the same ones in every evaluation of a run."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tfodkit.errors import RecordError
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.records.features import Features, KindError
from tfodkit.records.tfrecord import read_place, record_places


@dataclass(frozen=True, slots=True, eq=False)
class ExampleImage:
    """One validation image in RGB, as TensorFlow decodes it; ``number`` is its place in the ground truth, from 0."""

    number: int
    picture: Image.Image
    truth: GroundTruth


def choose_examples(ground_truth: Sequence[GroundTruth], count: int) -> list[int]:
    """The places of ``count`` images that hold objects, or of as many as there are, spread evenly; ascending."""
    fit = [number for number, truth in enumerate(ground_truth) if len(truth.class_ids)]
    count = min(count, len(fit))
    return [fit[index * len(fit) // count] for index in range(count)]


def read_examples(
    records: Sequence[Path], ground_truth: Sequence[GroundTruth], numbers: Sequence[int]
) -> list[ExampleImage]:
    """The images at the ascending places ``numbers`` of ``ground_truth``, which is that of ``records``, in their order.

    Raises:
        RecordError: a record is damaged.
    """
    return [ExampleImage(number, picture, ground_truth[number]) for number, picture in read_pictures(records, numbers)]


def read_pictures(records: Sequence[Path], numbers: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
    """The places ``numbers``, ascending, of the images in ``records``, each with its picture in RGB; others unread.

    Raises:
        RecordError: a record is damaged, or has no picture.
    """
    places = ((path, *place) for path in records for place in record_places(path))
    wanted = set(numbers)
    for number, (path, offset, length) in enumerate(places):
        if number in wanted:
            yield number, _decoded(read_place(path, offset, length), f"{path}: image {number + 1}")


def _decoded(record: bytes, where: str) -> Image.Image:
    try:
        encoded = Features.of(record, where=where).text("image/encoded")
        return Image.open(io.BytesIO(encoded or b"")).convert("RGB")
    except (KindError, OSError, SyntaxError, ValueError) as error:
        what = "the picture can't be decoded"
        raise RecordError(where, what, "Write the records anew with tfodkit make-records.") from error

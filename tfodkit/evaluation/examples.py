"""A few validation images to look at: the same ones in every evaluation of a run."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.records.example import parse_example
from tfodkit.records.tfrecord import read_tfrecord


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
    examples: list[ExampleImage] = []
    wanted = list(numbers)
    for number, record in enumerate(itertools.chain.from_iterable(map(read_tfrecord, records))):
        if len(examples) == len(wanted):
            break
        if number == wanted[len(examples)]:
            examples.append(ExampleImage(number, _decoded(record, ground_truth[number].name), ground_truth[number]))
    return examples


def _decoded(record: bytes, name: str) -> Image.Image:
    encoded = parse_example(record, where=name)["image/encoded"][0]
    assert isinstance(encoded, bytes), "the trainer could not have read it otherwise"
    return Image.open(io.BytesIO(encoded)).convert("RGB")

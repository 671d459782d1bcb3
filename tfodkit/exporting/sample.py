"""Pictures to try a model on: of the config's validation records where they can be read, else drawn ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tfodkit.config.pipeline import read_pipeline
from tfodkit.config.record_files import record_files
from tfodkit.errors import RecordError
from tfodkit.evaluation.ground_truth import GroundTruth, read_ground_truth
from tfodkit.inference.pictures import as_pixels
from tfodkit.records.example import parse_example
from tfodkit.records.tfrecord import read_tfrecord

T = TypeVar("T")
Pictures: TypeAlias = Callable[[int], Iterator[NDArray[np.uint8]]]
"""Gives so many pictures of the training records at most, upright RGB, ``uint8 [height, width, 3]``."""

SAMPLE_SIZE = 64
ENCODED = "image/encoded"
DRAWN_SIZES = ((480, 640), (300, 200), (333, 500), (96, 96))
"""Height and width; unequal, odd and small on purpose."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """RGB pictures, ``uint8 [height, width, 3]`` each, and in words where they came from.

    ``truths`` are their objects, an entry a picture; none where the pictures are drawn.
    """

    pictures: tuple[NDArray[np.uint8], ...]
    origin: str
    truths: tuple[GroundTruth, ...] = ()


def choose_sample(config: Path, class_names: Mapping[int, str], *, most: int = SAMPLE_SIZE) -> Sample:
    """At most ``most`` pictures of the validation records of a ``pipeline.config``, taken from its files in turn.

    The files hold a class each, so that as many classes as possible are seen. Drawn pictures where the records are not
    on this machine or damaged, which ``origin`` tells.

    Raises:
        ConfigError: the config can't be read.
    """
    paths = [path for reader in read_pipeline(config).eval_input_reader for path in record_files(reader)]
    try:
        pictures = tuple(map(_decode, islice(_in_turn(map(read_tfrecord, paths)), most)))
        truths = tuple(islice(_in_turn([iter(read_ground_truth([path], class_names)) for path in paths]), most))
    except (RecordError, OSError) as error:
        return draw_sample(f"drawn: the validation records can't be read: {error}")
    if not pictures:
        return draw_sample("drawn: there are no validation records")
    return Sample(pictures, "validation", truths)


def training_pictures(config: Path) -> Pictures:
    """Of the training records of a ``pipeline.config``, from its files in turn; none where they can't be read."""
    files = record_files(read_pipeline(config).train_input_reader)

    def pictures(count: int) -> Iterator[NDArray[np.uint8]]:
        try:
            yield from map(_decode, islice(_in_turn(map(read_tfrecord, files)), count))
        except (RecordError, OSError):
            return

    return pictures


def draw_sample(origin: str = "drawn") -> Sample:
    """Four pictures of coloured blotches, the same every time."""
    generator = np.random.default_rng(0)
    return Sample(tuple(_blotches(generator, *size) for size in DRAWN_SIZES), origin)


def _in_turn(files: Iterable[Iterator[T]]) -> Iterator[T]:
    """The first of every file, then the second of every file, and so on."""
    waiting = list(files)
    while waiting:
        for entries in tuple(waiting):
            try:
                yield next(entries)
            except StopIteration:
                waiting.remove(entries)


def _decode(record: bytes) -> NDArray[np.uint8]:
    encoded = parse_example(record, where="validation records").get(ENCODED)
    if not encoded or not isinstance(encoded[0], bytes):
        raise RecordError("validation records", f"an example has no {ENCODED}", "Run make-records again.")
    with Image.open(BytesIO(encoded[0])) as image:
        return as_pixels(image)


def _blotches(generator: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    coarse = generator.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))

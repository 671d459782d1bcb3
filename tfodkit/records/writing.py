"""Groups of images → record files: read ahead in threads, written in order, cut into shards by size."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

from tfodkit import atomic
from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.survey import Progress, SurveyedImage
from tfodkit.errors import DataError, Problem
from tfodkit.records.file_names import shard_names
from tfodkit.records.grouping import ImageGroup
from tfodkit.records.manifest import RecordFile
from tfodkit.records.tfrecord import FRAME_BYTES, RecordWriter

Serialized = tuple[bytes, ...]
"""An example's bytes, in parts."""
Serialize = Callable[[SurveyedImage], Serialized]

BUFFER_BYTES = 1 << 20
BATCH_BYTES = 1 << 20
"""Of image files that a thread takes at once: handing over one by one costs as much as reading them."""
SYNC_BYTES = 16 << 20
"""Written to a file before the disk is told to begin."""
AHEAD_BYTES = 48 << 20
"""Of image files that are read before they are written."""


def write_groups(
    groups: Sequence[ImageGroup],
    folder: Path,
    serialize: Serialize,
    *,
    label_map: LabelMap,
    shard_bytes: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[RecordFile, ...]:
    """Write every group to files in ``folder``; no file is empty, and none depends on ``workers``.

    A group begins another shard where the next record would take it beyond ``shard_bytes``. ``progress`` is called
    after each image with the images done and the images in all.

    Raises:
        DataError: what ``serialize`` raised, all of it; what has been written is of no use then.
    """
    images = [image for group in groups for image in group.images]
    written: list[RecordFile] = []
    problems: list[Problem] = []
    done = 0
    with closing(_in_order(images, serialize, workers)) as outcomes:
        for group in groups:
            with _Shards(folder, group, label_map, shard_bytes) as shards:
                for image in group.images:
                    outcome = next(outcomes)
                    if isinstance(outcome, DataError):
                        problems.extend(outcome.problems)
                    elif not problems:  # what is written after a problem would be thrown away
                        shards.add(image.annotation, outcome)
                    done += 1
                    if progress:
                        progress(done, len(images))
            written.extend(shards.files)
    if problems:
        raise DataError.collect(problems)
    return tuple(written)


@dataclass(slots=True)
class _Shard:
    """One file of a group, and the counts of what is in it."""

    file: BinaryIO
    writer: RecordWriter
    syncing: int = 0
    """Bytes that the disk was told of."""
    images: int = 0
    boxes: Counter[str] = field(default_factory=Counter)
    images_with: Counter[str] = field(default_factory=Counter)
    max_boxes_per_image: int = 0

    def add(self, annotation: ImageAnnotation, parts: Serialized) -> None:
        self.writer.write(*parts)
        labels = [found.label for found in annotation.objects]
        self.images += 1
        self.boxes.update(labels)
        self.images_with.update(set(labels))
        self.max_boxes_per_image = max(self.max_boxes_per_image, len(labels))
        if self.writer.bytes - self.syncing > SYNC_BYTES:
            self._begin_sync()

    def close(self) -> None:
        self.file.flush()
        self._begin_sync()
        self.file.close()

    def _begin_sync(self) -> None:
        atomic.begin_sync(self.file.fileno())
        self.syncing = self.writer.bytes


class _Shards:
    """The files of one group, written one after the other; ``files`` tells of them when the block has ended."""

    def __init__(self, folder: Path, group: ImageGroup, label_map: LabelMap, shard_bytes: int | None) -> None:
        self.files: list[RecordFile] = []
        self._folder = folder
        self._group = group
        self._label_map = label_map
        self._shard_bytes = shard_bytes
        self._shards: list[_Shard] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._shards:
            self._shards[-1].close()
            self._name_files()
        elif self._shards:
            self._shards[-1].file.close()

    def add(self, annotation: ImageAnnotation, parts: Serialized) -> None:
        size = sum(map(len, parts)) + FRAME_BYTES
        if not self._shards or (self._shard_bytes and self._shards[-1].writer.bytes + size > self._shard_bytes):
            self._begin()
        self._shards[-1].add(annotation, parts)

    def _begin(self) -> None:
        if self._shards:
            self._shards[-1].close()
        file = self._part(len(self._shards)).open("wb", buffering=BUFFER_BYTES)
        self._shards.append(_Shard(file, RecordWriter(file)))

    def _part(self, number: int) -> Path:
        """Where a shard grows: how many there will be is not known yet."""
        return self._folder / f"{self._group.stem}.{number}.part"

    def _name_files(self) -> None:
        names = shard_names(self._group.stem, len(self._shards))
        for number, (shard, name) in enumerate(zip(self._shards, names, strict=True)):
            self._part(number).rename(self._folder / name)
            self.files.append(self._record_file(shard, name))

    def _record_file(self, shard: _Shard, name: str) -> RecordFile:
        return RecordFile(
            name=name,
            split=self._group.split,
            group=self._group.name,
            images=shard.images,
            boxes=self._in_id_order(shard.boxes),
            images_with=self._in_id_order(shard.images_with),
            max_boxes_per_image=shard.max_boxes_per_image,
            bytes=shard.writer.bytes,
            crc32c=shard.writer.crc32c,
        )

    def _in_id_order(self, counts: Counter[str]) -> tuple[tuple[str, int], ...]:
        return tuple((name, counts[name]) for name in self._label_map.names if counts[name])


def _in_order(images: Iterable[SurveyedImage], serialize: Serialize, workers: int) -> Generator[Serialized | DataError]:
    """What ``serialize`` gives or raises for each image, in order, worked out ahead in threads."""
    waiting: deque[tuple[int, Future[list[Serialized | DataError]]]] = deque()
    ahead = 0
    with ThreadPoolExecutor(workers) as pool:
        try:
            for size, batch in _batches(images):
                waiting.append((size, pool.submit(_outcomes, batch, serialize)))
                ahead += size
                while ahead > AHEAD_BYTES:
                    taken, future = waiting.popleft()
                    ahead -= taken
                    yield from future.result()
            while waiting:
                yield from waiting.popleft()[1].result()
        finally:
            for _, future in waiting:
                future.cancel()


def _batches(images: Iterable[SurveyedImage]) -> Iterator[tuple[int, list[SurveyedImage]]]:
    """The images in their order, a megabyte of files or a little more at a time, with the size of the files."""
    batch: list[SurveyedImage] = []
    size = 0
    for image in images:
        batch.append(image)
        size += image.facts.bytes
        if size >= BATCH_BYTES:
            yield size, batch
            batch, size = [], 0
    if batch:
        yield size, batch


def _outcomes(images: list[SurveyedImage], serialize: Serialize) -> list[Serialized | DataError]:
    return [_outcome(image, serialize) for image in images]


def _outcome(image: SurveyedImage, serialize: Serialize) -> Serialized | DataError:
    try:
        return serialize(image)
    except DataError as error:
        return error

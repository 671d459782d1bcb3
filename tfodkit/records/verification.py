"""Everything that can be wrong with records, looked for at once: :func:`verify_records`."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from tfodkit.dataset.label_map import read_label_map
from tfodkit.errors import Problem, RecordError
from tfodkit.findings import Severity
from tfodkit.images.examination import examine
from tfodkit.images.rules import FORMAT_UNSUPPORTED
from tfodkit.records.features import Features, KindError
from tfodkit.records.file_names import is_record_name
from tfodkit.records.manifest import LABEL_MAP, RecordManifest
from tfodkit.records.proof import Expected, Proof, prove_records
from tfodkit.records.sources import RecordSet, find_records
from tfodkit.records.tfrecord import read_tfrecord
from tfodkit.records.trainers_eyes import ENCODED, Classes

DECODED_BY_TENSORFLOW = "BMP"
"""No format to train on for make-records, but the trainer reads it."""
AHEAD = 8
"""Images that each thread may be ahead of who counts them."""
MAX_BOXES = 100
"""``max_number_of_boxes`` of a config that does not say: upstream's default."""

_AGAIN = "Run make-records again."

Progress = Callable[[int, int], None]
"""Called after each decoded image with the images done and the images in all."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and what is wrong with it."""

    folder: Path
    files: int
    bytes: int
    decoded: int
    """Images that were decoded to their last pixel."""
    proof: Proof
    problems: tuple[Problem, ...]
    """All of them, the proof's last."""

    @property
    def is_sound(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``--json``."""
        return {
            "folder": str(self.folder),
            "sound": self.is_sound,
            "files": self.files,
            "bytes": self.bytes,
            "decoded": self.decoded,
            "proof": self.proof.to_json(),
            "problems": [
                {"where": problem.where, "what": problem.what, "remedy": problem.remedy, "code": problem.code}
                for problem in self.problems
            ],
        }


def verify_records(
    place: Path | str,
    *,
    label_map: Path | None = None,
    num_classes: int | None = None,
    max_boxes: int | None = None,
    decode: bool = False,
    progress: Progress | None = None,
) -> Verification:
    """Hold the records at ``place`` against their checksums, their manifest and label map, and the trainer's rules.

    Without a manifest the records may be anybody's. ``num_classes`` and ``max_boxes`` are those of the config that they
    are trained with; unless given the label map's highest id, and 100 boxes an image, upstream's default; beside a
    manifest as many as there are, as make-config writes. With ``decode`` every picture is decoded.

    Raises:
        RecordError: there are no records, or neither a label map nor ``num_classes``; the manifest or the label map
            can't be read. What is wrong with records is in the result.
    """
    found = find_records(place, label_map=label_map)
    classes = _classes(found, num_classes)
    if found.manifest:
        proof = prove_records(found.sources, classes, _expected(found.manifest), max_boxes=max_boxes)
        problems = [*_folder_problems(found.folder, found.manifest), *_count_problems(proof, found.manifest)]
    else:
        usual = None if found.is_ours else MAX_BOXES
        proof = prove_records(found.sources, classes, max_boxes=usual if max_boxes is None else max_boxes)
        problems = found.missing_shards()
    decoded, total = 0, found.count() if decode and progress else 0
    for decoded, flaws in enumerate(_image_problems(found) if decode else (), start=1):
        problems.extend(flaws)
        if progress:
            progress(decoded, total)
    return Verification(
        folder=found.folder,
        files=len(found.sources),
        bytes=sum(source.path.stat().st_size for source in found.sources if source.path.is_file()),
        decoded=decoded,
        proof=proof,
        problems=(*problems, *proof.problems()),
    )


def _classes(found: RecordSet, num_classes: int | None) -> Classes:
    if found.label_map:
        return Classes.read(found.label_map, num_classes)
    if num_classes is None:
        remedy = "Pass the trainer's with --label-map, or --num-classes for one that has none."
        raise RecordError(str(found.folder), "there is no label map beside the records", remedy)
    return Classes({}, {}, num_classes)


def _expected(manifest: RecordManifest) -> Expected:
    return {split: manifest.boxes(split) for split in manifest.splits}


def _folder_problems(folder: Path, manifest: RecordManifest) -> Iterator[Problem]:
    """The files as they lie there."""
    try:
        manifest.check_files(folder, contents=True)
    except RecordError as error:
        yield from error.problems
    if read_label_map(folder / LABEL_MAP) != manifest.label_map:
        yield Problem(str(folder / LABEL_MAP), "other classes than the manifest's, or in another order", _AGAIN)
    known = {file.name for file in manifest.files}
    for path in sorted(folder.iterdir()):
        if is_record_name(path.name) and path.name not in known:
            yield Problem(str(path), "the manifest does not name this record file", "Move it out of the folder.")


def _count_problems(proof: Proof, manifest: RecordManifest) -> Iterator[Problem]:
    records = dict(proof.files)
    for file in manifest.files:
        if records[file.name] != file.images:
            what = f"{records[file.name]} records can be read, but the manifest says {file.images} images"
            yield Problem(file.name, what, _AGAIN)


def _image_problems(found: RecordSet) -> Iterator[list[Problem]]:
    """What is wrong with each picture, in the order of the records, decoded ahead in threads."""
    workers = os.cpu_count() or 1
    waiting: deque[Future[list[Problem]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for where, features in _examples(found):
            waiting.append(pool.submit(_flaws, where, features))
            if len(waiting) > workers * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _examples(found: RecordSet) -> Iterator[tuple[str, Features]]:
    """Those that can be read and have a picture; the proof tells of the others."""
    for source in found.sources:
        try:
            for number, record in enumerate(read_tfrecord(source.path), start=1):
                with suppress(DecodeError):
                    features = Features(record)
                    if ENCODED in features:
                        yield f"{source.path.name}: record {number}", features
        except RecordError:
            continue


def _flaws(where: str, features: Features) -> list[Problem]:
    try:
        content = features.text(ENCODED) or b""
        size = (features.int("image/width"), features.int("image/height"))
        name = b"".join(features.texts("image/filename")).decode(errors="replace")
    except KindError:
        return []  # the proof tells
    image = examine(content, decode=True)
    where = f"{where} ({name})" if name else where
    problems = [
        Problem(where, flaw.what, flaw.rule.remedy, flaw.rule.code)
        for flaw in image.flaws
        if flaw.rule.severity is Severity.ERROR
        and not (flaw.rule is FORMAT_UNSUPPORTED and image.format == DECODED_BY_TENSORFLOW)
    ]
    if None not in size and image.width and size != (image.width, image.height):
        what = f"the image has {image.width} x {image.height} pixels, but its record says {size[0]} x {size[1]}"
        problems.append(Problem(where, what, _AGAIN))
    return problems

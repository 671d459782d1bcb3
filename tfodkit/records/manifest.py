"""``manifest.json``: what a records folder holds, so that nobody has to read the records to know.

::

    records/
      label_map.pbtxt
      manifest.json
      train_mug.record                      images whose home class is mug (their rarest class), to train on
      val_mug.record
      train_bagel.record-00000-of-00002     a group that was cut into shards by size
      train_bagel.record-00001-of-00002
      …

The JSON says nothing about the time, the machine or absolute paths: the same input gives the same bytes.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfodkit import files
from tfodkit.dataset.label_map import BACKGROUND, LabelMap
from tfodkit.dataset.lost_objects import LostObjects
from tfodkit.errors import Problem, RecordError, UsageError
from tfodkit.records.box_sample import SampledBox
from tfodkit.records.file_names import shard_pattern
from tfodkit.records.manifest_json import REMEDY, manifest_values
from tfodkit.records.options import RecordOptions
from tfodkit.records.tfrecord import file_crc32c

if TYPE_CHECKING:
    from tfodkit.records.proof import Proof

__all__ = [
    "BACKGROUND",
    "FORMAT_VERSION",
    "LABEL_MAP",
    "MANIFEST",
    "SPLITS",
    "TRAIN",
    "VAL",
    "Affected",
    "RecordFile",
    "RecordGroup",
    "RecordManifest",
    "SampledBox",
]

MANIFEST = "manifest.json"
LABEL_MAP = "label_map.pbtxt"
FORMAT_VERSION = 3
_NUMBERS = re.compile(r"\[\n[-+.\de,\s]+\]")
"""A list of numbers alone, each on its own line; no string holds a line break in JSON."""
TRAIN, VAL, _ = SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One record file: its images all belong to one split and one group."""

    name: str
    """Relative to the records folder; a plain file name."""
    split: str
    """``train``, ``val`` or ``test``."""
    group: str
    """What the images of all the group's files have in common: their home class, ``background`` for images without
    objects; or their folder, ``.`` for the topmost; or nothing, and then it is ``all``."""
    images: int
    boxes: tuple[tuple[str, int], ...]
    """Boxes of each class that occurs, as (name, count) in the order of ids."""
    images_with: tuple[tuple[str, int], ...]
    """Images of this file in which each class occurs, as (name, count) in the order of ids."""
    max_boxes_per_image: int
    bytes: int
    crc32c: str | None
    """Of the file's content, 8 hexadecimal digits; None where an older tfodkit wrote it."""


@dataclass(frozen=True, slots=True)
class RecordGroup:
    """The files that the trainer draws from as from one, at one weight: all shards of one name; at least one."""

    files: tuple[RecordFile, ...]

    @property
    def name(self) -> str:
        """As :attr:`RecordFile.group`."""
        return self.files[0].group

    @property
    def pattern(self) -> str:
        """A pattern in the manner of the shell that matches the names of the files, and no other of the folder."""
        return shard_pattern([file.name for file in self.files])

    @property
    def images(self) -> int:
        return sum(file.images for file in self.files)

    @property
    def boxes(self) -> int:
        """Of all classes together."""
        return sum(count for file in self.files for _, count in file.boxes)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Affected:
    """What was left out, changed or warned of for breaking one rule, each by name."""

    code: str
    """Of the rule, such as ``TFK303``; blank where an older tfodkit wrote it."""
    reason: str
    """The rule's name, in the plural."""
    where: tuple[str, ...]
    """File names, with ``:line`` and the object where it is about one."""

    @property
    def count(self) -> int:
        return len(self.where)


@dataclass(frozen=True, slots=True)
class RecordManifest:
    """What a records folder holds."""

    tfodkit_version: str
    options: RecordOptions
    """What make-records was asked for, as :attr:`RecordOptions.recorded` has it."""
    label_map: LabelMap
    files: tuple[RecordFile, ...]
    """By split, in the order of :data:`SPLITS`, then by name."""
    annotations: str = "voc"
    """The annotations' format: ``voc``, ``coco``, ``yolo`` or ``csv``."""
    dropped: tuple[Affected, ...] = ()
    changed: tuple[Affected, ...] = ()
    """By a policy, on the way into a record."""
    warnings: tuple[Affected, ...] = ()
    """What somebody should look at; it was recorded as it is."""
    fingerprint: str = ""
    """Of all that decides what is in the files, in hexadecimal; blank where an older tfodkit wrote them."""
    box_sample: Mapping[str, tuple[SampledBox, ...]] = field(default_factory=dict, hash=False, repr=False)
    """Boxes of each split that has some, as :func:`~tfodkit.records.box_sample.sample_boxes` draws them; empty where an
    older tfodkit wrote it."""
    is_unchanged: bool = field(default=False, compare=False)
    """True where make_records found all of this there already, and wrote nothing; not in the JSON."""
    proof: Proof | None = field(default=None, compare=False, repr=False)
    """What the trainer sees of it, from make_records that wrote it; not in the JSON."""
    annotated: tuple[tuple[str, int], ...] = field(default=(), compare=False, repr=False)
    """Objects of each class in the annotations, recorded or not, as (name, count), beside ``proof``."""
    lost: tuple[LostObjects, ...] = field(default=(), compare=False, repr=False)
    """Why some of them are in no record, beside ``proof``."""

    def files_of(self, split: str) -> tuple[RecordFile, ...]:
        """The files of ``train``, ``val`` or ``test``, in the manifest's order."""
        if split not in SPLITS:
            raise ValueError(f"split must be one of {SPLITS}, but got {split!r}")
        return tuple(file for file in self.files if file.split == split)

    def groups_of(self, split: str) -> tuple[RecordGroup, ...]:
        """The groups of ``train``, ``val`` or ``test``, in the manifest's order."""
        groups: dict[str, list[RecordFile]] = defaultdict(list)
        for file in self.files_of(split):
            groups[file.group].append(file)
        return tuple(RecordGroup(tuple(members)) for members in groups.values())

    @property
    def splits(self) -> tuple[str, ...]:
        """Those of :data:`SPLITS` that have files."""
        return tuple(split for split in SPLITS if self.files_of(split))

    def images(self, split: str) -> int:
        """The number of images in ``train``, ``val`` or ``test``."""
        return sum(file.images for file in self.files_of(split))

    def boxes(self, split: str) -> dict[str, int]:
        """Boxes of every class of the label map in a split, 0 included, in the order of ids."""
        return self._per_class(file.boxes for file in self.files_of(split))

    def images_with(self, split: str) -> dict[str, int]:
        """Images of a split in which each class of the label map occurs, in the order of ids."""
        return self._per_class(file.images_with for file in self.files_of(split))

    def max_boxes_per_image(self, split: str) -> int:
        """The most boxes that one image of a split has; 0 where there are none."""
        return max((file.max_boxes_per_image for file in self.files_of(split)), default=0)

    def _per_class(self, counts: Iterable[tuple[tuple[str, int], ...]]) -> dict[str, int]:
        total: Counter[str] = Counter()
        for pairs in counts:
            total.update(dict(pairs))
        return {name: total[name] for name in self.label_map.names}

    def check_files(self, folder: Path, *, contents: bool = False) -> None:
        """Raise :class:`RecordError` naming each file that is absent, of another size or, with ``contents``, content.

        Files of a manifest without checksums, which an older tfodkit wrote, are looked at for their size alone.
        """
        problems = [
            problem for file in self.files if (problem := _file_problem(file, folder / file.name, contents=contents))
        ]
        if problems:
            raise RecordError.collect(problems)

    def to_json(self) -> str:
        """The text of ``manifest.json``: keys sorted, a box of the sample a line, the same for the same values."""
        values = {
            "format_version": FORMAT_VERSION,
            "tfodkit_version": self.tfodkit_version,
            "annotations": self.annotations,
            "options": self.options.to_values(),
            "classes": [{"id": class_id, "name": name} for name, class_id in self.label_map.ids().items()],
            "files": [
                {**asdict(file), "boxes": dict(file.boxes), "images_with": dict(file.images_with)}
                for file in self.files
            ],
            "dropped": [{**asdict(item), "count": item.count} for item in self.dropped],
            "changed": [{**asdict(item), "count": item.count} for item in self.changed],
            "warnings": [{**asdict(item), "count": item.count} for item in self.warnings],
            "fingerprint": self.fingerprint,
            "box_sample": self.box_sample,
        }
        text = json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        return _NUMBERS.sub(lambda found: "[" + " ".join(found[0][1:-1].split()) + "]", text)

    def write(self, folder: Path) -> None:
        """Write ``manifest.json`` into ``folder``, atomically."""
        files.write_text(folder / MANIFEST, self.to_json())

    @classmethod
    def read(cls, folder: Path) -> RecordManifest:
        """The manifest of a records folder.

        Raises:
            RecordError: there is none, it is damaged, or a newer tfodkit wrote it.
        """
        path = folder / MANIFEST
        values = manifest_values(_manifest_text(path), where=str(path), format_version=FORMAT_VERSION)
        label_map = LabelMap(tuple(name for name, _ in values["classes"]))
        return cls(
            tfodkit_version=values["tfodkit_version"],
            annotations=values["annotations"],
            options=_options(values["options"], str(path)),
            label_map=label_map,
            files=tuple(_record_file(file, label_map) for file in values["files"]),
            dropped=_affected(values["dropped"]),
            changed=_affected(values["changed"]),
            warnings=_affected(values["warnings"]),
            fingerprint=values["fingerprint"],
            box_sample={split: tuple(map(SampledBox._make, rows)) for split, rows in values["box_sample"].items()},
        )


def _options(values: dict[str, Any], where: str) -> RecordOptions:
    try:
        return RecordOptions.of_values(values)
    except (TypeError, ValueError, UsageError) as error:
        raise RecordError(where, f"options: {error}", REMEDY) from error


def _record_file(values: dict[str, Any], label_map: LabelMap) -> RecordFile:
    counts = {field: _in_id_order(values[field], label_map) for field in ("boxes", "images_with")}
    return RecordFile(**{**values, **counts})


def _in_id_order(counts: dict[str, int], label_map: LabelMap) -> tuple[tuple[str, int], ...]:
    return tuple((name, counts[name]) for name in label_map.names if name in counts)


def _affected(items: list[dict[str, Any]]) -> tuple[Affected, ...]:
    return tuple(Affected(item["code"], item["reason"], tuple(item["where"])) for item in items)


def _manifest_text(path: Path) -> str:
    remedy = "Pass the folder that make-records wrote, or run make-records again."
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RecordError(str(path), "the records folder has no manifest", remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(str(path), f"the manifest can't be read: {error}", remedy) from error


def _file_problem(file: RecordFile, path: Path, *, contents: bool) -> Problem | None:
    remedy = "Run make-records again."
    if not path.is_file():
        return Problem(str(path), "the manifest names this file, but it is not there", remedy)
    if (size := path.stat().st_size) != file.bytes:
        return Problem(str(path), f"{size} bytes, but the manifest says {file.bytes}", remedy)
    if contents and file.crc32c is not None and file_crc32c(path) != file.crc32c:
        return Problem(str(path), "the content is not what make-records wrote (its checksum differs)", remedy)
    return None

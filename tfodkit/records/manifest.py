"""``manifest.json``: what a records folder holds, so that nobody has to read the records to know.

::

    records/
      label_map.pbtxt
      manifest.json
      train_mug.record    images whose home class is mug (their rarest class), in the training split
      val_mug.record
      …

The JSON says nothing about the time, the machine or absolute paths: the same input gives the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tfodkit import files
from tfodkit.dataset.label_map import BACKGROUND, LabelMap
from tfodkit.errors import Problem, RecordError
from tfodkit.records.manifest_json import manifest_values

__all__ = ["BACKGROUND", "FORMAT_VERSION", "LABEL_MAP", "MANIFEST", "SPLITS", "Dropped", "RecordFile", "RecordManifest"]

MANIFEST = "manifest.json"
LABEL_MAP = "label_map.pbtxt"
FORMAT_VERSION = 1
SPLITS = ("train", "val")


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One record file: its images all belong to one split and one home class."""

    name: str
    """Relative to the records folder; a plain file name."""
    split: str
    """``train`` or ``val``."""
    home_class: str
    """The class that the images are filed under; ``background`` for images without objects."""
    images: int
    boxes: tuple[tuple[str, int], ...]
    """Boxes of each class that occurs, as (name, count) in the order of ids."""
    images_with: tuple[tuple[str, int], ...]
    """Images of this file in which each class occurs, as (name, count) in the order of ids."""
    max_boxes_per_image: int
    bytes: int
    sha256: str
    """Of the file's content, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was left out for one reason, each by name."""

    reason: str
    where: tuple[str, ...]
    """File names, with ``:line`` and the object where a box was left out."""

    @property
    def count(self) -> int:
        return len(self.where)


@dataclass(frozen=True, slots=True)
class RecordManifest:
    """What a records folder holds."""

    tfodkit_version: str
    seed: int
    split: float
    """The share of images asked for the training split, 0 to 1."""
    label_map: LabelMap
    files: tuple[RecordFile, ...]
    dropped: tuple[Dropped, ...] = ()
    format_version: int = FORMAT_VERSION

    def files_of(self, split: str) -> tuple[RecordFile, ...]:
        """The files of ``train`` or ``val``, in the manifest's order."""
        if split not in SPLITS:
            raise ValueError(f"split must be one of {SPLITS}, but got {split!r}")
        return tuple(file for file in self.files if file.split == split)

    def images(self, split: str) -> int:
        """The number of images in ``train`` or ``val``."""
        return sum(file.images for file in self.files_of(split))

    def boxes(self, split: str) -> dict[str, int]:
        """Boxes of every class of the label map in ``train`` or ``val``, 0 included, in the order of ids."""
        return self._per_class(file.boxes for file in self.files_of(split))

    def images_with(self, split: str) -> dict[str, int]:
        """Images of ``train`` or ``val`` in which each class of the label map occurs, in the order of ids."""
        return self._per_class(file.images_with for file in self.files_of(split))

    def max_boxes_per_image(self, split: str) -> int:
        """The most boxes that one image of ``train`` or ``val`` has; 0 where there are none."""
        return max((file.max_boxes_per_image for file in self.files_of(split)), default=0)

    def _per_class(self, counts: Iterable[tuple[tuple[str, int], ...]]) -> dict[str, int]:
        total: Counter[str] = Counter()
        for pairs in counts:
            total.update(dict(pairs))
        return {name: total[name] for name in self.label_map.names}

    def check_files(self, folder: Path, *, hashes: bool = False) -> None:
        """Raise :class:`RecordError` naming each file that is absent, of another size or, with ``hashes``, content."""
        problems = [
            problem for file in self.files if (problem := _file_problem(file, folder / file.name, hashes=hashes))
        ]
        if problems:
            raise RecordError.collect(problems)

    def to_json(self) -> str:
        """The text of ``manifest.json``: keys sorted, the same for the same values."""
        values: dict[str, Any] = asdict(self)
        values["classes"] = [{"id": class_id, "name": name} for name, class_id in self.label_map.ids().items()]
        del values["label_map"]
        for file in values["files"]:
            file["boxes"] = dict(file["boxes"])
            file["images_with"] = dict(file["images_with"])
        for dropped in values["dropped"]:
            dropped["count"] = len(dropped["where"])
        return json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True) + "\n"

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
        names = LabelMap(tuple(name for name, _ in values["classes"]))
        return cls(
            tfodkit_version=values["tfodkit_version"],
            seed=values["seed"],
            split=values["split"],
            label_map=names,
            files=tuple(_record_file(file, names) for file in values["files"]),
            dropped=tuple(Dropped(item["reason"], tuple(item["where"])) for item in values["dropped"]),
        )


def _record_file(values: dict[str, Any], label_map: LabelMap) -> RecordFile:
    counts = {field: _in_id_order(values[field], label_map) for field in ("boxes", "images_with")}
    return RecordFile(**{**values, **counts})


def _in_id_order(counts: dict[str, int], label_map: LabelMap) -> tuple[tuple[str, int], ...]:
    return tuple((name, counts[name]) for name in label_map.names if name in counts)


def _manifest_text(path: Path) -> str:
    remedy = "Pass the folder that make-records wrote, or run make-records again."
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RecordError(str(path), "the records folder has no manifest", remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(str(path), f"the manifest can't be read: {error}", remedy) from error


def _file_problem(file: RecordFile, path: Path, *, hashes: bool) -> Problem | None:
    remedy = "Run make-records again."
    if not path.is_file():
        return Problem(str(path), "the manifest names this file, but it is not there", remedy)
    if (size := path.stat().st_size) != file.bytes:
        return Problem(str(path), f"{size} bytes, but the manifest says {file.bytes}", remedy)
    if hashes and files.sha256(path) != file.sha256:
        return Problem(str(path), "the content is not what make-records wrote (sha256 differs)", remedy)
    return None

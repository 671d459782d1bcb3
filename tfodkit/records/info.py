"""What records hold, in figures: :func:`summarize`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low
from typing import Any

from tfodkit.annotations.losses import CROWD, DIFFICULT, KEYPOINTS, MASKS, POSES, TRUNCATED, count_extras
from tfodkit.records.manifest import Affected, RecordManifest
from tfodkit.records.reading import RecordedImage, read_all
from tfodkit.records.sources import find_records

SMALL, LARGE = 32**2, 96**2
"""COCO's bounds between small, medium and large objects, in square pixels."""
_EXTRAS = (DIFFICULT, TRUNCATED, POSES, CROWD, KEYPOINTS)
SIZE_NAMES = ("small", "medium", "large")


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One record file."""

    name: str
    split: str
    group: str
    """As the manifest says; blank without one."""
    bytes: int
    images: int
    boxes: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, the middle and the most of some numbers."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        """Of at least one number."""
        return cls(min(numbers), median_low(numbers), max(numbers))


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """One class in one split."""

    split: str
    label: str
    images: int
    """In which the class occurs."""
    boxes: int
    sides: Spread
    """Of the boxes: the square root of the area, in pixels."""
    sizes: tuple[int, int, int]
    """How many boxes are small, medium and large by COCO's bounds."""


@dataclass(frozen=True, slots=True)
class RecordsInfo:
    """What a set of records holds."""

    folder: Path
    files: tuple[FileInfo, ...]
    classes: tuple[ClassInfo, ...]
    """Splits in their order, then by name."""
    formats: Mapping[str, int]
    """Images by format."""
    image_sizes: Mapping[tuple[int, int], int]
    """Images by ``(width, height)``, the most frequent first."""
    boxes_per_image: Spread
    left_out: int
    """Objects of the records that are no values: an empty box, a blank label."""
    without_objects: Mapping[str, int]
    """Images without an object, by split."""
    extras: Mapping[str, int]
    """Objects with a flag, a mask or keypoints, by what they have."""
    manifest: RecordManifest | None

    @property
    def splits(self) -> tuple[str, ...]:
        """In the order of the files, each once."""
        return tuple(dict.fromkeys(file.split for file in self.files))

    @property
    def dropped(self) -> tuple[Affected, ...]:
        """What make-records left out, by the manifest; ``changed`` likewise."""
        return self.manifest.dropped if self.manifest else ()

    @property
    def changed(self) -> tuple[Affected, ...]:
        return self.manifest.changed if self.manifest else ()

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``--json``."""
        return {
            "folder": str(self.folder),
            "files": [_fields(file) for file in self.files],
            "classes": [
                {**_fields(of), "sides": _fields(of.sides), "sizes": dict(zip(SIZE_NAMES, of.sizes, strict=True))}
                for of in self.classes
            ],
            "formats": dict(self.formats),
            "image_sizes": [
                {"width": width, "height": height, "images": count}
                for (width, height), count in self.image_sizes.items()
            ],
            "boxes_per_image": _fields(self.boxes_per_image),
            "left_out": self.left_out,
            "without_objects": dict(self.without_objects),
            "extras": dict(self.extras),
            "dropped": [_affected(item) for item in self.dropped],
            "changed": [_affected(item) for item in self.changed],
            "options": self.manifest.options.to_values() if self.manifest else None,
        }


def summarize(place: Path | str, *, label_map: Path | None = None) -> RecordsInfo:
    """The figures of the records at ``place``, all of which are read; masks are not decoded.

    Raises:
        RecordError: as :func:`~tfodkit.records.reading.read_records`.
    """
    found = find_records(place, label_map=label_map)
    tally = _Tally()
    for recorded in read_all(found, masks=False):
        tally.add(recorded)
    groups = {file.name: file.group for file in found.manifest.files} if found.manifest else {}
    files = [
        FileInfo(
            name=found.title(source.path),
            split=source.split,
            group=groups.get(source.path.name, ""),
            bytes=source.path.stat().st_size,
            images=tally.images_of[source.path],
            boxes=tally.boxes_of[source.path],
        )
        for source in found.sources
    ]
    return RecordsInfo(
        folder=found.folder,
        files=tuple(files),
        classes=tuple(tally.classes(found.splits)),
        formats=dict(tally.formats.most_common()),
        image_sizes=dict(sorted(tally.sizes.items(), key=lambda item: (-item[1], item[0]))),
        boxes_per_image=Spread.of(list(tally.boxes_per_image.elements()) or [0]),
        left_out=tally.left_out,
        without_objects=dict(tally.without_objects),
        extras={what: count for what, count in sorted(tally.extras.items()) if count},
        manifest=found.manifest,
    )


class _Tally:
    """What has been counted so far."""

    def __init__(self) -> None:
        self.images_of: Counter[Path] = Counter()
        self.boxes_of: Counter[Path] = Counter()
        self.formats: Counter[str] = Counter()
        self.sizes: Counter[tuple[int, int]] = Counter()
        self.boxes_per_image: Counter[int] = Counter()
        self.without_objects: Counter[str] = Counter()
        self.extras: Counter[str] = Counter()
        self.left_out = 0
        self._images_with: Counter[tuple[str, str]] = Counter()
        self._areas: dict[tuple[str, str], list[float]] = {}

    def add(self, recorded: RecordedImage) -> None:
        annotation = recorded.annotation
        self.images_of[recorded.file] += 1
        self.boxes_of[recorded.file] += len(annotation.objects)
        self.formats[recorded.format or "unknown"] += 1
        self.sizes[annotation.width, annotation.height] += 1
        self.boxes_per_image[len(annotation.objects)] += 1
        self.left_out += len(recorded.left_out)
        self.extras.update(count_extras([annotation], *_EXTRAS))
        self.extras[MASKS] += recorded.masks
        if not annotation.objects:
            self.without_objects[recorded.split] += 1
        for label in annotation.labels:
            self._images_with[recorded.split, label] += 1
        for found in annotation.objects:
            self._areas.setdefault((recorded.split, found.label), []).append(found.box.area)

    def classes(self, splits: Sequence[str]) -> list[ClassInfo]:
        keys = sorted(self._areas, key=lambda key: (splits.index(key[0]), key[1]))
        return [self._class(split, label, self._areas[split, label]) for split, label in keys]

    def _class(self, split: str, label: str, areas: Sequence[float]) -> ClassInfo:
        small, large = sum(area < SMALL for area in areas), sum(area >= LARGE for area in areas)
        return ClassInfo(
            split=split,
            label=label,
            images=self._images_with[split, label],
            boxes=len(areas),
            sides=Spread.of([round(area**0.5, 1) for area in areas]),
            sizes=(small, len(areas) - small - large, large),
        )


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _affected(item: Affected) -> dict[str, Any]:
    return {"code": item.code, "reason": item.reason, "count": item.count, "where": list(item.where)}

"""The labelled objects of an image, and how they are read out of the records that the trainer reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.coco_rle import Rle, to_rle
from tfodkit.annotations.keypoints import Keypoint
from tfodkit.errors import RecordError
from tfodkit.records.features import Features, KindError
from tfodkit.records.recorded_shapes import read_keypoints, read_masks
from tfodkit.records.tfrecord import read_tfrecord

UNLABELLED = (0.0, 0.0, 0.0)
"""A keypoint that an object lacks."""


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruth:
    """The labelled objects of one image.

    ``boxes_xyxy`` is float64 ``[n, 4]`` in pixels of the ``width`` by ``height`` image; ``class_ids`` int64 ``[n]``,
    of records from 1, of COCO's files any; ``is_crowd`` and ``is_difficult`` bool ``[n]``, the latter ``None`` where
    nobody marked any. ``areas`` is float64 ``[n]`` in square pixels, where another than the box's counts. ``masks`` has
    ``None`` for an object without one, ``keypoints`` is float64 ``[n, k, 3]``: x, y and COCO's visibility; both are
    ``None`` where no object has any.
    """

    name: str
    width: int
    height: int
    boxes_xyxy: NDArray[np.float64]
    class_ids: NDArray[np.int64]
    is_crowd: NDArray[np.bool_]
    is_difficult: NDArray[np.bool_] | None = None
    areas: NDArray[np.float64] | None = None
    masks: tuple[Rle | None, ...] | None = None
    keypoints: NDArray[np.float64] | None = None


def read_ground_truth(
    records: Sequence[Path], class_names: Mapping[int, str], *, shapes: bool = False
) -> list[GroundTruth]:
    """The truth of every image in ``records``, file by file, by the trainer's rule: class text beats class id.

    Masks and keypoints are read where ``shapes`` asks for them: masks take longer than all else.

    Raises:
        RecordError: a record is damaged or lacks a feature, or an object's class is not among ``class_names``.
    """
    ids = {name: class_id for class_id, name in class_names.items()}
    return [
        _Record(Features.of(record, where=where), where).ground_truth(ids, shapes=shapes)
        for path in records
        for number, record in enumerate(read_tfrecord(path), 1)
        for where in [f"{path}: record {number}"]
    ]


def keypoint_array(objects: Sequence[Sequence[Keypoint]]) -> NDArray[np.float64] | None:
    """The keypoints of an image's objects as one array ``[n, k, 3]``; ``None`` where no object has any."""
    count = max(map(len, objects), default=0)
    if not count:
        return None
    rows = [[(point.x, point.y, float(point.visibility)) for point in found] for found in objects]
    return np.array([[*row, *[UNLABELLED] * (count - len(row))] for row in rows], np.float64)


class _Record:
    """One record, feature by feature."""

    def __init__(self, features: Features, where: str) -> None:
        self._features = features
        self._where = where

    def ground_truth(self, ids: Mapping[str, int], *, shapes: bool) -> GroundTruth:
        try:
            return self._ground_truth(ids, shapes)
        except KindError as error:
            raise self._unusable(str(error)) from error

    def _ground_truth(self, ids: Mapping[str, int], shapes: bool) -> GroundTruth:
        read = self._features
        width, height = self._size("width"), self._size("height")
        class_ids = self._class_ids(ids)
        sides = [read.floats(f"image/object/bbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
        if any(len(side) != len(class_ids) for side in sides):
            counts = ", ".join(str(len(side)) for side in sides)
            raise self._unusable(f"{len(class_ids)} classes, but {counts} box sides")
        # in float32, as the API has it: there 0.1625 of 480 pixels is 78 again, and 96 x 96 is a medium object to COCO
        boxes = np.array(sides, np.float32).T.reshape(-1, 4) * np.array([width, height, width, height], np.float32)
        masks = self._masks(len(boxes), width, height) if shapes else None
        keypoints = (
            keypoint_array(read_keypoints(read, len(boxes), width, height, where=self._where)) if shapes else None
        )
        return GroundTruth(
            name=(read.text("image/filename") or b"").decode("utf-8", "replace"),
            width=width,
            height=height,
            boxes_xyxy=boxes.astype(np.float64),
            class_ids=np.array(class_ids, np.int64),
            is_crowd=self._flags("is_crowd", len(boxes)),
            is_difficult=self._flags("difficult", len(boxes)),
            areas=self._areas(len(boxes)),
            masks=masks,
            keypoints=keypoints,
        )

    def _areas(self, count: int) -> NDArray[np.float64] | None:
        """Those of masks, which records have in numbers too: objects are as large in training as they are here."""
        areas = self._features.floats("image/object/area") if "image/object/mask" in self._features else ()
        return np.array(areas, np.float64) if count and len(areas) == count and min(areas) > 0 else None

    def _class_ids(self, ids: Mapping[str, int]) -> list[int]:
        texts = self._features.texts("image/object/class/text")
        if not texts:
            labels = list(self._features.ints("image/object/class/label"))
            self._refuse(set(labels) - set(ids.values()), "class id")
            return labels
        names = [text.decode("utf-8", "replace") for text in texts]
        self._refuse(set(names) - set(ids), "class")
        return [ids[name] for name in names]

    def _refuse(self, unknown: Collection[Any], noun: str) -> None:
        if unknown:
            raise RecordError(
                self._where,
                f"the {noun} {min(unknown)!r} is not in the label map, so that the trainer would not see its boxes",
                "Use the label map that was written with the records, or write the records anew.",
            )

    def _masks(self, count: int, width: int, height: int) -> tuple[Rle | None, ...] | None:
        masks = read_masks(self._features, count, width, height, where=self._where)
        if not any(masks):
            return None
        return tuple(None if mask is None else to_rle(mask, width=width, height=height) for mask in masks)

    def _flags(self, name: str, count: int) -> NDArray[np.bool_]:
        flags = self._features.ints(f"image/object/{name}")
        return np.array(flags, bool) if len(flags) == count else np.zeros(count, bool)

    def _size(self, name: str) -> int:
        size = self._features.int(f"image/{name}")
        if size is None:
            raise self._unusable(f"image/{name} must hold one value, but holds 0")
        return size

    def _unusable(self, what: str) -> RecordError:
        return RecordError(self._where, what, "Write the records anew with tfodkit make-records.")

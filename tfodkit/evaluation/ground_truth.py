"""The truth of the validation images, out of the records that the trainer reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import RecordError
from tfodkit.records.example import parse_example
from tfodkit.records.tfrecord import read_tfrecord

Features: TypeAlias = Mapping[str, Sequence[bytes] | Sequence[float] | Sequence[int]]


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruth:
    """The labelled objects of one image.

    ``boxes_xyxy`` is float64 ``[n, 4]`` in pixels of the ``width`` by ``height`` image; ``class_ids`` int64 ``[n]``,
    from 1; ``is_crowd`` bool ``[n]``.
    """

    name: str
    width: int
    height: int
    boxes_xyxy: NDArray[np.float64]
    class_ids: NDArray[np.int64]
    is_crowd: NDArray[np.bool_]


def read_ground_truth(records: Sequence[Path], class_names: Mapping[int, str]) -> list[GroundTruth]:
    """The truth of every image in ``records``, file by file, by the trainer's rule: class text beats class id.

    Raises:
        RecordError: a record is damaged or lacks a feature, or an object's class is not among ``class_names``.
    """
    ids = {name: class_id for class_id, name in class_names.items()}
    return [
        _ground_truth(parse_example(record, where=where), ids, where)
        for path in records
        for number, record in enumerate(read_tfrecord(path), 1)
        for where in [f"{path}: record {number}"]
    ]


def _ground_truth(features: Features, ids: Mapping[str, int], where: str) -> GroundTruth:
    width, height = (int(_only(features, f"image/{name}", where)) for name in ("width", "height"))
    sides = [features.get(f"image/object/bbox/{side}", []) for side in ("xmin", "ymin", "xmax", "ymax")]
    class_ids = _class_ids(features, ids, where)
    if any(len(side) != len(class_ids) for side in sides):
        raise _unusable(where, f"{len(class_ids)} classes, but {', '.join(str(len(side)) for side in sides)} box sides")
    crowds = features.get("image/object/is_crowd") or [0] * len(class_ids)
    # in float32, as the API has it: there 0.1625 of 480 pixels is 78 again, and 96 x 96 is a medium object to COCO
    boxes = np.array(sides, np.float32).T.reshape(-1, 4) * np.array([width, height, width, height], np.float32)
    return GroundTruth(
        name=_text(features.get("image/filename", [b""])[0]),
        width=width,
        height=height,
        boxes_xyxy=boxes.astype(np.float64),
        class_ids=np.array(class_ids, np.int64),
        is_crowd=np.array(crowds, bool),
    )


def _class_ids(features: Features, ids: Mapping[str, int], where: str) -> list[int]:
    if not (texts := features.get("image/object/class/text", [])):
        return [int(value) for value in features.get("image/object/class/label", [])]
    names = [_text(text) for text in texts]
    if unknown := sorted(set(names) - set(ids)):
        raise RecordError(
            where,
            f"the class {unknown[0]!r} is not in the label map, so that the trainer would not see its boxes",
            "Use the label map that was written with the records, or write the records anew.",
        )
    return [ids[name] for name in names]


def _only(features: Features, name: str, where: str) -> bytes | float | int:
    values = features.get(name, [])
    if len(values) != 1:
        raise _unusable(where, f"{name} must hold one value, but holds {len(values)}")
    return values[0]


def _text(value: bytes | float | int) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _unusable(where: str, what: str) -> RecordError:
    return RecordError(where, what, "Write the records anew with tfodkit make-records.")

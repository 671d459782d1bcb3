"""One detection as a file has it, checked field by field."""

from __future__ import annotations

import reprlib
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations import rules
from tfodkit.annotations.coco_fields import fields_of, key_of, shape_of
from tfodkit.annotations.coco_keypoints import pack_keypoints
from tfodkit.annotations.coco_masks import mask_of
from tfodkit.annotations.coco_rle import Rle, to_rle
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.masks import PolygonMask, RunLengthMask
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.sources.truth import Key

_SIDES = 4
_NUMBERS = frozenset({int, float})
_EXACT = 1 << 53


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A detection: its image's place and its class in the truth, ``xyxy`` pixels, score, and shapes."""

    place: int
    class_id: int
    xyxy: tuple[float, float, float, float]
    score: float
    mask: Rle | None
    keypoints: NDArray[np.float64] | None
    """``[k, 3]``: x, y and a score."""


def entry_of(
    entry: Any,
    place_of: Callable[[Key], int | None],
    class_of: Callable[[Key], int | None],
    images: Sequence[GroundTruth],
) -> Entry | None:
    """The detection in ``entry``; ``None`` where its image or its class is not known, which has been noted.

    Raises:
        FaultError: a field is missing or holds what it can't.
    """
    fields = fields_of(entry)
    place, class_id = place_of(key_of(fields, "image_id")), class_of(key_of(fields, "category_id"))
    score = _score(fields)
    mask = mask_of(fields.get("segmentation"))
    keypoints = _keypoints(fields)
    xyxy = _xyxy(fields, mask, keypoints)
    if place is None or class_id is None:
        return None
    return Entry(place, class_id, xyxy, score, _rle(mask, images[place]), keypoints)


def _score(fields: dict[str, Any]) -> float:
    if "score" not in fields:
        what = "score is missing: without it these are annotations, not detections"
        raise FaultError(rules.FIELD_MISSING, what)
    score = fields["score"]
    if type(score) not in _NUMBERS:
        raise FaultError(rules.FIELD_INVALID, f"score must be a number, but got {reprlib.repr(score)}")
    if not 0 <= score <= 1:  # nan is neither
        raise FaultError(rules.FIELD_INVALID, f"score must be 0 to 1, but is {score:g}")
    return float(score)


def _xyxy(
    fields: dict[str, Any], mask: PolygonMask | RunLengthMask | None, keypoints: NDArray[np.float64] | None
) -> tuple[float, float, float, float]:
    bbox = fields.get("bbox")
    if bbox in (None, []) and mask is None and keypoints is not None:  # as pycocotools' loadRes
        (xmin, ymin), (xmax, ymax) = keypoints[:, :2].min(0), keypoints[:, :2].max(0)
        return float(xmin), float(ymin), float(xmax), float(ymax)
    if not isinstance(bbox, list) or len(bbox) != _SIDES or not _NUMBERS.issuperset(map(type, bbox)):
        return shape_of({**fields, "iscrowd": 0}).xyxy  # of the mask, or it says what is wrong
    x, y, width, height = bbox
    if not all(-_EXACT < side < _EXACT for side in bbox):
        raise FaultError(rules.BOX_NOT_FINITE, f"bbox must be finite, but is {', '.join(f'{side:g}' for side in bbox)}")
    if width < 0 or height < 0:
        raise FaultError(rules.BOX_INVERTED, f"width and height must be 0 or more, but are {width:g} and {height:g}")
    return float(x), float(y), float(x + width), float(y + height)


def _rle(mask: PolygonMask | RunLengthMask | None, image: GroundTruth) -> Rle | None:
    if mask is None:
        return None
    try:
        return to_rle(mask, width=image.width, height=image.height)
    except ValueError as error:
        raise FaultError(rules.MASK_INVALID, f"{error} {image.name!r}") from error


def _keypoints(fields: dict[str, Any]) -> NDArray[np.float64] | None:
    packed = pack_keypoints(fields.get("keypoints"))
    if not packed and fields.get("keypoints"):
        packed = array("d", fields["keypoints"]).tobytes()  # every score is 0
    if not packed:
        return None
    points = np.frombuffer(packed, np.float64).reshape(-1, 3)
    if not np.isfinite(points).all():
        raise FaultError(rules.KEYPOINTS_INVALID, "keypoints must be finite, but one is not")
    return points

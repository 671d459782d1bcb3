"""The entries of a COCO file, checked field by field: images, categories, annotations. Fields not named are ignored.

::

    image       {"id": 9, "file_name": "train/tray_001.jpg", "width": 640, "height": 480}
    category    {"id": 18, "name": "bagel", "keypoints": ["left", "right"]}
    annotation  {"id": 7, "image_id": 9, "category_id": 18, "iscrowd": 0,
                 "bbox": [x, y, width, height],                         may be missing beside a segmentation
                 "segmentation": [[x1, y1, x2, y2, …], …]               polygons,
                              or {"size": [height, width], "counts": …} run lengths, as a list or compressed
                 "keypoints": [x, y, visibility, …],
                 "difficult": 1, "truncated": 1, "pose": "Left",        Pascal VOC's: ours alone, where they are set
                 "score": 0.93}                                         of a detection, as in COCO's results

Ids are numbers or texts. From https://cocodataset.org/#format-data, but for the last line.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tfodkit.annotations.coco_boxes import xyxy_of
from tfodkit.annotations.coco_keypoints import pack_keypoints
from tfodkit.annotations.coco_masks import mask_of
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.json_numbers import parse_json_number
from tfodkit.annotations.masks import Mask, PolygonMask, RunLengthMask, box_of
from tfodkit.annotations.rules import (
    FIELD_INVALID,
    FIELD_MISSING,
)
from tfodkit.annotations.values import UNSPECIFIED, label_problem

Key: TypeAlias = int | str
Xyxy: TypeAlias = tuple[float, float, float, float]

_FLAGS = (0, 1)
_SET = (1,)


@dataclass(frozen=True, slots=True)
class CocoImage:
    """One of ``images``."""

    id: Key
    file_name: str
    size: tuple[float, float] | None
    """``(width, height)`` as stated, nan for what is no number; None where neither is there."""


@dataclass(frozen=True, slots=True)
class Category:
    """One of ``categories``."""

    id: Key
    name: str
    keypoints: tuple[str, ...] = ()
    """Names; blank where objects of the category have none, or they are not named."""


@dataclass(frozen=True, slots=True)
class CocoShape:
    """Where an annotation says that its object is, and what it is like."""

    xyxy: Xyxy
    mask: Mask | None = None
    keypoints: bytes = b""
    """``(x, y, visibility)`` of each, as packed floats: their names are known when the whole file is."""
    is_crowd: bool = False
    difficult: bool = False
    truncated: bool = False
    pose: str = UNSPECIFIED
    score: float | None = None
    """nan for what is no number; None where there is none."""


def image_of(entry: Any) -> CocoImage:
    """:class:`FaultError` where there is no id or file name."""
    fields = fields_of(entry)
    file_name = _field(fields, "file_name")
    if not isinstance(file_name, str) or not file_name:
        raise FaultError(FIELD_INVALID, f"file_name must be the name of a file, but got {reprlib.repr(file_name)}")
    size = None
    if "width" in fields or "height" in fields:
        size = (_number_or_nan(fields.get("width")), _number_or_nan(fields.get("height")))
    return CocoImage(key_of(fields, "id"), file_name, size)


def category_of(entry: Any) -> Category:
    """:class:`FaultError` where there is no id or name, or names of keypoints are none, or equal."""
    fields = fields_of(entry)
    name = _field(fields, "name")
    if not isinstance(name, str):
        raise FaultError(FIELD_INVALID, f"name must be text, but got {reprlib.repr(name)}")
    keypoints = fields.get("keypoints") or []
    if not isinstance(keypoints, list) or not all(map(_is_name, keypoints)):
        raise FaultError(FIELD_INVALID, f"keypoints must be a list of names, but got {reprlib.repr(keypoints)}")
    if len(set(keypoints)) < len(keypoints):
        raise FaultError(FIELD_INVALID, "keypoints must have a name each, but two have the same")
    return Category(key_of(fields, "id"), name, tuple(keypoints))


def shape_of(fields: Mapping[str, Any]) -> CocoShape:
    """What an annotation says, but for its ids; :class:`FaultError` where it says nothing that can be used."""
    mask = mask_of(fields.get("segmentation"))
    return CocoShape(
        _xyxy(fields.get("bbox"), mask),
        mask,
        pack_keypoints(fields.get("keypoints")),
        _crowd(fields.get("iscrowd", 0)),
        fields.get("difficult") in _SET,
        fields.get("truncated") in _SET,
        _pose(fields.get("pose")),
        _number_or_nan(fields["score"]) if "score" in fields else None,
    )


def fields_of(entry: Any) -> dict[str, Any]:
    """An entry's fields; :class:`FaultError` where it has none."""
    if not isinstance(entry, dict):
        raise FaultError(FIELD_INVALID, f"it must be an object with fields, but got {reprlib.repr(entry)}")
    return entry


def key_of(fields: Mapping[str, Any], field: str) -> Key:
    """An id; :class:`FaultError` where there is none."""
    value = _field(fields, field)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int | str) or isinstance(value, bool):
        raise FaultError(FIELD_INVALID, f"{field} must be a whole number or text, but got {reprlib.repr(value)}")
    return value


def _field(fields: Mapping[str, Any], field: str) -> Any:
    if field not in fields:
        raise FaultError(FIELD_MISSING, f"there is no {field}")
    return fields[field]


def _number_or_nan(value: Any) -> float:
    try:
        return parse_json_number(value, "")
    except FaultError:
        return math.nan


def _xyxy(bbox: Any, mask: PolygonMask | RunLengthMask | None) -> Xyxy:
    if bbox in (None, []):
        if mask is None:
            raise FaultError(FIELD_MISSING, "there is neither a bbox nor a segmentation")
        return box_of(mask).xyxy
    return xyxy_of(bbox)


def _crowd(value: Any) -> bool:
    if isinstance(value, int) and value in _FLAGS:
        return bool(value)
    raise FaultError(FIELD_INVALID, f"iscrowd must be 0 or 1, but got {reprlib.repr(value)}")


def _pose(value: Any) -> str:
    return str(value) if _is_name(value) else UNSPECIFIED


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and not label_problem(value)

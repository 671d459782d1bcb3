"""``detections.json``: what was found in which picture, in COCO's words.

::

    {"images":      [{"id": 1, "file_name": "tray.jpg", "width": 640, "height": 480, "drawn": "tray.jpg"}, …],
     "categories":  [{"id": 1, "name": "bagel"}, …],
     "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [12.5, 30.0, 88.0, 61.5], "score": 0.93}, …],
     "threshold": 0.5,
     "thresholds": {"mug": 0.4}}

pycocotools reads the file as a data set, and ``annotations`` with ``loadRes`` as COCO *results*. ``bbox`` is
``[x, y, width, height]`` in pixels of the upright picture; ``file_name`` is the picture's path as it was given,
``drawn`` the drawn one's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfodkit.annotations.detections import Detections
from tfodkit.boxes import Box

PIXEL_DECIMALS = 2
SCORE_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class PictureResult:
    """What was found in one picture: its file, its upright size in pixels, the name of the drawn picture."""

    path: Path
    width: int
    height: int
    drawn: str | None
    detections: Detections
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further members of the image in JSON."""


def to_json(
    results: Sequence[PictureResult],
    class_names: Mapping[int, str],
    threshold: float,
    thresholds: Mapping[str, float] | None = None,
) -> str:
    """The text of ``detections.json``; images are numbered from 1 in the order of ``results``.

    ``thresholds`` are those of classes that have one of their own, by name; the member is left out where there is none.
    """
    images = [_image(image_id, result) for image_id, result in enumerate(results, start=1)]
    entries = [{"id": number, **entry} for number, entry in enumerate(result_entries(results), start=1)]
    content = {
        "images": images,
        "categories": [{"id": class_id, "name": name} for class_id, name in class_names.items()],
        "annotations": entries,
        "threshold": threshold,
        **({"thresholds": dict(thresholds)} if thresholds else {}),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def result_entries(results: Sequence[PictureResult]) -> list[dict[str, Any]]:
    """COCO's results: what was found in each picture, these numbered from 1."""
    numbered = enumerate(results, start=1)
    return [entry for image_id, result in numbered for entry in _annotations(image_id, result.detections)]


def _image(image_id: int, result: PictureResult) -> dict[str, Any]:
    size = {"width": result.width, "height": result.height}
    drawn = {} if result.drawn is None else {"drawn": result.drawn}
    return {"id": image_id, "file_name": result.path.as_posix(), **size, **drawn, **result.more}


def _annotations(image_id: int, detections: Detections) -> list[dict[str, Any]]:
    return [
        {
            "image_id": image_id,
            "category_id": int(class_id),
            "bbox": [round(value, PIXEL_DECIMALS) for value in Box(*map(float, xyxy)).xywh],
            "score": round(float(score), SCORE_DECIMALS),
        }
        for xyxy, score, class_id in zip(detections.boxes_xyxy, detections.scores, detections.class_ids, strict=True)
    ]

"""Truths of a few pictures of 400 x 300 pixels, in the forms in which people have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.sources.truth import Truth

CATEGORIES = [{"id": 3, "name": "bagel"}, {"id": 18, "name": "mug"}]
IMAGES = [
    {"id": 9, "file_name": "train/tray_1.jpg", "width": 400, "height": 300},
    {"id": 4, "file_name": "tray_2.jpg", "width": 200, "height": 100},
]
ANNOTATIONS = [
    {"id": 1, "image_id": 4, "category_id": 18, "bbox": [10, 20, 30, 40], "iscrowd": 0, "area": 700.5},
    {"id": 2, "image_id": 9, "category_id": 3, "bbox": [0, 0, 100, 50], "iscrowd": 1},
    {"id": 3, "image_id": 9, "category_id": 18, "bbox": [50, 60, 20, 20], "iscrowd": 0, "difficult": 1},
]


def write_coco(path: Path, **members: Any) -> Path:
    content = {"images": IMAGES, "annotations": ANNOTATIONS, "categories": CATEGORIES, **members}
    path.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))
    return path


def make_truth(*names: str, **others: Any) -> Truth:
    """An object of class 1, ``mug``, in each picture of 400 x 300; class 2 is ``bagel``."""
    images = tuple(
        GroundTruth(name, 400, 300, np.array([[10.0, 20, 110, 120]]), np.ones(1, np.int64), np.zeros(1, bool))
        for name in names or ("a.jpg", "b.jpg")
    )
    values = {
        "where": "truth",
        "images": images,
        "names": tuple((image.name,) for image in images),
        "class_names": {1: "mug", 2: "bagel"},
    }
    return Truth(**{**values, **others})

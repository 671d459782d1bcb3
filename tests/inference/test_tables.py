from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np

from tfodkit.annotations.detections import Detections
from tfodkit.inference import PictureResult
from tfodkit.inference.tables import to_coco_results, to_csv

FOUND = Detections(np.array([[1, 2, 31.257, 42]], np.float32), np.array([0.9], np.float32), np.array([3]))
RESULTS = [
    PictureResult(Path("empty.jpg"), 64, 48, None, FOUND.above(1)),
    PictureResult(Path('tr"a,y.jpg'), 64, 48, "tray.jpg", FOUND),
]


def test_csv_has_a_row_an_object_in_pixels() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(RESULTS, {3: "mug"}))))
    assert rows == [
        {
            "file": 'tr"a,y.jpg',
            "class": "mug",
            "score": "0.9",
            "xmin": "1.0",
            "ymin": "2.0",
            "xmax": "31.26",
            "ymax": "42.0",
            "width": "64",
            "height": "48",
        }
    ]


def test_coco_results_are_a_list_that_counts_all_pictures() -> None:
    assert json.loads(to_coco_results(RESULTS)) == [
        {"image_id": 2, "category_id": 3, "bbox": [1.0, 2.0, 30.26, 40.0], "score": 0.9}
    ]

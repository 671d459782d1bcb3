from __future__ import annotations

import json
from pathlib import Path

import pytest

from tfodkit.errors import DataError
from tfodkit.workflow.labels import read_labels

TRUTH = {
    "images": [{"id": 7, "file_name": "b.jpg", "width": 100, "height": 50}, {"id": 8, "file_name": "a.jpg",
               "width": 100, "height": 50}],
    "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0}],
    "categories": [{"id": 3, "name": "mug"}],
}  # fmt: skip
FOUND = [
    {"image_id": 7, "category_id": 3, "bbox": [11, 10, 20, 20], "score": 0.75},
    {"image_id": 7, "category_id": 3, "bbox": [11, 10, 0, 20], "score": 0.5},
]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    (tmp_path / "truth.json").write_text(json.dumps(TRUTH))
    (tmp_path / "detections.json").write_text(json.dumps(FOUND))
    return tmp_path


def test_a_list_has_the_names_of_the_truth_beside_it(report: Path) -> None:
    for place in (report, report / "detections.json"):
        labels = read_labels(place)
        assert [(image.name, image.size, len(image.objects)) for image in labels.images] == [
            ("a.jpg", (100, 50), 0),
            ("b.jpg", (100, 50), 1),
        ]
        (mug,) = labels.images[1].objects
        assert (mug.label, mug.score, mug.enclosing.xyxy) == ("mug", 0.75, (11, 10, 31, 30))
        assert labels.left_out == 1


def test_a_list_of_other_images_than_the_truth_s_is_refused(report: Path) -> None:
    (report / "detections.json").write_text(json.dumps([{**FOUND[0], "image_id": 99}]))
    with pytest.raises(DataError, match="99"):
        read_labels(report)

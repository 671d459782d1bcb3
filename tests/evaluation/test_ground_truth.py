"""What the trainer sees of a record, as the truth that detections are held against."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.record_builders import make_features, write_record
from tfodkit.evaluation.ground_truth import read_ground_truth


@pytest.mark.parametrize("left", range(40, 300, 13))
def test_whole_pixels_come_back_whole(tmp_path: Path, left: int) -> None:
    """COCO's medium objects end with 96 x 96 pixels: a millionth of a pixel more would make it a large one alone."""
    width, height = 480, 360
    box = (left / width, 58 / height, (left + 96) / width, (58 + 96) / height)
    features = make_features("mug", boxes=[box], width=[width], height=[height])
    (truth,) = read_ground_truth([write_record(tmp_path / "a.record", [features])], {1: "mug"})
    xmin, ymin, xmax, ymax = truth.boxes_xyxy[0]
    assert (xmin, xmax) == (left, left + 96)
    assert (xmax - xmin) * (ymax - ymin) == 96 * 96

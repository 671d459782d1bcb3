from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders import cafe_folder

from tfodkit.evaluation.examples import choose_examples, read_examples
from tfodkit.evaluation.ground_truth import GroundTruth, read_ground_truth
from tfodkit.records import make_records


def make_truth(objects: int) -> GroundTruth:
    return GroundTruth(
        name="a.jpg",
        width=40,
        height=30,
        boxes_xyxy=np.zeros((objects, 4)),
        class_ids=np.ones(objects, np.int64),
        is_crowd=np.zeros(objects, bool),
    )


def test_images_with_objects_are_chosen_evenly() -> None:
    truths = [make_truth(number % 2) for number in range(20)]
    assert choose_examples(truths, 3) == [1, 7, 13]
    assert choose_examples(truths, 10) == choose_examples(truths, 50) == list(range(1, 20, 2))
    assert choose_examples(truths, 0) == choose_examples([make_truth(0)], 3) == []


@pytest.fixture
def records(tmp_path: Path) -> list[Path]:
    make_records(cafe_folder(tmp_path / "images"), tmp_path / "records")
    return sorted((tmp_path / "records").glob("train_*.record"))


def test_each_example_is_the_image_of_its_truth(records: list[Path], tmp_path: Path) -> None:
    from PIL import Image

    truths = read_ground_truth(records, {1: "bagel", 2: "mug"})
    numbers = choose_examples(truths, 4)
    examples = read_examples(records, truths, numbers)
    assert [example.number for example in examples] == numbers
    assert len(examples) == 4
    for example in examples:
        assert example.truth is truths[example.number]
        with Image.open(tmp_path / "images" / example.truth.name) as image:
            assert np.array_equal(np.asarray(example.picture), np.asarray(image.convert("RGB")))
    assert read_examples(records, truths, []) == []

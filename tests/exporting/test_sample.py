from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfodkit.exporting.sample import choose_sample, draw_sample
from tfodkit.records.example import example_class
from tfodkit.records.tfrecord import RecordWriter

CLASSES = {1: "bagel", 2: "mug"}


def write_record(path: Path, greys: list[int]) -> None:
    with path.open("wb") as file:
        writer = RecordWriter(file)
        for grey in greys:
            encoded = BytesIO()
            Image.new("L", (5, 3), grey).save(encoded, "PNG")
            example = example_class()()
            features = example.features.feature
            features["image/encoded"].bytes_list.value.append(encoded.getvalue())
            features["image/filename"].bytes_list.value.append(f"{grey}.png".encode())
            features["image/width"].int64_list.value.append(5)
            features["image/height"].int64_list.value.append(3)
            writer.write(example.SerializeToString())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "pipeline.config"
    path.write_text(f'eval_input_reader {{ tf_record_input_reader {{ input_path: "{tmp_path}/val_*.record" }} }}\n')
    return path


def test_pictures_come_from_the_validation_files_in_turn(tmp_path: Path, config: Path) -> None:
    write_record(tmp_path / "val_bagel.record", list(range(20)))
    write_record(tmp_path / "val_mug.record", [100, 101])
    sample = choose_sample(config, CLASSES, most=8)
    assert sample.origin == "validation"
    assert [int(picture[0, 0, 0]) for picture in sample.pictures] == [0, 100, 1, 101, 2, 3, 4, 5]
    assert [truth.name for truth in sample.truths] == [f"{grey}.png" for grey in (0, 100, 1, 101, 2, 3, 4, 5)]
    assert {picture.shape for picture in sample.pictures} == {(3, 5, 3)}


def test_without_records_pictures_are_drawn_and_that_is_said(config: Path) -> None:
    sample = choose_sample(config, CLASSES)
    assert sample.origin == "drawn: there are no validation records"
    assert len({picture.shape for picture in sample.pictures}) == len(sample.pictures)


def test_with_damaged_records_pictures_are_drawn_and_that_is_said(tmp_path: Path, config: Path) -> None:
    write_record(tmp_path / "val_mug.record", [1])
    (tmp_path / "val_mug.record").write_bytes((tmp_path / "val_mug.record").read_bytes()[:-2])
    assert choose_sample(config, CLASSES).origin.startswith("drawn: the validation records can't be read: ")


def test_drawn_pictures_are_the_same_every_time() -> None:
    for one, other in zip(draw_sample().pictures, draw_sample().pictures, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.std() > 20

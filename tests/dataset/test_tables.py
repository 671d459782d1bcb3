"""Statistics as frames."""

import math

import pytest
from builders import make_image_annotation, make_object, shared_data

from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.masks import PolygonMask
from tfodkit.dataset import Dataset, SplitShares, split_dataset
from tfodkit.dataset.source import open_source
from tfodkit.dataset.survey import survey
from tfodkit.dataset.tables import class_table, object_table, split_table


@pytest.fixture
def dataset(tmp_path):
    mask = PolygonMask(((0, 0, 9, 0, 9, 9),))
    first = make_image_annotation(
        "a.jpg",
        objects=(
            make_object("mug", 0, 0, 20, 15, difficult=True, pose="Left"),
            make_object("cup", 10, 10, 14, 16, truncated=True, is_crowd=True, mask=mask),
            make_object("mug", 5, 5, 15, 20, keypoints=(Keypoint("ear", 6, 6, 2),)),
        ),
        subfolder="left",
        source=tmp_path / "a.xml",
    )
    return Dataset.of([first, make_image_annotation("b.jpg"), make_image_annotation("c.jpg", [])])


def test_an_object_is_a_row(dataset, tmp_path):
    frame = dataset.to_frame()
    assert frame.drop(columns="source").values.tolist() == [
        ["b.jpg", 40, 30, "mug", 4, 6, 20, 24, 0.24, False, False, False, "Unspecified", False, 0],
        ["left/a.jpg", 40, 30, "mug", 0, 0, 20, 15, 0.25, True, False, False, "Left", False, 0],
        ["left/a.jpg", 40, 30, "cup", 10, 10, 14, 16, 0.02, False, True, True, "Unspecified", True, 0],
        ["left/a.jpg", 40, 30, "mug", 5, 5, 15, 20, 0.125, False, False, False, "Unspecified", False, 1],
    ]
    assert frame["source"].tolist() == ["", *[str(tmp_path / "a.xml")] * 3]


def test_the_columns_are_the_same_without_objects(dataset):
    empty = object_table(Dataset(()))
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == object_table(dataset).dtypes.to_dict()
    assert class_table(Dataset(())).dtypes.to_dict() == class_table(dataset).dtypes.to_dict()


def test_a_class_is_a_row(dataset):
    frame = class_table(dataset)
    assert frame.index.tolist() == ["cup", "mug", "background"]
    assert frame.loc["mug"].tolist() == [2, 3, 1.5, 16, 15, 0.24]
    assert frame.loc["cup"].tolist() == [1, 1, 1, 4, 6, 0.02]
    assert frame.loc["background"].tolist()[:3] == [1, 0, 0]
    assert all(map(math.isnan, frame.loc["background"].tolist()[3:]))


def test_each_split_has_its_columns():
    dataset = Dataset(tuple(make_image_annotation(f"{number}.jpg", ["mug", "mug"]) for number in range(10)))
    frame = split_table(dataset, split_dataset(dataset, shares=SplitShares(0.7, 0.2, 0.1), seed=0))
    assert frame.index.tolist() == ["mug", "all"]
    expected = {"train": (7, 14, 0.7), "val": (2, 4, 0.2), "test": (1, 2, 0.1)}
    for side, values in expected.items():
        for name in ("mug", "all"):
            assert tuple(frame.loc[name, [f"{side}_images", f"{side}_boxes", f"{side}_share"]]) == values


def test_images_in_no_split_are_not_counted():
    dataset = Dataset(tuple(make_image_annotation(f"{number}.jpg", ["mug"]) for number in range(4)))
    split = split_dataset(dataset, shares=SplitShares(), seed=0, fixed={"0.jpg": "train", "1.jpg": "val"})
    assert split_table(dataset, split).loc["all"].tolist() == [1, 1, 0.5, 1, 1, 0.5, 0, 0, 0]


def test_bccd_in_full():
    root = shared_data("bccd")
    found = survey(open_source(root / "JPEGImages", root / "Annotations", None), decode=False)
    dataset = Dataset.of(image.annotation for image in found.images)
    assert class_table(dataset)[["images", "boxes"]].T.to_dict("list") == {
        "Platelets": [201, 361],
        "RBC": [349, 4153],
        "WBC": [358, 372],
    }
    assert len(dataset.to_frame()) == 4886

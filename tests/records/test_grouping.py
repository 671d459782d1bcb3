"""Every image in one group, whose files have a name of their own."""

import pytest
from builders import make_image_annotation

from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.survey import SurveyedImage
from tfodkit.images.facts import ImageFacts
from tfodkit.records.grouping import record_groups

FACTS = ImageFacts("JPEG", 40, 30, 1, 1000, bytes(32), 0, None)
IMAGES = {
    "a.jpg": ["mug"],
    "bar/b.jpg": ["mug", "crêpe"],
    "bar/c.jpg": [],
    "bar/left/d.jpg": ["crêpe"],
    "e.jpg": ["mug", "mug"],
}
SIDE_OF = dict.fromkeys(IMAGES, "train") | {"e.jpg": "val", "bar/c.jpg": "test"}


def surveyed(name, labels):
    folder, _, image = name.rpartition("/")
    return SurveyedImage(make_image_annotation(image, labels, subfolder=folder), FACTS)


@pytest.mark.parametrize(
    ("grouping", "expected"),
    [
        ("single", [("train", "all", ["a.jpg", "bar/b.jpg", "bar/left/d.jpg"]), ("val", "all", ["e.jpg"])]),
        (
            "class",
            [("train_crepe-d6065f12", "crêpe", ["bar/b.jpg", "bar/left/d.jpg"]), ("train_mug", "mug", ["a.jpg"])],
        ),
        (
            "folder",
            [
                ("train", ".", ["a.jpg"]),
                ("train_bar", "bar", ["bar/b.jpg"]),
                ("train_bar_left-9eec3683", "bar/left", ["bar/left/d.jpg"]),
            ],
        ),
    ],
)
def test_each_way_to_group(grouping, expected):
    images = [surveyed(name, labels) for name, labels in IMAGES.items()]
    groups = record_groups(images, SIDE_OF, grouping, LabelMap(("crêpe", "mug")))
    found = [(group.stem, group.name, [image.annotation.name for image in group.images]) for group in groups]
    assert found[: len(expected)] == expected
    assert [group.split for group in groups] == sorted(
        [group.split for group in groups], key=["train", "val", "test"].index
    )
    assert sum(len(group.images) for group in groups) == len(IMAGES)
    assert len({group.stem for group in groups}) == len(groups)


def test_a_folder_may_be_called_as_background_is():
    images = [surveyed("background/a.jpg", ["mug"]), surveyed("b.jpg", [])]
    side_of = dict.fromkeys(("background/a.jpg", "b.jpg"), "train")
    groups = record_groups(images, side_of, "folder", LabelMap(("mug",)))
    assert [(group.stem, group.name) for group in groups] == [("train", "."), ("train_background", "background")]

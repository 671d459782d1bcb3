"""A data set: annotated images in one order, each name once; its classes, and where an image is at home."""

from collections import Counter

import pytest
from builders import make_image_annotation, shared_data

from tfodkit.dataset import Dataset
from tfodkit.dataset.dataset import home_class
from tfodkit.dataset.source import open_source
from tfodkit.dataset.survey import survey
from tfodkit.errors import DataError


def test_a_data_set_is_sorted():
    with pytest.raises(ValueError, match="sorted by image name, each name once"):
        Dataset((make_image_annotation("b.jpg"), make_image_annotation("a.jpg")))
    with pytest.raises(ValueError, match="each name once"):
        Dataset((make_image_annotation("x/a.jpg"), make_image_annotation("y/a.jpg")))


def test_annotations_come_in_any_order():
    names = ["b.jpg", "a.jpg", "c.jpg"]
    assert [item.name for item in Dataset.of(map(make_image_annotation, names)).annotations] == sorted(names)
    with pytest.raises(ValueError, match="each name once"):
        Dataset.of([make_image_annotation("a.jpg")] * 2)


def test_folders_tell_images_of_one_name_apart():
    images = [make_image_annotation("a.jpg", subfolder=folder) for folder in ("y", "x", "")]
    assert [item.name for item in Dataset.of(images).annotations] == ["a.jpg", "x/a.jpg", "y/a.jpg"]


def test_a_data_set_without_objects_has_no_classes():
    with pytest.raises(DataError, match=r"the data set: no image has an object\. Label the images with labelImg\."):
        _ = Dataset((make_image_annotation(labels=[]),)).label_map


@pytest.mark.parametrize(
    ("labels", "home"),
    [(["mug", "bagel"], "bagel"), (["mug", "cup"], "cup"), (["mug", "mug"], "mug"), ([], "background")],
)
def test_home_is_the_class_in_the_fewest_images_then_the_first_by_name(labels, home):
    images_with = Counter({"mug": 5, "bagel": 2, "cup": 5})
    assert home_class(make_image_annotation(labels=labels), images_with) == home


def test_an_image_counts_once_for_a_class():
    dataset = Dataset((make_image_annotation("a.jpg", ["mug", "mug"]), make_image_annotation("b.jpg", ["mug"])))
    assert dataset.images_with() == {"mug": 2}


@pytest.mark.parametrize(
    ("name", "folders", "images", "classes"),
    [
        ("bccd", ("JPEGImages", "Annotations"), 364, ("Platelets", "RBC", "WBC")),
        ("raccoon", ("images", "annotations"), 200, ("raccoon",)),
    ],
)
def test_the_real_data_has_its_known_classes(name, folders, images, classes):
    found = survey(open_source(*(shared_data(name) / folder for folder in folders), None), decode=False)
    dataset = Dataset(tuple(image.annotation for image in found.images))
    assert len(dataset.annotations) == images
    assert dataset.label_map.names == classes

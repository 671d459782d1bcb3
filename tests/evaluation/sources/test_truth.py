"""By what names and numbers detections may mean an image or a class."""

from __future__ import annotations

import pytest
from truth_builders import make_truth

from tfodkit.errors import DataError
from tfodkit.evaluation.sources.truth import refuse_unusable


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("train/tray_1.jpg", 0),
        ("/home/someone/train/tray_1.jpg", 0),
        ("C:\\pictures\\tray_1.jpg", 0),
        ("tray_1", 0),
        ("cafe\u0301.png", 1),  # the same accent, written in two characters
        (397133, 2),
        ("397133", 2),
        ("tray_2.jpg", None),
        (1, None),
    ],
)
def test_an_image_goes_by_its_name_its_stem_or_its_number(key: int | str, place: int | None) -> None:
    truth = make_truth("train/tray_1.jpg", "caf\u00e9.png", "000000397133.jpg")
    assert truth.place_of(key) == place


def test_a_name_that_several_have_means_none_of_them() -> None:
    truth = make_truth("a/1.jpg", "b/1.jpg", "b/2.jpg")
    assert [truth.place_of(key) for key in ("1.jpg", "1", 1, "a/1.jpg", "b/1.jpg", "2")] == [None, None, None, 0, 1, 2]


def test_where_images_have_ids_numbers_are_these_alone() -> None:
    truth = make_truth("1.jpg", "3.jpg", image_ids={2: 0, 1: 1})
    assert [truth.place_of(key) for key in (1, 2, "1", "3.jpg", 3)] == [1, 0, 0, 1, None]


@pytest.mark.parametrize(("key", "class_id"), [(1, 1), ("bagel", 2), ("2", 2), (3, None), ("tray", None)])
def test_a_class_goes_by_its_id_or_its_name(key: int | str, class_id: int | None) -> None:
    assert make_truth().class_of(key) == class_id


def test_where_categories_have_ids_classes_go_by_these() -> None:
    truth = make_truth(category_ids={18: 1, "b": 2})
    assert [truth.class_of(key) for key in (18, "b", "mug", 1)] == [1, 2, 1, None]


def test_ids_may_begin_at_0() -> None:
    truth = make_truth(class_names={0: "mug", 1: "bagel"}, category_ids={0: 0, 1: 1}, image_ids={0: 0, 1: 1})
    assert [truth.class_of(key) for key in (0, "0", "mug", "bagel", "tray")] == [0, 0, 0, 1, None]
    assert [truth.place_of(key) for key in (0, "0", "a.jpg", 2)] == [0, 0, 0, None]


def test_an_image_that_is_there_twice_is_named() -> None:
    with pytest.raises(DataError) as error:
        refuse_unusable(make_truth("a.jpg", "b.jpg", "a.jpg"))
    assert str(error.value) == (
        "truth: the image 'a.jpg' is there twice. Keep one of them, or correct the file name in the other."
    )


def test_a_truth_without_objects_is_refused() -> None:
    with pytest.raises(DataError, match="truth: there is no labelled object in 0 images"):
        refuse_unusable(make_truth(images=()))

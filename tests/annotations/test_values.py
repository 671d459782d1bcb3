"""Values are valid where they are built."""

import pytest
from builders import make_image_annotation, make_object

from tfodkit.annotations.values import label_problem


@pytest.mark.parametrize("label", ["mug", "crêpe 中", "a/b", "👩\u200d🍳", "<b>&"])
def test_any_printable_name_is_a_label(label):
    assert label_problem(label) is None


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("", "it is blank"),
        (" \t", "it is blank"),
        ("mug ", "it has white space at an end"),
        ("a\nb", "it has control characters"),
        ("a\x00b", "it has control characters"),
        ("a\ud800", "it has control characters"),
        ("a\uffff", "it has control characters"),
    ],
)
def test_a_label_that_some_format_can_not_hold_is_refused(label, problem):
    assert label_problem(label) == problem
    with pytest.raises(ValueError, match=f"a label must be a name, but got .*{problem}"):
        make_object(label)


def test_an_object_must_have_an_area():
    with pytest.raises(ValueError, match="must have an area"):
        make_object("mug", 5, 5, 5, 9)


def test_an_image_must_have_a_size():
    with pytest.raises(ValueError, match="must be at least 1 x 1, but got 0 x 30"):
        make_image_annotation(width=0)


def test_labels_are_the_classes_that_occur():
    assert make_image_annotation(labels=["mug", "bagel", "mug"]).labels == {"mug", "bagel"}


def test_an_images_name_tells_where_it_lies():
    assert make_image_annotation("in/tray.jpg").name == "tray.jpg"
    assert make_image_annotation("in/a/b/tray.jpg", subfolder="a/b").name == "a/b/tray.jpg"

"""The same picture is found under whatever name, and no picture is taken for another."""

import pytest
from hypothesis import given, strategies as st

from tfodkit.evaluation.comparing.pairing import pair_images


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("a.jpg", "a.jpg"),
        ("a.jpg", "a.PNG"),
        ("a", "a.jpg"),
        ("a.jpg", "photos/a.jpg"),
        ("/home/me/photos/a.jpg", "photos/a"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg"),
        ("tray.001", "tray.001.jpg"),
    ],
)
def test_names_that_mean_the_same_picture(a, b):
    assert pair_images([a, "other.jpg"], ["another.jpg", b]) == [(0, 1)]
    assert pair_images([b], [a]) == [(0, 0)]


@pytest.mark.parametrize(
    ("a", "b"), [("a.jpg", "A.jpg"), ("train/a.jpg", "val/a.jpg"), ("ta.jpg", "a.jpg"), ("a.1", "a.2")]
)
def test_names_that_mean_others(a, b):
    assert pair_images([a], [b]) == []


def test_what_could_be_two_pictures_is_none():
    assert pair_images(["a"], ["a.jpg", "a.png"]) == []
    assert pair_images(["a.jpg"], ["train/a.jpg", "val/a.jpg"]) == []
    assert pair_images(["train/a.jpg", "val/a.jpg"], ["a.jpg"]) == []


def test_the_better_name_goes_first_and_frees_the_other():
    assert pair_images(["a.jpg", "a.png"], ["a.png", "a.jpg"]) == [(0, 1), (1, 0)]
    assert pair_images(["a.jpg", "a.png"], ["a.png", "a"]) == [(0, 1), (1, 0)]
    assert pair_images(["train/a.jpg", "val/a.jpg"], ["photos/val/a.jpg", "photos/train/a.jpg"]) == [(0, 1), (1, 0)]


NAMES_A = ["a.jpg", "a.png", "b.jpg", "x/a.jpg", "x/b.png", "y/x/a.jpg", "c"]
NAMES_B = ["a.jpg", "a", "b.jpg", "x/a.jpg", "y/b.png", "z/x/a.jpg", "c.gif"]


@given(st.lists(st.sampled_from(NAMES_A), unique=True), st.lists(st.sampled_from(NAMES_B), unique=True))
def test_each_picture_is_paired_once_and_the_same_from_either_side(a, b):
    pairs = pair_images(a, b)
    assert all(len({pair[side] for pair in pairs}) == len(pairs) for side in (0, 1))
    assert sorted((j, i) for i, j in pair_images(b, a)) == pairs

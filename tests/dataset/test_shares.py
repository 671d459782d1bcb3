"""Shares as people write them, and whole images out of them."""

import pytest
from hypothesis import given, strategies as st

from tfodkit.dataset.shares import SplitShares, apportioned, seated
from tfodkit.errors import UsageError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.8", (0.8, 0.2, 0)),
        ("0.7,0.2,0.1", (0.7, 0.2, 0.1)),
        ("70/20/10", (0.7, 0.2, 0.1)),
        (" 0.75 / 0.25 ", (0.75, 0.25, 0)),
        ("0.333,0.333,0.333", (0.333, 0.333, 0.333)),
        ("90,10,0", (0.9, 0.1, 0)),
    ],
)
def test_shares_are_written_as_people_write_them(text, values):
    shares = SplitShares.parse(text)
    assert shares.values == values
    assert SplitShares.parse(str(shares)) == shares


@pytest.mark.parametrize("text", ["0", "1", "-0.1", "80", "nan", "inf"])
def test_one_share_lies_between_0_and_1(text):
    with pytest.raises(UsageError, match=rf"--split: {text} is not between 0 and 1. 0.8 trains on four images of five"):
        SplitShares.parse(text)


@pytest.mark.parametrize(
    "text", ["0.5,0.4", "70/20/20", "1,0", "0.8,0.3,-0.1", "0.4,0.3,0.2,0.1", "nan,0.5", "0,0.5,0.5"]
)
def test_shares_that_are_not_1_together_are_refused(text):
    with pytest.raises(UsageError, match=f"{text} are not two or three shares between 0 and 1 that are 1 together"):
        SplitShares.parse(text)


@pytest.mark.parametrize("text", ["", "half", "0.8;0.2", "0.8,"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(UsageError, match=f"'{text}' is no number, nor two or three of them"):
        SplitShares.parse(text)


def test_the_value_refuses_what_is_no_split():
    with pytest.raises(ValueError, match=r"must be between 0 and 1, but got 1,0"):
        SplitShares(1.0, 0.0)
    with pytest.raises(ValueError, match=r"must be 1 together, but got 0\.8,0\.2,0\.2, which is 1\.2"):
        SplitShares(0.8, 0.2, 0.2)


def test_the_sides_are_those_that_get_images():
    assert SplitShares().sides == ("train", "val")
    assert SplitShares(0.7, 0.2, 0.1).sides == ("train", "val", "test")


def test_what_rounding_leaves_goes_to_the_largest_remainder():
    assert apportioned(364, [0.8, 0.2]) == [291, 73]
    assert apportioned(10, [0.7, 0.2, 0.1]) == [7, 2, 1]
    assert apportioned(7, [0.7, 0.2, 0.1]) == [5, 1, 1]
    assert apportioned(1, [0.5, 0.5]) == [1, 0]
    assert apportioned(100, [0.29, 0.71]) == [29, 71]
    assert apportioned(0, [0.5, 0.5]) == [0, 0]


def test_what_rounding_leaves_goes_to_the_largest_claim():
    assert seated(364, [0.8, 0.2], [1, 0]) == [292, 72]
    assert seated(364, [0.8, 0.2], [0, 1]) == [291, 73]
    assert seated(10, [0.8, 0.2], [0, 9]) == [8, 2], "nothing is left"
    assert seated(100, [0.29, 0.355, 0.355], [0, 1, 1]) == [29, 36, 35], "as a float 29 of 100 is a little less"


shares = st.lists(st.floats(0.01, 1), min_size=2, max_size=3)


@given(st.integers(0, 10_000), shares, st.lists(st.integers(-3, 3), min_size=3, max_size=3))
def test_each_number_is_its_quota_rounded_down_or_up(count, found, claims):
    for seats in (apportioned(count, found), seated(count, found, claims[: len(found)])):
        assert sum(seats) == count
        assert all(abs(seat - count * share / sum(found)) < 1.000001 for seat, share in zip(seats, found, strict=True))

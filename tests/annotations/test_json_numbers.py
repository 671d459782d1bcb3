"""Numbers of strangers' JSON are floats or faults; ours are as short as they can be."""

import json
import math

import pytest
from hypothesis import given, strategies as st

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.json_numbers import are_numbers, parse_json_number, plain


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_so_that_it_comes_back(value):
    written = json.dumps(plain(value))
    assert json.loads(written) == value
    assert len(written) <= len(json.dumps(value))
    assert len(written) < 26


@pytest.mark.parametrize(
    ("value", "expected"),
    [(4, 4.0), (4.5, 4.5), (math.inf, math.inf), (10**400, math.inf), (-(10**400), -math.inf)],
)
def test_a_number_is_a_float(value, expected):
    found = parse_json_number(value, "x")
    assert (found, type(found)) == (expected, float)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("4", "x must be a number, but got '4'"),
        ("four", "x must be a number, but got 'four'"),
        ("4,5", "x must be a number, but got '4,5'"),
        (None, "x must be a number, but got None"),
        (True, "x must be a number, but got True"),
        ([[[[[[[[[[1]]]]]]]]]], "x must be a number, but got [[[[[[[...]]]]]]]"),
    ],
)
def test_what_is_no_number_is_a_fault(value, message):
    with pytest.raises(FaultError) as caught:
        parse_json_number(value, "x")
    assert caught.value.what == message
    assert caught.value.rule.code == ("TFK108" if value == "4,5" else "TFK107")


def test_lists_of_numbers_are_told_from_others():
    assert are_numbers([])
    assert are_numbers([1, 2.5, math.nan, 10**400])
    assert not any(map(are_numbers, [[True], ["1"], [None], [[1]], "12", {1: 2}, None, (1, 2)]))

from __future__ import annotations

import pytest

from tfodkit.wording import byte_words, counted, figure, percent, score


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [(1, "class", "1 class"), (2, "class", "2 classes"), (3, "box", "3 boxes"), (1234, "image", "1,234 images")],
)
def test_one_and_many(count: int, noun: str, words: str) -> None:
    assert counted(count, noun) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0.0 kB"),
        (99_949, "99.9 kB"),
        (99_950, "0.1 MB"),
        (999_949_999, "999.9 MB"),
        (999_950_000, "1.0 GB"),
    ],
)
def test_sizes_where_the_unit_changes(count: int, words: str) -> None:
    assert byte_words(count) == words


def test_numbers_have_as_many_decimals_as_they_need() -> None:
    assert (figure(0.12345), percent(0.125)) == ("0.123", "12%")
    assert [score(value) for value in (0.5, 1.0, 0.0004, 0.3 + 1e-16)] == ["0.50", "1.00", "0.0004", "0.30"]


def test_absent_numbers_are_a_dash() -> None:
    assert {figure(None), percent(None), score(None), figure(float("nan")), percent(float("nan"))} == {"–"}

from __future__ import annotations

import pytest

from tfodkit.wording import byte_words, counted


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

from __future__ import annotations

from itertools import pairwise

import pytest

from tfodkit.inference.colours import BLACK, WHITE, colour_of, contrast, ink_on


def test_neighbouring_classes_look_different() -> None:
    for one, other in pairwise(colour_of(class_id) for class_id in range(1, 30)):
        assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 150


def test_the_first_twenty_classes_have_twenty_colours() -> None:
    assert len({colour_of(class_id) for class_id in range(1, 21)}) == 20


@pytest.mark.parametrize("class_id", range(1, 91))
def test_the_ink_can_be_read_on_every_colour(class_id: int) -> None:
    assert contrast(ink_on(colour_of(class_id)), colour_of(class_id)) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(WHITE, WHITE) == 1.0
    assert contrast(BLACK, WHITE) == pytest.approx(21.0)
    assert contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.01)

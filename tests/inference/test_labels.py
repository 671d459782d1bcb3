from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tfodkit.boxes import Box
from tfodkit.inference.fonts import font_for
from tfodkit.inference.labels import Label, make_label, place_label

LABEL = Label(text="mug 90%", width=40, height=10, padding=2, baseline=8)
PICTURE = {"width": 200, "height": 100}


def test_a_label_says_name_and_percent() -> None:
    label = make_label("mug", 0.904, font_for("mug", 20), padding=4, widest=500)
    assert label.text == "mug 90%"
    assert 0 < label.baseline < label.height


def test_a_name_that_is_too_long_is_cut_but_never_its_score() -> None:
    font = font_for("mug", 20)
    label = make_label("a class name without an end", 0.5, font, padding=4, widest=150)
    assert label.text.endswith("… 50%")
    assert label.text.startswith("a cl")
    assert label.width <= 150


def test_a_label_stands_above_its_box() -> None:
    assert place_label(LABEL, Box(50, 40, 90, 80), [], **PICTURE) == Box(50, 30, 90, 40)


def test_a_label_stands_inside_a_box_that_reaches_the_top() -> None:
    assert place_label(LABEL, Box(50, 4, 90, 80), [], **PICTURE) == Box(50, 4, 90, 14)


def test_a_label_moves_left_at_the_right_border() -> None:
    assert place_label(LABEL, Box(180, 40, 200, 80), [], **PICTURE).xmax == 200


def test_a_label_makes_way_for_one_that_stands_there() -> None:
    box = Box(50, 40, 90, 80)
    above = place_label(LABEL, box, [], **PICTURE)
    inside = place_label(LABEL, box, [above], **PICTURE)
    below = place_label(LABEL, box, [above, inside], **PICTURE)
    assert inside == Box(50, 40, 90, 50)
    assert below == Box(50, 80, 90, 90)


coordinate = st.floats(-50, 250, allow_nan=False)


@given(coordinate, coordinate, coordinate, coordinate)
def test_a_label_lies_in_the_picture_wherever_its_box_lies(
    left: float, top: float, right: float, bottom: float
) -> None:
    box = Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    place = place_label(LABEL, box, [], **PICTURE)
    assert place.clip(**PICTURE) == place
    assert (place.width, place.height) == (pytest.approx(40), pytest.approx(10))

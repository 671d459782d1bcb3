from __future__ import annotations

import pytest
from PIL import ImageFont

from tfodkit.inference.fonts import can_write, font_for


@pytest.mark.parametrize("text", ["bagel 93%", "žemľa", "ñandú", "кружка", "κούπα", "a b\tc"])
def test_names_in_these_scripts_can_be_written(text: str) -> None:
    assert can_write(font_for(text, 20), text)


def test_what_a_font_lacks_is_noticed() -> None:
    pillows_own = ImageFont.load_default(20)
    assert can_write(pillows_own, "bagel")
    assert not can_write(pillows_own, "žemľa")


def test_letters_have_the_size_that_was_asked_for() -> None:
    small, large = font_for("mug", 12), font_for("mug", 48)
    assert large.getlength("mug") == pytest.approx(4 * small.getlength("mug"), rel=0.1)

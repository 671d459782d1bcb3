from __future__ import annotations

import re

import pytest

from tfodkit.evaluation_report.page import TEMPLATES, data_uri
from tfodkit.evaluation_report.plot import _VARIABLES
from tfodkit.inference.colours import Colour, contrast

STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
READABLE, VISIBLE = 4.5, 3.0
"""WCAG 2.1: contrast of text, and of what has to be seen to understand a picture."""
STRONGEST_HEAT = 0.6


def palettes() -> list[dict[str, str]]:
    """The variables of the light page, then of the dark one."""
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
    values = [dict(re.findall(r"--([\w-]+): ([^;]+);", block)) for block in (light, dark)]
    return [values[0], {**values[0], **values[1]}]


def rgb(value: str) -> Colour:
    if value.startswith("#"):
        return tuple(int(value[place : place + 2], 16) for place in (1, 3, 5))  # type: ignore[return-value]
    return tuple(map(int, value.split()))  # type: ignore[return-value]


@pytest.mark.parametrize("palette", palettes(), ids=("light", "dark"))
@pytest.mark.parametrize("ground", ["paper", "sheet"])
@pytest.mark.parametrize("ink", ["ink", "faint", "link"])
def test_text_can_be_read(palette: dict[str, str], ground: str, ink: str) -> None:
    assert contrast(rgb(palette[ink]), rgb(palette[ground])) >= READABLE


@pytest.mark.parametrize("palette", palettes(), ids=("light", "dark"))
@pytest.mark.parametrize("number", range(7))
def test_lines_of_plots_can_be_seen(palette: dict[str, str], number: int) -> None:
    assert contrast(rgb(palette[f"series-{number}"]), rgb(palette["paper"])) >= VISIBLE


@pytest.mark.parametrize("palette", palettes(), ids=("light", "dark"))
@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_counts_can_be_read_on_the_strongest_colour_of_the_matrix(palette: dict[str, str], kind: str) -> None:
    assert f"calc(var(--heat) * {STRONGEST_HEAT})" in STYLE
    pairs = zip(rgb(palette[kind]), rgb(palette["paper"]), strict=True)
    ground = tuple(round(STRONGEST_HEAT * one + (1 - STRONGEST_HEAT) * other) for one, other in pairs)
    assert contrast(rgb(palette["ink"]), ground) >= READABLE


def test_every_colour_of_a_plot_has_a_name_in_the_style() -> None:
    assert set(_VARIABLES.values()) <= set(palettes()[0])
    assert set(_VARIABLES.values()) <= set(palettes()[1])


def test_a_picture_is_written_into_its_address() -> None:
    assert data_uri(b"\xff\xd8") == "data:image/jpeg;base64,/9g="

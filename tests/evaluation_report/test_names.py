from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from tfodkit.evaluation_report.names import LONGEST, isolated, shortened


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("mug", "mug"),
        ("two\n lines\t", "two lines"),
        ("", "(no name)"),
        ("\u202egnp.exe", "gnp.exe"),
        ("베이글", "베이글"),
        ("a\udcffb", "a b"),
        ("x" * 100, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_a_name_is_one_short_line_without_controls(name: str, shown: str) -> None:
    assert shortened(name) == shown


@given(st.text())
def test_no_name_can_disturb_what_stands_beside_it(name: str) -> None:
    shown = shortened(name)
    assert 0 < len(shown) <= LONGEST
    assert shown.encode("utf-8")
    assert all(
        unicodedata.bidirectional(letter) not in {"RLO", "LRO", "PDI", "PDF"} for letter in isolated(shown)[1:-1]
    )
    assert shortened(shown) == shown

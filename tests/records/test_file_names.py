"""Class names become file names that are safe everywhere and never collide."""

import re

from hypothesis import given, settings, strategies as st

from tfodkit.records.file_names import file_stems


def test_plain_names_stay_and_others_get_a_hash():
    # Golden: pipeline.configs name these files.
    assert file_stems(["mug", "v1.0_x-y", "a b", "a/b", "crêpe", "中", "..", "Cat", "cat", "x" * 65]) == {
        "mug": "mug",
        "v1.0_x-y": "v1.0_x-y",
        "a b": "a_b-c8687a08",
        "a/b": "a_b-c14cddc0",
        "crêpe": "crepe-d6065f12",
        "中": "class-a567bdaa",
        "..": "..",
        "Cat": "Cat-48735c4f",
        "cat": "cat-77af778b",
        "x" * 65: f"{'x' * 64}-9537c5fd",
    }


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("aAbB /\\*?[]{}é中ß😀-_."), min_size=1, max_size=70), unique=True))
def test_stems_are_safe_and_differ_even_without_case(names):
    stems = file_stems(names)
    assert list(stems) == names
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]{1,73}", stem) for stem in stems.values())
    assert len({stem.lower() for stem in stems.values()}) == len(names)

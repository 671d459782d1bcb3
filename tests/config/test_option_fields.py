from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given, strategies as st

from tfodkit.config.option_fields import flags_for, flags_of, option, read_options
from tfodkit.config.option_values import (
    UnfitOptionError,
    boolean,
    count,
    float32,
    list_text,
    listed,
    named,
    named_text,
    number,
    shortest,
)
from tfodkit.config.spec import Many, Spec, parse_spec
from tfodkit.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    most_pictures: int | None = option("At most.", panel="Some", metavar="N", read=count(1, 9))
    share: float | None = option(
        "Of all.", panel="Some", metavar="X", read=number(0, 1, example="0.5"), text=shortest, flag="--part"
    )
    names: tuple[str, ...] = option("Each.", panel="", metavar="NAME", read=tuple, default=(), is_repeated=True)

    def __post_init__(self) -> None:
        read_options(self)


def test_a_field_is_a_flag() -> None:
    flags = flags_of(Options)
    assert {name: flag.name for name, flag in flags.items()} == {
        "most_pictures": "--most-pictures",
        "share": "--part",
        "names": "--names",
    }
    assert (flags["share"].help, flags["share"].panel, flags["share"].metavar) == ("Of all.", "Some", "X")


def test_a_text_is_kept_as_its_value() -> None:
    assert Options(most_pictures="3", share="0.25") == Options(most_pictures=3, share=0.25)  # type: ignore[arg-type]


def test_flags_ask_for_what_is_not_the_default() -> None:
    assert flags_for(Options()) == []
    options = Options(most_pictures=3, share=1, names=("a", "b"))
    assert flags_for(options) == ["--most-pictures", "3", "--part", "1", "--names", "a", "--names", "b"]
    assert flags_for(Options(share=0)) == ["--part", "0"]


def test_an_unfit_value_names_its_flag() -> None:
    with pytest.raises(UsageError) as caught:
        Options(share=2)
    assert str(caught.value) == "--part 2: must be 0 or more and at most 1, but got 2. Give 0.5, for example."


@pytest.mark.parametrize("value", [0, 10, 1.0, True, None, "1.5", "", "²", "9" * 30, [1]])
def test_what_is_no_count(value: object) -> None:
    with pytest.raises(UnfitOptionError, match="must be a whole number of 1 to 9, but got"):
        count(1, 9)(value)


@pytest.mark.parametrize("value", [True, None, "", "1,5", "0x1", "1_0", [1]])
def test_what_is_no_number(value: object) -> None:
    with pytest.raises(UnfitOptionError, match="must be a number, but got"):
        number(0, 1, example="0.5")(value)


@pytest.mark.parametrize("value", ["nan", "inf", math.nan, -0.1, 1.1, "1e999", "-1e999"])
def test_what_is_out_of_bounds(value: object) -> None:
    with pytest.raises(UnfitOptionError, match="must be 0 or more and at most 1, but got"):
        number(0, 1, example="0.5")(value)


def test_bounds_are_those_of_a_config_s_floats() -> None:
    assert float32(1e-320) == 0
    assert float32(1e300) == math.inf
    inner = number(0, 1, example="0.5", without_least=True, without_most=True)
    assert inner(0.5) == 0.5
    for value in (1e-320, 1 - 1e-9, 0, 1):
        with pytest.raises(UnfitOptionError, match="must be above 0 and below 1"):
            inner(value)


def test_a_boolean() -> None:
    assert [boolean("true"), boolean("false"), boolean(True)] == [True, False, True]
    for value in ("True", "1", 1, None):
        with pytest.raises(UnfitOptionError, match="must be true or false, but got"):
            boolean(value)


FLOATS = st.floats(0, 1e6, width=32)


@given(st.lists(FLOATS, min_size=1))
def test_a_list_is_read_from_its_text(values: list[float]) -> None:
    read = listed(number(0, 1e6, example="1"), "1")
    assert read(list_text(values)) == read(values) == tuple(values)


@given(st.dictionaries(st.from_regex(r"\A[a-z_]+\Z"), FLOATS, min_size=1))
def test_named_numbers_are_read_from_their_text(values: dict[str, float]) -> None:
    read = named(number(0, 1e6, example="1"), "a=1")
    assert read(named_text(values)) == read(values) == values


def test_an_empty_list_is_told() -> None:
    for nothing in ("", ()):
        with pytest.raises(UnfitOptionError, match="must be one or more numbers, but got nothing"):
            listed(number(0, 1, example="1"), "1,2")(nothing)


KINDS = {"none": {}, "some": {"share": number(0, 1, example="0.5"), "at": Many(count())}}


def test_a_spec() -> None:
    assert parse_spec("none", KINDS, "kind") == Spec("none")
    assert parse_spec(" some : share = 0.5 ,at=1, at=2", KINDS, "kind") == Spec("some", {"share": 0.5, "at": (1, 2)})


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        ("sume", "there is no kind 'sume'", "Did you mean some?"),
        ("", "there is no kind ''", "Choose one of: none, some."),
        ("some:", "'' is no name=value", "Write some:parameter=value, for example."),
        ("some:shares=1", "some has no parameter 'shares'", "Did you mean share?"),
        ("none:share=1", "none has no parameter 'share'", "Give none alone."),
        ("some:share=0,share=1", "share is given twice", "Leave one of them out."),
        (
            "some:at=1,at=0",
            "at must be a whole number of 1 to 2147483647, but got '0'",
            "Give a number in that range.",
        ),
    ],
)
def test_what_is_no_spec(text: str, what: str, remedy: str) -> None:
    with pytest.raises(UnfitOptionError) as caught:
        parse_spec(text, KINDS, "kind")
    assert caught.value.what == what
    assert caught.value.remedy.startswith(remedy.removesuffix("?"))

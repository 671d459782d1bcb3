"""Numbers as strangers write them, and text that is none."""

import math

import pytest

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.rules import ANNOTATION_TOO_LARGE, ANNOTATION_UNREADABLE, DECIMAL_COMMA, FIELD_INVALID
from tfodkit.annotations.text import parse_number, read_text


@pytest.mark.parametrize(("text", "value"), [(" 0.5 ", 0.5), ("-1e3", -1000), ("1e999", math.inf), (".5", 0.5)])
def test_numbers_are_read(text, value):
    assert parse_number(text, "xmin") == value


def test_no_number_can_be_read_as_such_and_judged_later():
    assert math.isnan(parse_number("NaN", "xmin"))


@pytest.mark.parametrize("text", ["", "a", "1_000", "٣", "1 2", "0x10", "1" * 401, "1,2,3", "\0"])
def test_what_python_alone_takes_for_a_number_is_none(text):
    with pytest.raises(FaultError) as error:
        parse_number(text, "xmin")
    assert (error.value.rule, error.value.what[:37]) == (FIELD_INVALID, f"xmin must be a number, but got {text!r}"[:37])


def test_a_decimal_comma_is_a_fault_of_its_own():
    with pytest.raises(FaultError) as error:
        parse_number("-12,5", "xmin")
    assert (error.value.rule, error.value.what) == (DECIMAL_COMMA, "xmin must be a number, but got '-12,5'")


def test_text_that_can_not_be_read_says_why_and_in_which_line(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfok\n")
    assert read_text(path, 6) == "ok\n"
    path.write_bytes(b"ok\n\xff\n")
    with pytest.raises(FaultError, match="not UTF-8 text: byte 0xff") as error:
        read_text(path, 6)
    assert error.value.line == 2
    with pytest.raises(FaultError, match="more than 4 bytes are too many for this kind of file") as error:
        read_text(path, 4)
    assert error.value.rule is ANNOTATION_TOO_LARGE
    with pytest.raises(FaultError, match="the file can't be read: Is a directory") as error:
        read_text(tmp_path, 4)
    assert error.value.rule is ANNOTATION_UNREADABLE

"""A picture goes into its example's bytes, and comes out of them, as by way of protocol buffers."""

import pytest
from hypothesis import given, strategies as st

from tfodkit.records.example import example_class
from tfodkit.records.splice import spliced, unspliced

SIZES = [0, 1, 90, 120, 127, 128, 16_000, 16_383, 16_384, 2_097_151, 2_097_152]
"""Round the sizes at which a length takes one more byte."""


def serialize(content, **features):
    message = example_class()()
    for name, values in {"image/encoded": [content], **features}.items():
        message.features.feature[name].bytes_list.value.extend(values)
    return message.SerializeToString(deterministic=True)


def assert_round_trip(content, **features):
    example, record = serialize(b"", **features), serialize(content, **features)
    assert b"".join(spliced(example, content)) == record
    small, found = unspliced(record)
    assert (small, bytes(found)) == (example, content)


@given(st.binary(max_size=300), st.dictionaries(st.text("0zé", min_size=1), st.lists(st.binary(max_size=200))))
def test_the_bytes_are_those_of_protocol_buffers(content, features):
    assert_round_trip(content, **{f"image/f{name}": values for name, values in features.items()})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("beside", [0, 100, 20_000])
def test_lengths_of_every_width(size, beside):
    assert_round_trip(b"x" * size, **{"image/filename": [b"y" * beside]})


def test_an_example_with_another_first_feature_is_refused():
    with pytest.raises(ValueError, match="must begin with image/encoded of no bytes"):
        spliced(serialize(b"x"), b"x")
    with pytest.raises(ValueError, match="must begin with image/encoded of no bytes"):
        spliced(serialize(b"", **{"image/a": [b""]}), b"x")


@given(st.binary(max_size=40))
def test_what_is_no_such_example_is_none(junk):
    assert unspliced(junk) is None


def test_a_picture_elsewhere_or_twice_is_none():
    assert unspliced(serialize(b"x", **{"image/a": [b""]})) is None
    assert unspliced(serialize(b"x", **{"image/encoded": [b"x", b"y"]})) is None
    for end in range(len(serialize(b"picture", **{"image/format": [b"jpeg"]}))):
        assert unspliced(serialize(b"picture", **{"image/format": [b"jpeg"]})[:end]) is None

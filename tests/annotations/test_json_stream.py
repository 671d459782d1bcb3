"""Whatever the pieces that a file is read in, the values and the lines are those of the whole."""

import io
import json

import pytest
from hypothesis import given, settings, strategies as st

from tfodkit.annotations import json_stream
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.json_stream import JsonStream

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
anything = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
objects = st.dictionaries(st.text(), anything, max_size=5)
layouts = st.sampled_from([{}, {"indent": 1}, {"indent": 0, "ensure_ascii": False}, {"separators": (",", ":")}])


def walk(content, *, taken=lambda _: True):
    """What the stream gives: members by name, lists as ``(value, line)`` each."""
    stream = JsonStream(io.BytesIO(content if isinstance(content, bytes) else content.encode(errors="surrogatepass")))
    return {key: list(stream.values()) for key in stream.keys() if taken(key)}  # noqa: SIM118 - it is no mapping


def fault(content):
    with pytest.raises(FaultError) as caught:
        walk(content)
    return f"{caught.value.line}: {caught.value.what} [{caught.value.rule.code}]"


@given(objects, layouts, st.sampled_from([1, 2, 3, 7, 1 << 20]))
@settings(max_examples=300)
def test_members_are_those_of_the_json(content, layout, chunk):
    before, json_stream.CHUNK_BYTES = json_stream.CHUNK_BYTES, chunk
    try:
        found = walk(json.dumps(content, **layout))
    finally:
        json_stream.CHUNK_BYTES = before
    assert [*found] == [*content]
    for key, expected in content.items():
        assert [value for value, _ in found[key]] == (expected if isinstance(expected, list) else [expected])


@given(objects, st.sets(st.text()))
def test_what_nobody_takes_is_passed_over(content, names):
    wanted = {name for name in content if len(name) % 2}
    assert walk(json.dumps(content), taken=wanted.__contains__).keys() == wanted


@pytest.mark.parametrize("chunk", [1, 5, 1 << 20])
def test_lines_are_those_that_values_begin_in(monkeypatch, chunk):
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", chunk)
    text = '\ufeff\n{"a": [1,\n2\n,\n\n{"x":\n3}, 4e\u0030],\n"b":\n "ü"}\n\n'
    assert walk(text) == {"a": [(1, 2), (2, 3), ({"x": 3}, 6), (4.0, 7)], "b": [("ü", 9)]}


def test_numbers_that_no_float_holds_are_read():
    found = walk('{"a": [NaN, Infinity, -Infinity, 1e999]}')
    assert str([value for value, _ in found["a"]]) == "[nan, inf, -inf, inf]"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "1: the file holds no JSON object [TFK101]"),
        ("\n<xml>", "2: the file holds no JSON object [TFK101]"),
        ("\n[1]", "2: the file holds no JSON object [TFK102]"),
        ("null", "1: the file holds no JSON object [TFK102]"),
        ("{", "1: not well-formed JSON: a name in double quotes must follow [TFK101]"),
        ('{"a": 1,\n}', "2: not well-formed JSON: a name in double quotes must follow [TFK101]"),
        ("{'a': 1}", "1: not well-formed JSON: a name in double quotes must follow [TFK101]"),
        ('{"a" 1}', "1: not well-formed JSON: a colon must follow [TFK101]"),
        ('{"a": 1 "b": 2}', "1: not well-formed JSON: a comma or } must follow [TFK101]"),
        ('{"a": [1 2]}', "1: not well-formed JSON: a comma or ] must follow [TFK101]"),
        ('{"a": [1,\n2', "2: not well-formed JSON: a comma or ] must follow [TFK101]"),
        ('{"a": [1,]}', "1: not well-formed JSON: Expecting value [TFK101]"),
        ('{"a": [1]}\n\n{}', "3: not well-formed JSON: something follows the end [TFK101]"),
        ('{"a":\n[{"b":\n"\n"}]}', "3: not well-formed JSON: Invalid control character at [TFK101]"),
        ('{"a":\n[{"b":\n"', "3: not well-formed JSON: Unterminated string starting at [TFK101]"),
        ('{"a": [1.e5]}', "1: not well-formed JSON: a comma or ] must follow [TFK101]"),
        ('{"a": nul}', "1: not well-formed JSON: Expecting value [TFK101]"),
        (f'{{"a": [\n{"1" * 5000}]}}', "2: not well-formed JSON: a number has too many digits [TFK101]"),
        (f'{{"a": [\n{"[" * 100_000}]}}', "2: the JSON is nested too deeply [TFK101]"),
        (f'{{"a": [\n{"[" * 100_000}{"]" * 100_000}]}}', "2: the JSON is nested too deeply [TFK101]"),
        ("[" * 100_000, "1: the file holds no JSON object [TFK102]"),
        (b'{"a": 1,\n\n"b": "\xff"}', "3: not UTF-8 text: byte 0xff [TFK101]"),
        (b'{"a": "\xe2\x82', "1: not UTF-8 text: byte 0xe2 [TFK101]"),
        ('{"a": 1}'.encode("utf-16"), "1: not UTF-8 text: byte 0xff [TFK101]"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("chunk", [1, 1 << 20])
def test_what_is_no_json_is_a_fault_with_its_line(monkeypatch, content, expected, chunk):
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", chunk)
    assert fault(content) == expected


def test_a_value_without_end_is_refused_before_it_fills_memory(monkeypatch):
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", 10)
    monkeypatch.setattr(json_stream, "MAX_VALUE_CHARACTERS", 100)
    text = f'{{"a": [{", ".join(["1"] * 500)}],\n"b": ["{"x" * 300}"]}}'
    assert fault(text) == "2: a value of more than 100 characters is too large for an annotation [TFK104]"


def test_a_file_is_not_held_in_memory():
    content = io.BytesIO(b'{"a": [' + b", ".join([b'{"x": [1, 2, 3]}'] * 500_000) + b"]}")
    stream = JsonStream(content)
    longest = 0
    for _ in stream.keys():  # noqa: SIM118
        for _ in stream.values():
            longest = max(longest, len(stream._text))
    assert longest < 3 * json_stream.CHUNK_BYTES

"""Class names out of data.yaml, classes.txt and obj.names."""

from itertools import pairwise
from pathlib import Path

import pytest

from tfodkit.annotations.yolo_names import MAX_BYTES, find_listings, merge, read_class_names

YAML_WORDS = dict(enumerate(["no", "1", "1.50", "null", "~", "2020-01-01"]))


def names_in(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_class_names(path)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("data.yaml", "names: [mug, 'bagel']", {0: "mug", 1: "bagel"}),
        ("data.yaml", "names:\n  0: mug\n  7: bagel\ntrain: x", {0: "mug", 7: "bagel"}),
        ("data.yaml", f"names: [{', '.join(YAML_WORDS.values())}]", YAML_WORDS),
        ("data.yaml", "names: [קפה, café]", {0: "קפה", 1: "café"}),
        ("data.yaml", "names: []", {}),
        ("classes.txt", "mug\r\nbagel \n\n", {0: "mug", 1: "bagel"}),
        ("classes.txt", "\ufeffmug\n\nbagel", {0: "mug", 1: "", 2: "bagel"}),
        ("classes.txt", "a\u2028b\nc", {0: "a\u2028b", 1: "c"}),
        ("obj.names", "\n \n", {}),
    ],
)  # fmt: skip
def test_names_are_read(tmp_path, name, text, expected):
    found = names_in(tmp_path, name, text)
    assert ({key: text.strip() for key, text in found.by_id.items()}, found.findings) == (expected, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("names: [a", ":1: not well-formed YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\nnames: [a]]", ":2: not well-formed YAML: "),
        ("names: \x01", ": not well-formed YAML: characters that YAML forbids"),
        ("[" * 5000, ": the YAML is nested too deeply"),
        ("- a", ": the YAML is no mapping with names"),
        ("", ": the YAML is no mapping with names"),
        ("nc: 3", ": there are no names of classes"),
        ("names: mug", ": names must be a list or a mapping, but got 'mug'"),
        ("names: {mug: 0}", ": a class id must be a whole number from 0, but got 'mug'"),
        ("names: {[0]: mug}", ":1: not well-formed YAML: found unhashable key"),
        ("names: {-1: mug}", ": a class id must be a whole number from 0, but got '-1'"),
        ("names: [[a]]", ": the name of class 0 must be text, but got a list"),
        ("names: [{a: b}]", ": the name of class 0 must be text, but got a mapping"),
        ("names: [!!python/object/apply:os.system [ls]]", ": the name of class 0 must be text, but got a list"),
        ("kpt_shape: [17, 3]\nnames: [a]", ": kpt_shape: labels with poses are not read; export the data as COCO"),
        ("a: 1\nb: \xff".encode("latin-1"), ":2: not UTF-8 text: byte 0xff"),
        (b"x" * (MAX_BYTES + 1), f": more than {MAX_BYTES} bytes are too many for this kind of file"),
    ],
)
def test_what_is_no_list_of_names_is_a_finding(tmp_path, text, message):
    found = names_in(tmp_path, "data.yaml", text)
    (finding,) = found.findings
    assert found.by_id == {}
    assert str(finding.problem).startswith(f"{tmp_path / 'data.yaml'}{message}")


def test_anchors_do_not_multiply(tmp_path):
    layers = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    found = names_in(tmp_path, "data.yaml", f"a0: &a0 [x]\n{layers}\nnames: [mug]")
    assert found.by_id == {0: "mug"}


def test_lists_are_found_upwards_yaml_first_and_near_before_far(tmp_path, monkeypatch):
    for name in ("up/classes.txt", "up/data.yaml", "up/labels/obj.names", "classes.txt", "up/labels/train/classes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = find_listings(tmp_path / "up/labels/train", tmp_path / "up")
    names = ["data.yaml", "labels/train/classes.txt", "labels/obj.names", "classes.txt"]
    assert list(found) == [tmp_path / "up" / name for name in names]
    monkeypatch.chdir(tmp_path / "up/labels")
    relative = list(find_listings(Path("train"), tmp_path / "up"))
    assert list(map(str, relative)) == ["../data.yaml", "train/classes.txt", "obj.names", "../classes.txt"]


def test_lists_that_agree_complete_each_other_and_contradictions_are_found(tmp_path):
    yaml = names_in(tmp_path, "data.yaml", "names: [mug, bagel, bun]")
    assert merge([yaml, names_in(tmp_path, "classes.txt", "mug \nbagel")]) == (dict(yaml.by_id), [])
    names, (finding,) = merge([yaml, names_in(tmp_path, "classes.txt", "mug\nbun\nbagel\nroll")])
    assert names == {0: "mug", 1: "bagel", 2: "bun", 3: "roll"}
    what = 'class 1 is "bun" here, but "bagel" in data.yaml, and 1 more'
    assert (finding.path, finding.what, finding.code) == (tmp_path / "classes.txt", what, "TFK107")


def test_aliases_that_multiply_are_not_written_out(tmp_path):
    bomb = "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in pairwise("abcdefghijklmnopqrstuvwxyz"))
    path = tmp_path / "data.yaml"
    path.write_text(f"a: &a [x]\n{bomb}names: *z\n")
    assert read_class_names(path).findings[0].what == "the name of class 0 must be text, but got a list"

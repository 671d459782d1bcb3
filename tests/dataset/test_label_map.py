"""The label map: ids by sorted names, text that the OD API reads, errors with the line."""

import pytest
from hypothesis import given, settings, strategies as st

from tfodkit.dataset import LabelMap, read_label_map
from tfodkit.dataset.label_map import parse_label_map
from tfodkit.errors import RecordError


def test_ids_are_those_of_the_sorted_names():
    label_map = LabelMap.from_names(["mug", "bagel", "mug", "Zebra"])
    assert label_map.ids() == {"Zebra": 1, "bagel": 2, "mug": 3}
    assert [label_map.name_of(class_id) for class_id in (1, 2, 3)] == ["Zebra", "bagel", "mug"]
    assert label_map.id_of("mug") == len(label_map) == 3


def test_what_is_not_in_the_map_is_a_key_error():
    label_map = LabelMap(("mug",))
    for key in (0, 2):
        with pytest.raises(KeyError):
            label_map.name_of(key)
    with pytest.raises(KeyError):
        label_map.id_of("bagel")


@pytest.mark.parametrize("names", [(), ("a", "a"), ("a", " ")])
def test_a_map_without_usable_names_is_refused(names):
    with pytest.raises(ValueError, match="must"):
        LabelMap(names)


def test_the_text_escapes_what_it_must_and_keeps_letters():
    # Golden: the bytes of label_map.pbtxt are part of a records folder, whose bytes are a promise.
    assert LabelMap(('say "mug"', "crêpe 中")).to_pbtxt() == (
        'item {\n  name: "say \\"mug\\""\n  id: 1\n}\nitem {\n  name: "crêpe 中"\n  id: 2\n}\n'
    )


@settings(deadline=None)
@given(
    st.lists(st.text(st.sampled_from("ab \"'\\\n\té中😀{}#"), min_size=1).filter(str.strip), min_size=1, unique=True)
)
def test_any_names_survive_the_file(names):
    label_map = LabelMap(tuple(names))
    assert parse_label_map(label_map.to_pbtxt(), where="x") == label_map


def test_fields_of_the_real_message_are_passed_over(tmp_path):
    path = tmp_path / "map.pbtxt"
    path.write_text(
        "# of the zoo\nitem {\n name: '/m/01'\n id: 2\n display_name: 'b' keypoints { id: 0 label: 'x' }\n}\n"
        "item: < id: 1 name: 'a' frequency: FREQUENT ancestor_ids: [1, 2] >\n",
        encoding="utf-8-sig",
    )
    assert read_label_map(path).names == ("a", "/m/01")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "m: the label map has no item. Write each class as"),
        ("item {\n name: 'a'\n", 'm:2: not a label map: Expected "}".'),
        ("item {\n name: 3\n}", "m:2: not a label map: "),
        ("hello", "m:1: not a label map"),
        ("item { id: 1 }", "m:1: item 1 '': the name is missing or blank. Give the class a name."),
        ("\nitem { name: 'a' }", "m:2: item 1 'a': id 0 < 1. Ids start at 1; 0 is the background."),
        ("item { name: 'a' id: -1 }", "m:1: item 1 'a': id -1 < 1."),
        ("item { name: 'a' id: 1 }\nitem { name: 'a' id: 2 }", "m:2: item 2 'a': the name stands twice."),
        ("item { name: 'a' id: 1 }\nitem { name: 'b' id: 1 }", "m:2: item 2 'b': id 1 stands twice."),
        (
            "item { name: 'a' id: 1 }\nitem {\n name: 'b' id: 3 }",
            "m:2: item 2 'b': id 3 > 2, the number of classes. Number the classes 1 to 2 without gaps.",
        ),
    ],
)
def test_what_is_no_label_map_is_refused_with_its_line(text, message):
    with pytest.raises(RecordError) as caught:
        parse_label_map(text, where="m")
    assert str(caught.value).startswith(message)


def test_an_unreadable_file_is_refused(tmp_path):
    with pytest.raises(RecordError, match=r"nix\.pbtxt: the label map can't be read: .*No such file"):
        read_label_map(tmp_path / "nix.pbtxt")
    (tmp_path / "bytes").write_bytes(b"\xff")
    with pytest.raises(RecordError, match="the label map can't be read"):
        read_label_map(tmp_path / "bytes")


@pytest.mark.tensorflow
def test_the_od_api_reads_the_same_ids(tmp_path):
    from tfodkit.odapi.install import install

    install()
    from object_detection.utils import label_map_util

    label_map = LabelMap(('say "mug"', "crêpe 中", "back\\slash"))
    (tmp_path / "map.pbtxt").write_text(label_map.to_pbtxt(), encoding="utf-8")
    assert label_map_util.get_label_map_dict(str(tmp_path / "map.pbtxt")) == label_map.ids()

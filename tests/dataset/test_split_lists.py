"""Lists of images for training, validation and test, in the shapes that people have them."""

import pytest
from hypothesis import given, settings, strategies as st

from tfodkit.dataset.split_lists import read_split_lists
from tfodkit.errors import DataError

NAMES = ["a.jpg", "b.jpg", "c c.jpg", "left/d.jpg", "right/d.jpg", "2007.01.png"]


def write(folder, **lists):
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in lists.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def told(lists):
    return [(finding.code, finding.place, finding.what) for finding in lists.findings]


@pytest.mark.parametrize("below", ["", "Main", "ImageSets/Main"])
def test_a_folder_of_lists(tmp_path, below):
    write(tmp_path / below, train="a\n\n2007.01\n", val="b", test="c c.jpg\n", trainval="b\n", a_train="b -1\na 1\n")
    lists = read_split_lists(tmp_path, NAMES)
    assert lists.side_of == {"2007.01.png": "train", "a.jpg": "train", "b.jpg": "val", "c c.jpg": "test"}
    assert lists.findings == ()


def test_trainval_counts_where_it_is_not_divided(tmp_path):
    write(tmp_path, trainval="a\nb", test="c c")
    assert read_split_lists(tmp_path, NAMES).side_of == {"a.jpg": "train", "b.jpg": "train", "c c.jpg": "test"}
    write(tmp_path, valid="b")
    assert read_split_lists(tmp_path, NAMES).side_of == {"b.jpg": "val", "c c.jpg": "test"}


@pytest.mark.parametrize(
    "text",
    [
        "a train\nc c.jpg val\nb.jpg  TEST\n",
        "\ufefffilename,split\na.jpg,train\nc c.jpg,val\nb.jpg,test\n",
        'a.jpg;train\r\n"c c.jpg";validation\r\nb.jpg;testing\r\n',
        "id\tset\timage\n1\ttrain\ta\n2\tvalid\tc c\n3\ttest\tb\n",
    ],
)
def test_one_file_for_all(tmp_path, text):
    (tmp_path / "lists.csv").write_bytes(text.encode())
    lists = read_split_lists(tmp_path / "lists.csv", NAMES)
    assert (lists.side_of, lists.findings) == ({"a.jpg": "train", "b.jpg": "test", "c c.jpg": "val"}, ())


def test_one_list_alone(tmp_path):
    write(tmp_path, test="a\nb")
    assert read_split_lists(tmp_path / "test.txt", NAMES).side_of == {"a.jpg": "test", "b.jpg": "test"}
    write(tmp_path, train="a.jpg test\nb val")
    assert read_split_lists(tmp_path / "train.txt", NAMES).side_of == {"a.jpg": "test", "b.jpg": "val"}


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("a", "a.jpg"),
        ("a.png", "a.jpg"),
        ("./data/a.jpg", "a.jpg"),
        ("C:\\pictures\\a.jpg", "a.jpg"),
        ("left/d", "left/d.jpg"),
        ("/content/left/d.jpg", "left/d.jpg"),
        ("2007.01", "2007.01.png"),
    ],
)
def test_names_are_found_with_and_without_folder_and_extension(tmp_path, wanted, name):
    assert read_split_lists(write(tmp_path, train=wanted), NAMES).side_of == {name: "train"}


def test_a_name_as_it_stands_goes_before_what_it_could_be(tmp_path):
    names = ["a.jpg", "a.png", "x/a.png"]
    assert read_split_lists(write(tmp_path, train="a.png"), names).side_of == {"a.png": "train"}


def test_what_can_not_be_told_is_named_with_file_and_line(tmp_path):
    lists = read_split_lists(write(tmp_path, train="a\nd\n\nnix\n", val="b\na.jpg\nup/d.jpg"), NAMES)
    assert lists.side_of == {"a.jpg": "train", "b.jpg": "val"}
    assert told(lists) == [
        ("TFK509", "train.txt:2", "'d' can be left/d.jpg or right/d.jpg"),
        ("TFK507", "train.txt:4", "no annotated image is called 'nix'"),
        ("TFK508", "val.txt:2", "'a.jpg' is for val, but for train in train.txt:1"),
        ("TFK507", "val.txt:3", "no annotated image is called 'up/d.jpg'"),
    ]
    assert [finding.is_error for finding in lists.findings] == [True, False, True, False]


def test_an_image_twice_in_one_list_is_there_once(tmp_path):
    assert told(read_split_lists(write(tmp_path, train="a\na.jpg"), NAMES)) == []


def test_lines_that_say_no_split_are_named(tmp_path):
    (tmp_path / "lists.txt").write_text("a train\nb\nc c mostly\n,\n")
    lists = read_split_lists(tmp_path / "lists.txt", NAMES)
    assert lists.side_of == {"a.jpg": "train"}
    assert told(lists) == [
        ("TFK509", f"lists.txt:{line}", f"{text!r} is no name with train, val or test behind it")
        for line, text in ((2, "b"), (3, "c c mostly"), (4, ","))
    ]


def test_a_line_shorter_than_its_header_is_named(tmp_path):
    (tmp_path / "lists.csv").write_text("id,split,image\n1,train,a\n2,val\n")
    lists = read_split_lists(tmp_path / "lists.csv", NAMES)
    assert lists.side_of == {"a.jpg": "train"}
    assert told(lists) == [("TFK509", "lists.csv:3", "'2,val' is no name with train, val or test behind it")]


def test_what_is_no_list_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"the folder has no train.txt, val.txt or test.txt. Pass the folder of train"):
        read_split_lists(tmp_path, NAMES)
    with pytest.raises(DataError, match=r"nix.txt: the list can't be read: .*No such file"):
        read_split_lists(tmp_path / "nix.txt", NAMES)
    (tmp_path / "train.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match=r"train.txt: the list can't be read: 'utf-8' codec"):
        read_split_lists(tmp_path, NAMES)


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["a", ",", " ", "\t", "\n", '"', "train", "..", "/", "\0"])).map("".join)
)
def test_no_text_makes_a_traceback(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp() / "lists"
    folder.mkdir(exist_ok=True)
    for name in ("all.csv", "train.txt"):
        (folder / name).write_text(text, encoding="utf-8", newline="")
        lists = read_split_lists(folder / name, NAMES)
        assert set(lists.side_of) <= set(NAMES)


def test_a_field_of_absurd_length_is_a_line_that_can_not_be_understood(tmp_path):
    (tmp_path / "lists.csv").write_text("a" * 200_000 + ",train\na,train")
    lists = read_split_lists(tmp_path / "lists.csv", NAMES)
    assert lists.side_of == {"a.jpg": "train"}
    assert [finding.line for finding in lists.findings] == [1]
    assert len(lists.findings[0].what) < 150

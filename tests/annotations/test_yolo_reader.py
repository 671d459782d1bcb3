"""YOLO text is read as it stands, whatever folders it lies in; its faults are found with file, line and object."""

import math

import pytest
from builders import draw_image
from hypothesis import given, settings, strategies as st

from tfodkit.annotations.drafts import ImageDraft
from tfodkit.annotations.masks import PolygonMask
from tfodkit.annotations.yolo_reader import MAX_FAULTY_LINES, MAX_TEXT_BYTES, looks_like_yolo, read_yolo
from tfodkit.images.index import ImageIndex

NAMES = "mug\nbagel\n"


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def texts(folder):
    return [path for path in sorted(folder.rglob("*.txt")) if path.name != "classes.txt"]


@pytest.fixture
def read(tmp_path):
    draw_image(tmp_path / "tray.jpg")

    def read_text(text, names=NAMES):
        write(tmp_path, {"tray.txt": text, "classes.txt": names})
        (reading,) = read_yolo(tmp_path, [tmp_path / "tray.txt"], ImageIndex(tmp_path))
        return reading

    return read_text


def problems(reading, tmp_path):
    return [str(finding.problem).replace(f"{tmp_path}/", "") for finding in reading.findings]


def test_boxes_are_centre_and_size_in_shares(read, tmp_path):
    reading = read("1 0.5 0.25 0.5 0.5\r\n\n0.0\t0.25 .5 5e-1 1 \n")
    (draft,) = reading.drafts
    assert reading.findings == ()
    assert (draft.image, draft.name, draft.source) == (tmp_path / "tray.jpg", "tray.jpg", tmp_path / "tray.txt")
    assert (draft.size, draft.is_normalised) == (None, True)
    assert [(item.number, item.label, item.xyxy, item.line) for item in draft.objects] == [
        (1, "bagel", (0.25, 0, 0.75, 0.5), 1),
        (2, "mug", (0, 0, 0.5, 1), 3),
    ]


def test_a_polygon_is_a_mask_and_the_box_round_it(read):
    (draft,) = read("0 0.5 0.1 0.9 0.6 0.2 0.4").drafts
    assert draft.objects[0].xyxy == (0.2, 0.1, 0.9, 0.6)
    assert draft.objects[0].mask == PolygonMask(((0.5, 0.1, 0.9, 0.6, 0.2, 0.4),))


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_an_empty_file_is_an_image_without_objects(read, text):
    reading = read(text, names="")
    assert (reading.drafts[0].objects, reading.findings) == ((), ())


def test_what_is_no_finite_number_is_left_to_the_judge(read):
    (draft,) = read("0 nan 0.5 0.5 0.5\n0 0.5 1e999 .5 .5\n0 0.1 0.1 0.2 inf 0.3 0.3").drafts
    assert not any(all(map(math.isfinite, item.xyxy)) for item in draft.objects)
    assert [item.mask for item in draft.objects] == [None] * 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2 .5 .5 .1 .1", "class 2 has no name; the last is 1. Add the class to the list of classes. [TFK115]"),
        ("-1 .5 .5 .1 .1", "class -1 has no name; the last is 1. Add the class to the list of classes. [TFK115]"),
        ("1e300 .5 .5 .1 .1", "class 1"),
        ("0.5 .5 .5 .1 .1", "the class must be a whole number, but got 0.5. "),
        ("inf .5 .5 .1 .1", "the class must be a whole number, but got inf. "),
        ("nan .5 .5 .1 .1", "the class must be a whole number, but got nan. "),
        ("mug .5 .5 .1 .1", "class must be a number, but got 'mug'. "),
        ("0 .5 .5 .1", "a box is a class and 4 numbers, but got 4 fields. "),
        ("0 .5 .5 .1 .1 .9", "a sixth number, as detections have for their confidence: labels have five. "),
        ("0 .1 .1 .1 .9 -2e9 .9", "a polygon must lie within 10000000 pixels, but reaches -2e+09. "),
        ("0 .5 .5 .1 .1 .9 .9 .9", "a polygon is a class and pairs of numbers, but got 8 fields. "),
        ("0 0,5 .5 .1 .1", "centre x must be a number, but got '0,5'. Write decimals with a point. [TFK108]"),
        ("0 .5 .5 .1 x", "height must be a number, but got 'x'. "),
        ("0 .5 .5 .1 .1 .1 x", "a corner must be a number, but got 'x'. "),
        ("0 .5 .5 .1 \0", "height must be a number, but got '\\x00'. "),
        ("0,0.5,0.5,0.1,0.1", "a box is a class and 4 numbers, but got 1 fields. "),
    ],
)
def test_a_line_that_can_not_be_read_is_a_finding_and_the_others_are_read(read, tmp_path, line, message):
    reading = read(f"0 .5 .5 .1 .1\n\n{line}\n0 .5 .5 .2 .2")
    (found,) = problems(reading, tmp_path)
    assert found.startswith(f"tray.txt:3: object 2: {message}")
    assert [item.number for item in reading.drafts[0].objects] == [1, 3]


def test_what_is_no_text_is_a_finding_and_its_image_is_not_said_to_be_unlabelled(read, tmp_path):
    reading = read(b"0 .5 .5 .1 .1\n\x89PNG")
    assert problems(reading, tmp_path)[0].startswith("tray.txt:2: not UTF-8 text: byte 0x89. ")
    assert (reading.drafts, reading.unreadable) == ((), ("tray.jpg",))
    reading = read("0 " * MAX_TEXT_BYTES)
    assert problems(reading, tmp_path)[0].startswith(f"tray.txt: more than {MAX_TEXT_BYTES} bytes are too many")
    assert reading.unreadable == ("tray.jpg",)


def test_a_file_of_faults_is_given_up(read, tmp_path):
    found = problems(read("what is this\n" * 5000), tmp_path)
    assert len(found) == MAX_FAULTY_LINES + 1
    assert found[-1].startswith(
        f"tray.txt:{MAX_FAULTY_LINES}: {MAX_FAULTY_LINES} lines can't be read; the rest was not"
    )


def test_that_no_class_has_a_name_is_said_once(tmp_path):
    for name in ("a", "b"):
        draw_image(tmp_path / f"in/{name}.jpg")
        write(tmp_path, {f"in/{name}.txt": "0 .5 .5 .1 .1"})
    first, second = read_yolo(tmp_path / "in", texts(tmp_path), ImageIndex(tmp_path / "in"))
    what = "in: no data.yaml, classes.txt or obj.names tells the names of the classes. "
    assert problems(first, tmp_path) == [f"{what}Add the class to the list of classes. [TFK115]"]
    assert (first.drafts, first.unreadable) == ((), ("a.jpg",))
    assert (second.findings, second.unreadable) == ((), ("b.jpg",))


def test_lists_that_contradict_each_other_are_found_once_and_data_yaml_holds(tmp_path):
    for name in ("train/a", "val/b"):
        draw_image(tmp_path / f"images/{name}.jpg")
        write(tmp_path, {f"labels/{name}.txt": "1 .5 .5 .1 .1"})
    write(tmp_path, {"data.yaml": "names: [mug, bun]", "classes.txt": NAMES})
    images = ImageIndex(tmp_path / "images")
    first, second = read_yolo(tmp_path / "labels", texts(tmp_path), images)
    assert problems(first, tmp_path)[0].startswith('classes.txt: class 1 is "bagel" here, but "bun" in data.yaml. ')
    assert second.findings == ()
    assert [reading.drafts[0].objects[0].label for reading in (first, second)] == ["bun", "bun"]


def test_a_list_that_can_not_be_read_is_the_fault_not_that_there_is_none(tmp_path):
    draw_image(tmp_path / "a.jpg")
    write(tmp_path, {"a.txt": "1 .5 .5 .1 .1", "data.yaml": "["})
    (reading,) = read_yolo(tmp_path, texts(tmp_path), ImageIndex(tmp_path))
    (found,) = problems(reading, tmp_path)
    assert found.startswith("data.yaml:1: not well-formed YAML: ")


@pytest.mark.parametrize("where", ["labels/train/classes.txt", "labels/obj.names", "classes.txt", "../classes.txt"])
def test_names_are_looked_for_up_to_the_data_set_and_one_above(tmp_path, where):
    data = tmp_path / "data"
    draw_image(data / "images/train/a.jpg")
    write(data, {"labels/train/a.txt": "1 .5 .5 .1 .1", where: NAMES})
    (reading,) = read_yolo(data / "labels", [data / "labels/train/a.txt"], ImageIndex(data / "images"))
    assert reading.drafts[0].objects[0].label == "bagel"


def test_a_list_above_the_data_set_is_not_looked_at_where_there_is_one_in_it(tmp_path):
    draw_image(tmp_path / "data/a.jpg")
    write(tmp_path, {"data/a.txt": "1 .5 .5 .1 .1", "data/classes.txt": NAMES, "data.yaml": "names: [x, y]"})
    (reading,) = read_yolo(tmp_path / "data", texts(tmp_path), ImageIndex(tmp_path / "data"))
    assert (reading.drafts[0].objects[0].label, reading.findings) == ("bagel", ())


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (["a.jpg", "more/a.jpg"], ["a.txt", "more/a.txt"]),
        (["images/a.jpg", "images/val/a.jpg"], ["labels/a.txt", "labels/val/a.txt"]),
        (["train/images/a.jpg", "val/images/a.jpg"], ["train/labels/a.txt", "val/labels/a.txt"]),
        (["x/a.jpg", "images/a.jpg"], ["x/a.txt", "images/a.txt"]),
        (["images/labels/a.jpg", "images/x/a.jpg"], ["labels/labels/a.txt", "labels/x/a.txt"]),
    ],
)
def test_each_image_finds_its_text_in_every_layout(tmp_path, images, labels):
    for name, label in zip(images, labels, strict=True):
        draw_image(tmp_path / name)
        write(tmp_path, {label: "0 .5 .5 .1 .1", "classes.txt": NAMES})
    readings = read_yolo(tmp_path, [tmp_path / label for label in labels], ImageIndex(tmp_path))
    assert [draft.name for reading in readings for draft in reading.drafts] == images


def test_a_stem_may_have_points(tmp_path):
    draw_image(tmp_path / "a.jpg.rf.12.jpg")
    draw_image(tmp_path / "a.jpg.rf.13.jpg")
    write(tmp_path, {"a.jpg.rf.13.txt": "0 .5 .5 .1 .1", "classes.txt": NAMES})
    (reading,) = read_yolo(tmp_path, texts(tmp_path), ImageIndex(tmp_path))
    assert reading.drafts[0].name == "a.jpg.rf.13.jpg"


def test_a_text_without_an_image_is_passed_over_unless_it_looks_like_an_annotation(tmp_path):
    draw_image(tmp_path / "pics/a.jpg")
    write(tmp_path, {"pics/README.txt": "See the paper.", "pics/b.bin.txt": b"\xff", "pics/train.txt": "data/a.jpg\n"})
    write(tmp_path, {"pics/lost.txt": "0 .5 .5 .1 .1", "pics/void.txt": "", "pics/classes.txt": NAMES})
    readings = read_yolo(tmp_path / "pics", sorted((tmp_path / "pics").glob("*.txt")), ImageIndex(tmp_path / "pics"))
    found = [text for reading in readings for text in problems(reading, tmp_path)]
    remedy = "Put the image there, or pass its folder. [TFK110]"
    assert found == [
        f"pics/lost.txt: there is no image called 'lost' in {tmp_path / 'pics'}. {remedy}".replace(f"{tmp_path}/", ""),
        f"pics/void.txt: there is no image called 'void' in {tmp_path / 'pics'}. {remedy}".replace(f"{tmp_path}/", ""),
    ]


def test_a_text_of_several_images_is_a_finding(tmp_path):
    draw_image(tmp_path / "a.jpg")
    draw_image(tmp_path / "a.png")
    write(tmp_path, {"a.txt": "0 .5 .5 .1 .1", "classes.txt": NAMES})
    (reading,) = read_yolo(tmp_path, texts(tmp_path), ImageIndex(tmp_path))
    (found,) = problems(reading, tmp_path)
    assert found.startswith("a.txt: 'a' can be a.jpg or a.png. ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 .5 .5 .1 .1", True),
        ("\ufeff\n12 .5 .5 .1 .1 .3 .3", True),
        ("0 .5 .5 .1 .1 .9", True),
        ("0.5 .5 .5 .1 .1", False),
        ("a photo of a cat", False),
        ("1 2 3", False),
        ("", False),
    ],
)
def test_what_looks_like_an_annotation(text, expected):
    assert looks_like_yolo(text) is expected


@settings(deadline=None)
@given(content=st.binary(max_size=200) | st.text("0123456789 .-+eE,naif\n\t\x00\u202e٣", max_size=80).map(str.encode))
def test_no_content_raises(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp() / "yolo"
    draw_image(folder / "tray.jpg")
    write(folder, {"tray.txt": content, "classes.txt": NAMES})
    (reading,) = read_yolo(folder, [folder / "tray.txt"], ImageIndex(folder))
    assert all(isinstance(draft, ImageDraft) for draft in reading.drafts)
    assert reading.drafts or reading.findings

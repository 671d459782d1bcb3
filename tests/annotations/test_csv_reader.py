"""The tutorials' CSV is read by its header, row by row; every fault is found with its line."""

import math

import pytest
from builders import draw_image
from hypothesis import given, settings, strategies as st

from tfodkit.annotations import csv_reader
from tfodkit.annotations.csv_reader import MAX_LINE_BYTES, looks_like_csv, read_csv
from tfodkit.images.index import ImageIndex

HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
MUST_NAME = "must name the columns filename, class, xmin, ymin, xmax, ymax, but lacks "


@pytest.fixture
def read(tmp_path):
    for name in ("a.jpg", "b.jpg", "more/c, d.jpg"):
        draw_image(tmp_path / name)

    def read_text(text):
        (tmp_path / "boxes.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        (reading,) = read_csv(tmp_path, [tmp_path / "boxes.csv"], ImageIndex(tmp_path))
        return reading

    return read_text


def problems(reading, tmp_path):
    return [str(finding.problem).replace(f"{tmp_path}/", "") for finding in reading.findings]


def test_rows_are_grouped_by_image_wherever_they_stand(read, tmp_path):
    reading = read(f"{HEADER}b.jpg,40,30,mug,4,6,20,24\na.jpg,40,30,bun,1,2,3.5,4\nb.jpg,40,30, bun ,0,0,1,1\n")
    first, second = reading.drafts
    assert reading.findings == ()
    assert (first.image, first.name, first.source) == (tmp_path / "b.jpg", "b.jpg", tmp_path / "boxes.csv")
    assert (first.size, first.line, first.is_normalised) == ((40, 30), 2, False)
    assert [(item.number, item.label, item.xyxy, item.line) for item in first.objects] == [
        (1, "mug", (4, 6, 20, 24), 2),
        (2, " bun ", (0, 0, 1, 1), 4),
    ]
    assert [(item.number, item.label, item.xyxy, item.line) for item in second.objects] == [
        (1, "bun", (1, 2, 3.5, 4), 3)
    ]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "a.jpg,40,30,mug,4,6,20,24",
        HEADER.replace("\n", "\r\n") + "a.jpg,40,30,mug,4,6,20,24\r\n\r\n,,,,,,,\r\n",
        "\ufeff" + HEADER.upper() + "a.jpg,40,30,mug,4,6,20,24",
        HEADER.replace(",", ";") + "a.jpg;40;30;mug;4;6;20;24",
        HEADER.replace(",", "\t") + "a.jpg\t40\t30\tmug\t4\t6\t20\t24",
        ",note,ymax, xmax ,ymin,xmin,class,height,width,filename\n0,x,24,20,6,4,mug,30,40,a.jpg",
        '"filename","width","height","class","xmin","ymin","xmax","ymax"\n"a.jpg","40","30","mug","4","6","20","24"',
    ],
    ids=["plain", "Windows", "mark", "semicolon", "tab", "order", "quoted"],
)
def test_every_spelling_of_the_file_reads_alike(read, text):
    reading = read(text)
    assert reading.findings == ()
    (draft,) = reading.drafts
    assert (draft.size, draft.objects[0].label, draft.objects[0].xyxy) == ((40, 30), "mug", (4, 6, 20, 24))


def test_flags_and_pose_are_read_where_there_are_columns_for_them(read):
    text = HEADER.replace("\n", ",difficult,truncated,pose\n")
    (draft,) = read(f"{text}a.jpg,40,30,mug,4,6,20,24,1,0,Left\na.jpg,40,30,mug,4,6,20,25,,1,\n").drafts
    assert [(item.difficult, item.truncated, item.pose) for item in draft.objects] == [
        (True, False, "Left"),
        (False, True, "Unspecified"),
    ]


def test_sizes_may_be_missing(read):
    reading = read("filename,class,xmin,ymin,xmax,ymax\na.jpg,mug,4,6,20,24\n")
    assert (reading.drafts[0].size, reading.findings) == (None, ())
    reading = read(f"{HEADER}a.jpg,,nan,mug,4,6,20,24\na.jpg,,nan,mug,4,6,20,25\n")
    assert all(map(math.isnan, reading.drafts[0].size))
    assert reading.findings == ()


def test_a_row_without_class_and_box_is_an_image_without_objects(read):
    reading = read(f"{HEADER}a.jpg,40,30,,,,,\n")
    assert (reading.drafts[0].name, reading.drafts[0].objects, reading.findings) == ("a.jpg", (), ())


def test_images_are_found_in_the_subfolder_of_the_file_first_and_by_name(read, tmp_path):
    draw_image(tmp_path / "more/a.jpg")
    (tmp_path / "more/boxes.csv").write_text(f'{HEADER}a.jpg,40,30,m,0,0,1,1\n"c, d.JPG",40,30,m,0,0,1,1\n')
    (reading,) = read_csv(tmp_path, [tmp_path / "more/boxes.csv"], ImageIndex(tmp_path))
    assert [draft.name for draft in reading.drafts] == ["more/a.jpg", "more/c, d.jpg"]


def test_two_spellings_of_one_image_are_one_draft(read):
    (draft,) = read(f"{HEADER}a.jpg,40,30,mug,4,6,20,24\nA.JPG,40,30,bun,4,6,20,24\n").drafts
    assert [(item.number, item.label) for item in draft.objects] == [(1, "mug"), (2, "bun")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a.jpg,40,30,mug,4,6,20", "7 fields of 8. "),
        ("a.jpg,40,30,mug, gray,4,6,20,24", "9 fields of 8. "),
        (",40,30,mug,4,6,20,24", "there is no filename. "),
        ("nix.jpg,40,30,mug,4,6,20,24", "there is no image 'nix.jpg' in "),
        ("../a.jpg,40,30,mug,4,6,20,24", "'../a.jpg' leads out of the folder of the images. "),
        ("a.jpg,50,30,mug,4,6,20,24", 'object 2 "mug": a.jpg is 50 x 30 here, but 40 x 30 in line 2. '),
        ("a.jpg,50,30,,,,,", "a.jpg is 50 x 30 here, but 40 x 30 in line 2. "),
        ("a.jpg,40,30,mug,,6,20,24", 'object 2 "mug": there is no xmin. '),
        ("a.jpg,40,30,mug,4,x,20,24", "object 2 \"mug\": ymin must be a number, but got 'x'. "),
        ('a.jpg,40,30, mug ,4,"6,5",20,24', "object 2 \"mug\": ymin must be a number, but got '6,5'. Write decimals"),
        ('a.jpg,40,30,"mug"x,4,6,20,24', "not well-formed CSV: ',' expected after '\"'. "),
    ],
)
def test_a_row_that_can_not_be_read_is_a_finding_with_its_line_and_the_others_are_read(read, tmp_path, row, message):
    good = "a.jpg,40,30,mug,4,6,20,24\n"
    reading = read(f'{HEADER}{good}{row}\n"a.jpg",40,30,"two\nlines",4,6,20,24\n{good}')
    (found,) = problems(reading, tmp_path)
    assert found.startswith(f"boxes.csv:3: {message}")
    assert [item.line for item in reading.drafts[0].objects] == [2, 4, 6]


def test_an_object_that_can_not_be_read_keeps_its_number(read):
    (draft,) = read(f"{HEADER}a.jpg,40,30,a,1,1,2,2\na.jpg,40,30,b,1,1,2,x\na.jpg,40,30,c,1,1,2,2\n").drafts
    assert [(item.number, item.label) for item in draft.objects] == [(1, "a"), (3, "c")]


@pytest.mark.parametrize(
    ("extra", "value", "message"),
    [
        ("difficult", "yes", "difficult must be 0 or 1, but got 'yes'"),
        ("truncated", "2", "truncated must be 0 or 1, but got '2'"),
        ("pose", "a\x01b", "the pose is no name: it has control characters"),
    ],
)
def test_impossible_flags_are_findings(read, tmp_path, extra, value, message):
    reading = read(f"{HEADER.rstrip()},{extra}\na.jpg,40,30,mug,4,6,20,24,{value}\n")
    assert problems(reading, tmp_path)[0].startswith(f'boxes.csv:2: object 1 "mug": {message}. ')
    assert reading.drafts[0].objects == ()


def test_a_missing_image_is_said_once(read, tmp_path):
    reading = read(HEADER + "nix.jpg,40,30,mug,4,6,20,24\n" * 3)
    assert (len(reading.findings), reading.drafts) == (1, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"{MUST_NAME}filename, class, xmin, ymin, xmax, ymax. "),
        ("a.jpg,40,30,mug,4,6,20,24\n", f"{MUST_NAME}filename, class, xmin, ymin, xmax, ymax. "),
        (HEADER.replace("xmin", "left"), f"{MUST_NAME}xmin. "),
        (HEADER.replace("width", "xmin"), "names the column xmin twice. "),
    ],
)
def test_a_header_that_does_not_name_the_columns_is_the_fault(read, tmp_path, text, message):
    (found,) = problems(read(text), tmp_path)
    assert found.startswith(f"boxes.csv:1: the first line {message}")


def test_text_that_is_none_is_a_finding(read, tmp_path):
    good = b"a.jpg,40,30,mug,4,6,20,24\n"
    reading = read(HEADER.encode() + good + b"a.jpg,40,30,caf\xe9,4,6,20,24\n" + good)
    assert problems(reading, tmp_path)[0].startswith("boxes.csv:3: not UTF-8 text: byte 0xe9. ")
    assert [item.line for item in reading.drafts[0].objects] == [2, 4]
    (found,) = problems(read("filename".encode("utf-16")), tmp_path)
    assert found.startswith("boxes.csv:1: not UTF-8 text: byte 0xff. ")
    reading = read(f'{HEADER}a.jpg,40,30,"mug,4,6,20,24\n{"x" * 200_000}\n')
    assert "field larger than field limit" in problems(reading, tmp_path)[0]
    reading = read(f'{HEADER}a.jpg,40,30,"mug,4,6,20,24\n')
    assert problems(reading, tmp_path)[0].startswith("boxes.csv:2: not well-formed CSV: unexpected end of data. ")
    reading = read(f"{HEADER}{'x' * (MAX_LINE_BYTES + 1)}\n")
    assert problems(reading, tmp_path)[0].startswith(f"boxes.csv:2: a line of more than {MAX_LINE_BYTES} bytes. ")


def test_a_file_that_is_too_large_or_can_not_be_read_is_a_finding(read, tmp_path, monkeypatch):
    monkeypatch.setattr(csv_reader, "MAX_CSV_BYTES", 10)
    assert problems(read(HEADER), tmp_path)[0].startswith("boxes.csv: 48 bytes are too many for a CSV of boxes. ")
    (reading,) = read_csv(tmp_path, [tmp_path / "more"], ImageIndex(tmp_path))
    assert problems(reading, tmp_path) == ["more: the file can't be read: Is a directory. Check the file. [TFK105]"]


def test_a_file_of_faults_is_given_up(read, tmp_path, monkeypatch):
    monkeypatch.setattr(csv_reader, "MAX_FAULTS", 5)
    found = problems(read(HEADER + "what,is,this\n" * 50), tmp_path)
    assert len(found) == 6
    assert found[-1].startswith("boxes.csv:6: 5 faults; the rest was not looked at. ")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (HEADER, True),
        ("\ufeffymax;xmax;ymin;xmin;class;filename\n", True),
        ("a.jpg,40,30,mug,4,6,20,24\n", True),
        ("a.jpg,4,6,20,24,mug\n", True),
        ("name,price,count\n", False),
        ("1,2,3,4,5,6,7,8,9\n", False),
        ("", False),
        ('"' + "x" * 200_000, False),
    ],
)
def test_what_looks_like_a_csv_of_boxes(line, expected):
    assert looks_like_csv(line) is expected


@settings(deadline=None)
@given(
    is_headed=st.booleans(),
    content=st.binary(max_size=200) | st.text("a.jpg,;\t\"'0419-+eE\n\r\x00\u202e٣naif", max_size=120).map(str.encode),
)
def test_no_content_raises(tmp_path_factory, is_headed, content):
    folder = tmp_path_factory.getbasetemp() / "csv"
    draw_image(folder / "a.jpg")
    (folder / "boxes.csv").write_bytes(HEADER.encode() * is_headed + content)
    (reading,) = read_csv(folder, [folder / "boxes.csv"], ImageIndex(folder))
    assert is_headed or reading.findings

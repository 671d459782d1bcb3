"""labelImg's XML is read as it stands, or refused with file, line, object and remedy."""

import re

import pytest
from builders import draw_image, shared_data

from tfodkit.annotations import LeftOut, read_voc_xml
from tfodkit.annotations.image_folder import ImageFolder
from tfodkit.annotations.voc_reader import MAX_XML_BYTES
from tfodkit.boxes import Box

XML = """<annotation>
	<folder>images</folder>
	<filename>tray.jpg</filename>
	<path>/home/someone/else.jpg</path>
	<size>
		<width>40</width>
		<height>30</height>
		<depth>3</depth>
	</size>
	<object>
		<name>mug</name>
		<pose>Left</pose>
		<truncated>1</truncated>
		<difficult>0</difficult>
		<bndbox>
			<xmin>4</xmin>
			<ymin>6.5</ymin>
			<xmax>40</xmax>
			<ymax>30</ymax>
		</bndbox>
	</object>
</annotation>
"""


@pytest.fixture
def read(tmp_path):
    draw_image(tmp_path / "tray.jpg")

    def read_text(xml):
        path = tmp_path / "tray.xml"
        path.write_bytes(xml if isinstance(xml, bytes) else xml.encode())
        return read_voc_xml(path, ImageFolder(tmp_path))

    return read_text


def problems(reading, tmp_path):
    assert not reading.annotations, "what has problems gives no annotation"
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in reading.problems]


def test_every_field_is_read(read, tmp_path):
    reading = read(XML)
    (annotation,) = reading.annotations
    assert (annotation.image, annotation.width, annotation.height) == (tmp_path / "tray.jpg", 40, 30)
    assert annotation.source == tmp_path / "tray.xml"
    (mug,) = annotation.objects
    assert (mug.label, mug.box, mug.pose) == ("mug", Box(4, 6.5, 40, 30), "Left")
    assert (mug.truncated, mug.difficult) == (True, False)
    assert not reading.problems
    assert not reading.left_out


def test_flags_and_pose_may_be_missing(read):
    xml = re.sub(r"\t\t<(pose|truncated|difficult)>.*\n", "", XML)
    (mug,) = read(xml).annotations[0].objects
    assert (mug.truncated, mug.difficult, mug.pose) == (False, False, "Unspecified")


def test_white_space_around_values_is_formatting(read):
    xml = XML.replace("<name>mug</name>", "<name>\n mug </name>").replace("<xmin>4<", "<xmin> 4\n<")
    assert read(xml).annotations[0].objects[0].label == "mug"


def test_an_image_without_objects_is_an_annotation(read):
    assert read(re.sub(r"(?s)\t<object>.*</object>\n", "", XML)).annotations[0].objects == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_the_encodings_of_xml_are_read(read, encoding):
    xml = XML.replace("mug", "crêpe 中")
    assert read(xml.encode(encoding)).annotations[0].objects[0].label == "crêpe 中"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("<xmax>40<", "<xmax>41<", '18: object 1 "mug": xmax 41 > width 40. Fix the box in labelImg.'),
        ("<ymax>30<", "<ymax>30.5<", '19: object 1 "mug": ymax 30.5 > height 30. Fix the box in labelImg.'),
        ("<xmin>4<", "<xmin>-1<", '16: object 1 "mug": xmin -1 < 0. Fix the box in labelImg.'),
        ("<xmax>40<", "<xmax>3<", '16: object 1 "mug": xmin 4 > xmax 3. Fix the box in labelImg.'),
        ("<ymax>30<", "<ymax>3<", '17: object 1 "mug": ymin 6.5 > ymax 3. Fix the box in labelImg.'),
        ("<xmin>4<", "<xmin>nan<", "16: object 1 \"mug\": xmin must be a finite number, but got 'nan'."),
        ("<xmin>4<", "<xmin>1e999<", "16: object 1 \"mug\": xmin must be a finite number, but got '1e999'."),
        ("<xmin>4<", "<xmin>4,5<", "16: object 1 \"mug\": xmin must be a finite number, but got '4,5'."),
        ("<xmin>4<", "<xmin>1_0<", "16: object 1 \"mug\": xmin must be a finite number, but got '1_0'."),
        ("<xmin>4</xmin>", "", '15: object 1 "mug" has no <xmin>'),
        ("<name>mug<", "<name> <", "10: object 1: <name> can't name a class: it is blank. Name the object."),
        ("<name>mug<", "<name>a\nb<", "10: object 1: <name> can't name a class: it has control characters."),
        ("<pose>Left<", "<pose>a\tb<", '12: object 1 "mug": <pose> is no name: it has control characters.'),
        ("<truncated>1<", "<truncated>yes<", "13: object 1 \"mug\": truncated must be 0 or 1, but got 'yes'."),
        ("<width>40<", "<width>0<", "6: <size>: width must be a whole number of pixels, but got 0."),
        ("<width>40<", "<width>40.5<", "6: <size>: width must be a whole number of pixels, but got 40.5."),
        ("<width>40<", "<width>1e10<", "6: <size>: width must be a whole number of pixels, but got 1e+10."),
        ("<width>40</width>", "", "5: <size> has no <width>"),
        ("tray.jpg", "../tray.jpg", "3: <filename>: '../tray.jpg' leads out of the folder of the images."),
        ("bndbox", "box", '10: object 1 "mug" has no <bndbox>'),
        ("annotation>", "annotations>", "1: the outermost element is <annotations>, not <annotation>."),
        ("</object>", "", "22: not well-formed XML: Opening and ending tag mismatch: object line 10 and annotation."),
        ("<annotation>\n", '<!DOCTYPE annotation SYSTEM "x"><annotation>\n', " the XML has a DOCTYPE"),
    ],
)
def test_one_thing_wrong_is_one_problem(read, tmp_path, old, new, problem):
    assert old in XML
    (found,) = problems(read(XML.replace(old, new)), tmp_path)
    assert found.startswith(f"tray.xml:{problem}")


def test_all_problems_of_a_file_are_found(read, tmp_path):
    xml = XML.replace("<width>40<", "<width>x<").replace("<name>mug<", "<name><").replace("tray.jpg", "../x")
    assert len(problems(read(xml), tmp_path)) == 3


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"\xff\xfe\x00", b"<annotation>\xff</annotation>"])
def test_what_is_no_xml_is_one_problem(read, tmp_path, content):
    (found,) = problems(read(content), tmp_path)
    assert found.startswith("tray.xml:1: not well-formed XML")


def test_entities_are_refused_unexpanded(read, tmp_path):
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<!DOCTYPE annotation [<!ENTITY e0 "x">{bomb}]>' + XML.replace("mug", "&e11;")
    (found,) = problems(read(xml), tmp_path)
    assert "DOCTYPE" in found or "not well-formed" in found


def test_an_external_entity_is_not_read(read, tmp_path):
    (tmp_path / "secret").write_text("secret")
    xml = f'<!DOCTYPE annotation [<!ENTITY e SYSTEM "{tmp_path}/secret">]>' + XML.replace("mug", "&e;")
    (found,) = problems(read(xml), tmp_path)
    assert "secret." not in found
    assert "DOCTYPE" in found


def test_a_huge_file_is_not_read(read, tmp_path):
    (found,) = problems(read(b" " * (MAX_XML_BYTES + 1)), tmp_path)
    assert found.startswith(f"tray.xml: {MAX_XML_BYTES + 1} bytes are too many for an annotation")


@pytest.mark.parametrize(("field", "value"), [("xmax", "4"), ("ymax", "6.5")])
def test_a_box_without_width_or_height_is_left_out_and_named(read, tmp_path, field, value):
    reading = read(re.sub(f"<{field}>.*<", f"<{field}>{value}<", XML))
    assert reading.annotations[0].objects == ()
    assert reading.left_out == (LeftOut("boxes of zero size", tmp_path / "tray.xml", 15, 'object 1 "mug"'),)


def test_an_unreadable_file_is_a_problem(tmp_path):
    draw_image(tmp_path / "tray.jpg")
    (found,) = problems(read_voc_xml(tmp_path / "nix.xml", ImageFolder(tmp_path)), tmp_path)
    assert found == "nix.xml: the file can't be read: No such file or directory. Check the file."


@pytest.mark.parametrize(
    ("name", "annotations", "images", "boxes"),
    [("raccoon", "annotations", "images", 217), ("bccd", "Annotations", "JPEGImages", 4886)],
)
def test_real_data_is_read_without_a_problem(name, annotations, images, boxes):
    data = shared_data(name)
    folder = ImageFolder(data / images)
    readings = [read_voc_xml(path, folder) for path in sorted((data / annotations).glob("*.xml"))]
    assert [problem for reading in readings for problem in reading.problems] == []
    assert len({annotation.image for reading in readings for annotation in reading.annotations}) == len(readings)
    assert sum(len(annotation.objects) for reading in readings for annotation in reading.annotations) == boxes

"""labelImg's XML is read as it stands, or its faults are found with file, line and object."""

import math
import re

import pytest
from builders import draw_image, shared_data
from PIL import Image

from tfodkit.annotations import read_voc
from tfodkit.annotations.masks import InstanceMask
from tfodkit.annotations.voc_reader import MAX_XML_BYTES, read_voc_xml
from tfodkit.boxes import OrientedBox
from tfodkit.images.index import ImageIndex

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
        return read_voc_xml(path, ImageIndex(tmp_path))

    return read_text


def problems(reading, tmp_path):
    return [str(finding.problem).removeprefix(f"{tmp_path}/") for finding in reading.findings]


def test_every_field_is_read(read, tmp_path):
    reading = read(XML)
    assert not reading.findings
    (draft,) = reading.drafts
    assert (draft.image, draft.name, draft.size, draft.line) == (tmp_path / "tray.jpg", "tray.jpg", (40, 30), 5)
    assert draft.source == tmp_path / "tray.xml"
    assert not draft.is_normalised
    (mug,) = draft.objects
    assert (mug.number, mug.label, mug.xyxy, mug.pose, mug.line) == (1, "mug", (4, 6.5, 40, 30), "Left", 15)
    assert (mug.truncated, mug.difficult) == (True, False)


def test_flags_and_pose_may_be_missing(read):
    xml = re.sub(r"\t\t<(pose|truncated|difficult)>.*\n", "", XML)
    (mug,) = read(xml).drafts[0].objects
    assert (mug.truncated, mug.difficult, mug.pose) == (False, False, "Unspecified")


TURNED = """\t<object>
		<type>robndbox</type>
		<name>ship</name>
		<robndbox>
			<cx>20</cx><cy>15</cy><w>10</w><h>4</h><angle>1.5707963267948966</angle>
		</robndbox>
	</object>
</annotation>"""


def test_a_turned_box_of_rolabelimg_is_read_with_the_upright_one_around_it(read):
    mug, ship = read(XML.replace("</annotation>", TURNED)).drafts[0].objects
    assert mug.oriented is None
    assert (ship.number, ship.label, ship.line) == (2, "ship", 25)
    assert ship.oriented == OrientedBox(20, 15, 10, 4, math.pi / 2)
    assert ship.xyxy == pytest.approx((18, 10, 22, 20))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("<w>10<", "<w>-10<", "<robndbox>: an oriented box must not have a negative side"),
        ("<cx>20<", "<cx>nan<", "<robndbox>: an oriented box must be finite"),
        ("<angle>1.57", "<angle>1,57", "angle must be a number, but got '1,57"),
        ("<cy>15</cy>", "", "there is no <cy>"),
    ],
)
def test_a_turned_box_that_is_none_is_a_finding(read, tmp_path, old, new, problem):
    reading = read(XML.replace("</annotation>", TURNED.replace(old, new)))
    (found,) = problems(reading, tmp_path)
    assert re.match(rf"tray.xml:2[56]: object 2 \"ship\": {re.escape(problem)}", found)
    assert len(reading.drafts[0].objects) == 1


def test_what_may_be_wrong_with_a_box_is_not_the_readers_matter(read):
    xml = XML.replace("<xmin>4<", "<xmin>-nan<").replace("<xmax>40<", "<xmax>1e999<").replace(">mug<", "> mug <")
    (mug,) = read(xml).drafts[0].objects
    assert math.isnan(mug.xyxy[0])
    assert mug.xyxy[2] == math.inf
    assert (mug.label, mug.title) == (" mug ", 'object 1 "mug"')


@pytest.mark.parametrize("stated", ["<width>x</width>", "<width/>", ""])
def test_a_size_that_is_none_is_for_the_survey_to_judge(read, stated):
    width, height = read(XML.replace("<width>40</width>", stated)).drafts[0].size
    assert math.isnan(width)
    assert height == 30


def test_an_image_without_objects_is_a_draft(read):
    assert read(re.sub(r"(?s)\t<object>.*</object>\n", "", XML)).drafts[0].objects == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_the_encodings_of_xml_are_read(read, encoding):
    xml = XML.replace("mug", "crêpe 中")
    assert read(xml.encode(encoding)).drafts[0].objects[0].label == "crêpe 中"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("<xmin>4<", "<xmin>4,5<", "16: object 1 \"mug\": xmin must be a number, but got '4,5'. Write decimals with a"),
        ("<xmin>4<", "<xmin>1_0<", "16: object 1 \"mug\": xmin must be a number, but got '1_0'. Label the image again"),
        ("<xmin>4</xmin>", "", '15: object 1 "mug": there is no <xmin>. Label the image again, or correct the file'),
        ("<pose>Left<", "<pose>a\tb<", '12: object 1 "mug": <pose> is no name: it has control characters.'),
        ("<truncated>1<", "<truncated>yes<", "13: object 1 \"mug\": truncated must be 0 or 1, but got 'yes'."),
        ("bndbox", "box", '10: object 1 "mug": there is no <bndbox>.'),
    ],
)
def test_an_object_that_is_none_is_one_finding_and_the_image_remains(read, tmp_path, old, new, problem):
    assert old in XML
    reading = read(XML.replace(old, new))
    (found,) = problems(reading, tmp_path)
    assert found.startswith(f"tray.xml:{problem}")
    assert reading.drafts[0].objects == ()


@pytest.mark.parametrize(
    ("old", "new", "problem", "code"),
    [
        ("tray.jpg", "../tray.jpg", "3: <filename>: '../tray.jpg' leads out of the folder of the images.", "TFK109"),
        ("annotation>", "annotations>", "1: the outermost element is <annotations>, not <annotation>.", "TFK102"),
        ("</object>", "", "22: not well-formed XML: Opening and ending tag mismatch: object line 10 and a", "TFK101"),
        (
            "<annotation>\n",
            '<!DOCTYPE annotation SYSTEM "x"><annotation>\n',
            " the XML has a DOCTYPE.",
            "TFK103",
        ),
    ],
)
def test_a_file_that_is_no_annotation_is_one_finding_and_no_draft(read, tmp_path, old, new, problem, code):
    reading = read(XML.replace(old, new))
    (found,) = problems(reading, tmp_path)
    assert found.startswith(f"tray.xml:{problem}")
    assert found.endswith(f"[{code}]")
    assert not reading.drafts
    assert reading.unreadable == ("tray.jpg",)  # so that nobody says the image had no annotation


def test_all_faults_of_a_file_are_found(read, tmp_path):
    xml = XML.replace("<xmin>4<", "<xmin><").replace("tray.jpg", "../x")
    assert len(problems(read(xml), tmp_path)) == 2


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"\xff\xfe\x00", b"<annotation>\xff</annotation>", b"<annotation>\0</annotation>"]
)
def test_what_is_no_xml_is_one_finding(read, tmp_path, content):
    (found,) = problems(read(content), tmp_path)
    assert found.startswith("tray.xml:1: not well-formed XML")
    assert found.isprintable()


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


def test_an_unreadable_file_is_a_finding(tmp_path):
    draw_image(tmp_path / "tray.jpg")
    (found,) = problems(read_voc_xml(tmp_path / "nix.xml", ImageIndex(tmp_path)), tmp_path)
    assert found == "nix.xml: the file can't be read: No such file or directory. Check the file. [TFK105]"


def test_an_image_of_the_same_subfolder_goes_first(tmp_path):
    for folder in ("a", "b"):
        draw_image(tmp_path / "images" / folder / "tray.jpg")
        (tmp_path / "xml" / folder).mkdir(parents=True)
        (tmp_path / "xml" / folder / "tray.xml").write_text(XML)
    paths = sorted((tmp_path / "xml").glob("*/*.xml"))
    readings = list(read_voc(tmp_path / "xml", paths, ImageIndex(tmp_path / "images")))
    assert [reading.drafts[0].name for reading in readings] == ["a/tray.jpg", "b/tray.jpg"]


def test_the_instances_of_a_devkit_are_the_objects_masks(tmp_path):
    draw_image(tmp_path / "JPEGImages" / "tray.jpg")
    (tmp_path / "Annotations").mkdir()
    xml = tmp_path / "Annotations" / "tray.xml"
    xml.write_text(XML.replace("6.5", "6"))
    (tmp_path / "SegmentationObject").mkdir()
    instances = Image.new("P", (40, 30))
    instances.paste(1, (4, 6, 40, 30))
    instances.putpalette([0, 0, 0, 128, 0, 0])
    instances.save(tmp_path / "SegmentationObject" / "tray.png")
    (reading,) = read_voc(xml.parent, [xml], ImageIndex(tmp_path / "JPEGImages"))
    assert reading.findings == ()
    assert reading.drafts[0].objects[0].mask == InstanceMask(tmp_path / "SegmentationObject" / "tray.png", 1)


@pytest.mark.parametrize(
    ("name", "annotations", "images", "boxes"),
    [("raccoon", "annotations", "images", 217), ("bccd", "Annotations", "JPEGImages", 4888)],
)
def test_real_data_is_read_without_a_finding(name, annotations, images, boxes):
    data = shared_data(name)
    paths = sorted((data / annotations).glob("*.xml"))
    readings = list(read_voc(data / annotations, paths, ImageIndex(data / images)))
    assert [finding for reading in readings for finding in reading.findings] == []
    assert len({reading.drafts[0].image for reading in readings}) == len(readings)
    assert sum(len(reading.drafts[0].objects) for reading in readings) == boxes

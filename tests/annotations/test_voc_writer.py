"""XML is written as labelImg writes it, and reads back as the same values."""

from pathlib import Path

import pytest
from builders import draw_image, make_image_annotation, make_object, shared_data
from hypothesis import given, settings, strategies as st

from tfodkit.annotations import ImageAnnotation, ObjectAnnotation, read_voc_xml, to_voc_xml, write_voc_xml
from tfodkit.annotations.image_folder import ImageFolder
from tfodkit.annotations.values import label_problem
from tfodkit.boxes import Box
from tfodkit.errors import DataError

# Golden: people open these files with labelImg and with tools made for its files.
GOLDEN = """<annotation>
\t<folder>images</folder>
\t<filename>tray.jpg</filename>
\t<path>tray.jpg</path>
\t<source>
\t\t<database>Unknown</database>
\t</source>
\t<size>
\t\t<width>40</width>
\t\t<height>30</height>
\t\t<depth>3</depth>
\t</size>
\t<segmented>0</segmented>
\t<object>
\t\t<name>crêpe &amp; egg</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>1</truncated>
\t\t<difficult>0</difficult>
\t\t<bndbox>
\t\t\t<xmin>4</xmin>
\t\t\t<ymin>6</ymin>
\t\t\t<xmax>20.5</xmax>
\t\t\t<ymax>24</ymax>
\t\t</bndbox>
\t</object>
</annotation>
"""


def test_the_text_is_labelimgs():
    found = make_object("crêpe & egg", 4, 6, 20.5, 24, truncated=True)
    annotation = make_image_annotation("somewhere/images/tray.jpg", objects=(found,))
    assert to_voc_xml(annotation).decode() == GOLDEN


def test_a_file_of_labelimg_is_written_back_byte_for_byte_but_for_its_path():
    data = shared_data("bccd")
    source = data / "Annotations" / "BloodImage_00000.xml"
    (annotation,) = read_voc_xml(source, ImageFolder(data / "JPEGImages")).annotations
    expected = source.read_text().replace("/home/pi/detection_dataset/JPEGImages/", "")
    assert to_voc_xml(annotation).decode() == expected


def test_a_name_that_xml_can_not_hold_is_an_error():
    with pytest.raises(DataError, match="the file name has characters that XML can't hold"):
        to_voc_xml(make_image_annotation("a\x01.jpg"))


letters = st.sampled_from("aZ09 _./\\<>&\"'é中😀\u00a0\u200d\u202e")  # the whole of Unicode takes seconds to set up
names = st.text(letters, min_size=1, max_size=8).map(str.strip).filter(lambda text: label_problem(text) is None)
side = st.floats(0, 1, allow_subnormal=False)


@st.composite
def objects(draw, width, height):
    xmin, xmax = sorted((draw(side) * width, draw(side) * width))
    ymin, ymax = sorted((draw(side) * height, draw(side) * height))
    if draw(st.booleans()):
        xmin, ymin, xmax, ymax = map(round, (xmin, ymin, xmax, ymax))
    if xmin == xmax or ymin == ymax:
        xmin, ymin, xmax, ymax = 0, 0, width, height
    return ObjectAnnotation(
        draw(names), Box(xmin, ymin, xmax, ymax), draw(st.booleans()), draw(st.booleans()), draw(names)
    )


@st.composite
def contents(draw):
    width, height = draw(st.integers(1, 5000)), draw(st.integers(1, 5000))
    return width, height, tuple(draw(st.lists(objects(width, height), max_size=5)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return draw_image(tmp_path_factory.mktemp("voc") / "tray.jpg").parent


@settings(deadline=None)  # other work on the machine is no failure
@given(contents())
def test_what_is_written_reads_back_equal(folder, content):
    annotation = ImageAnnotation(folder / "tray.jpg", *content, source=folder / "tray.xml")
    write_voc_xml(annotation, folder / "tray.xml")
    reading = read_voc_xml(folder / "tray.xml", ImageFolder(folder))
    assert reading.problems == ()
    assert reading.annotations == (annotation,)

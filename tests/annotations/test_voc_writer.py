"""XML is written as labelImg writes it, and reads back as the same values."""

from pathlib import Path

import pytest
from builders import draw_image, make_image_annotation, make_object, shared_data
from hypothesis import given, settings, strategies as st
from strategies import image_annotations

from tfodkit.annotations import ImageAnnotation, Keypoint, ObjectAnnotation, to_voc_xml
from tfodkit.annotations.losses import Loss
from tfodkit.annotations.masks import PolygonMask
from tfodkit.annotations.voc_reader import read_voc_xml
from tfodkit.annotations.voc_writer import write_voc
from tfodkit.boxes import Box
from tfodkit.errors import DataError
from tfodkit.images.index import ImageIndex

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
    (draft,) = read_voc_xml(source, ImageIndex(data / "JPEGImages")).drafts
    objects = (
        ObjectAnnotation(found.label, Box(*found.xyxy), found.difficult, found.truncated, found.pose)
        for found in draft.objects
    )
    annotation = ImageAnnotation(draft.image, 640, 480, tuple(objects))
    expected = source.read_text().replace("/home/pi/detection_dataset/JPEGImages/", "")
    assert to_voc_xml(annotation).decode() == expected


def test_a_name_that_xml_can_not_hold_is_an_error():
    with pytest.raises(DataError, match="the file name has characters that XML can't hold"):
        to_voc_xml(make_image_annotation("a\x01.jpg"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return draw_image(tmp_path_factory.mktemp("voc") / "tray.jpg").parent


@settings(deadline=None)  # other work on the machine is no failure
@given(st.data())
def test_what_is_written_reads_back_equal(folder, data):
    annotation = data.draw(image_annotations(folder, "tray.jpg"))
    assert write_voc([annotation], folder) == ()
    reading = read_voc_xml(folder / "tray.xml", ImageIndex(folder))
    assert reading.findings == ()
    (draft,) = reading.drafts
    assert (draft.image, draft.size) == (annotation.image, (annotation.width, annotation.height))
    assert [
        ObjectAnnotation(found.label, Box(*found.xyxy), found.difficult, found.truncated, found.pose)
        for found in draft.objects
    ] == list(annotation.objects)


def test_a_data_set_is_written_in_its_own_folders_and_what_xml_can_not_hold_is_counted(tmp_path):
    point = Keypoint("nose", 1, 2, 2)
    masked = make_object(mask=PolygonMask(((1, 1, 5, 1, 5, 5),)), keypoints=(point,))
    first = make_image_annotation("in/tray.jpg", objects=(masked, make_object(is_crowd=True, keypoints=(point,))))
    second = make_image_annotation("in/more/tray.jpg", subfolder="more")
    losses = write_voc([first, second], tmp_path)
    assert losses == (Loss("crowd flags", 1), Loss("masks", 1), Loss("sets of keypoints", 2))
    assert (tmp_path / "tray.xml").read_bytes() == to_voc_xml(first)
    assert (tmp_path / "more/tray.xml").read_bytes() == to_voc_xml(second)


def test_two_images_that_would_share_a_file_are_an_error_before_anything_is_written(tmp_path):
    images = [make_image_annotation(f"in/{name}", subfolder="more") for name in ("a.jpg", "b.jpg", "b.png")]
    with pytest.raises(DataError) as error:
        write_voc(images, tmp_path)
    what = "the annotation would overwrite that of b.jpg: both are called b.xml. Rename one of the images."
    assert str(error.value) == f"more/b.png: {what}"
    assert list(tmp_path.iterdir()) == []

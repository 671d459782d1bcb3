"""The CSV of the tutorials, which reads back as the same values."""

import pytest
from builders import draw_image, make_image_annotation, make_object
from hypothesis import given, settings, strategies as st
from strategies import image_annotations

from tfodkit.annotations import Keypoint, ObjectAnnotation
from tfodkit.annotations.csv_reader import read_csv
from tfodkit.annotations.csv_writer import write_csv
from tfodkit.annotations.losses import Loss
from tfodkit.annotations.masks import PolygonMask
from tfodkit.boxes import Box
from tfodkit.errors import DataError
from tfodkit.images.index import ImageIndex


def test_the_text_is_the_tutorials(tmp_path):
    first = make_image_annotation("in/tray.jpg", objects=(make_object(), make_object("crêpe, egg", 1.5, 2, 30, 25)))
    second = make_image_annotation("in/more/tray.jpg", subfolder="more")
    assert write_csv([first, second], tmp_path / "boxes.csv") == ()
    # Golden: other people's generate_tfrecord.py read these files.
    assert (tmp_path / "boxes.csv").read_bytes().decode() == (
        "filename,width,height,class,xmin,ymin,xmax,ymax\n"
        "tray.jpg,40,30,mug,4,6,20,24\n"
        'tray.jpg,40,30,"crêpe, egg",1.5,2,30,25\n'
        "more/tray.jpg,40,30,mug,4,6,20,24\n"
    )


def test_columns_are_added_for_what_some_object_has(tmp_path):
    annotation = make_image_annotation("tray.jpg", objects=(make_object(truncated=True, pose="Left"), make_object()))
    assert write_csv([annotation], tmp_path / "boxes.csv") == ()
    assert (tmp_path / "boxes.csv").read_text().splitlines() == [
        "filename,width,height,class,xmin,ymin,xmax,ymax,truncated,pose",
        "tray.jpg,40,30,mug,4,6,20,24,1,Left",
        "tray.jpg,40,30,mug,4,6,20,24,0,Unspecified",
    ]


def test_what_a_csv_can_not_hold_is_counted(tmp_path):
    mask = PolygonMask(((1, 1, 5, 1, 5, 5),))
    full = make_object(is_crowd=True, mask=mask, keypoints=(Keypoint("n", 1, 2, 2),))
    annotations = [make_image_annotation("a.jpg", objects=(full,)), make_image_annotation("b.jpg", ())]
    assert write_csv(annotations, tmp_path / "boxes.csv") == (
        Loss("crowd flags", 1),
        Loss("images without objects", 1),
        Loss("masks", 1),
        Loss("sets of keypoints", 1),
    )


@pytest.mark.parametrize("name", ["a\r.jpg", "a\udcff.jpg"])
def test_a_name_that_a_csv_can_not_hold_is_an_error_and_nothing_is_written(tmp_path, name):
    with pytest.raises(DataError, match=r"the file name has characters that a CSV can't hold\. Rename the image\."):
        write_csv([make_image_annotation(name)], tmp_path / "boxes.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv")
    draw_image(folder / "tray.jpg")
    draw_image(folder / 'a; "b"/قهوة, \n.png')
    return folder


@settings(deadline=None)
@given(st.data())
def test_what_is_written_reads_back_equal(folder, data):
    names = ['a; "b"/قهوة, \n.png', "tray.jpg"]
    written = [data.draw(image_annotations(folder, name)) for name in names]
    write_csv(written, folder / "boxes.csv")
    (reading,) = read_csv(folder, [folder / "boxes.csv"], ImageIndex(folder))
    assert reading.findings == ()
    expected = {
        annotation.name: (annotation.width, annotation.height, annotation.objects)
        for annotation in written
        if annotation.objects
    }
    assert expected == {
        draft.name: (
            *draft.size,
            tuple(
                ObjectAnnotation(item.label, Box(*item.xyxy), item.difficult, item.truncated, item.pose)
                for item in draft.objects
            ),
        )
        for draft in reading.drafts
    }

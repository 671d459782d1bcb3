"""Labels in every form are read as the same boxes, with the pictures or without them; what is wrong is told by line."""

import json
import math
from pathlib import Path

import pytest
from builders import draw_image, make_image_annotation, make_object

from tfodkit.annotations import write_voc_xml
from tfodkit.annotations.coco_writer import write_coco
from tfodkit.annotations.csv_writer import write_csv
from tfodkit.annotations.yolo_writer import write_yolo
from tfodkit.boxes import Box, OrientedBox
from tfodkit.errors import DataError, UsageError
from tfodkit.workflow.labels import read_labels

TURNED = """<annotation><filename>ship</filename><size><width>40</width><height>30</height></size>
<object><type>robndbox</type><name>ship</name>
<robndbox><cx>20</cx><cy>15</cy><w>10</w><h>4</h><angle>0.5</angle></robndbox></object>
<object><type>bndbox</type><name>buoy</name>
<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>50</xmax><ymax>4</ymax></bndbox></object>
</annotation>"""


@pytest.fixture
def annotation():
    return make_image_annotation(
        "tray.jpg", objects=(make_object("mug", 4, 6, 20, 24), make_object("cup", 0, 0, 10, 15))
    )


def boxes(labels):
    return {image.name: (image.size, [(found.label, found.box) for found in image.objects]) for image in labels.images}


EXPECTED = {"tray.jpg": ((40, 30), [("mug", Box(4, 6, 20, 24)), ("cup", Box(0, 0, 10, 15))])}


def test_voc_coco_and_csv_need_no_pictures(annotation, tmp_path):
    write_voc_xml(annotation, tmp_path / "voc" / "tray.xml")
    write_coco([annotation], tmp_path / "coco" / "boxes.json")
    write_csv([annotation], tmp_path / "csv" / "boxes.csv")
    for place in map(tmp_path.joinpath, ("voc", "coco", "csv", "coco/boxes.json", "csv/boxes.csv")):
        found = read_labels(place)
        assert boxes(found) == EXPECTED
        assert (found.place, found.has_scores, found.left_out) == (str(place), False, 0)


def test_yolo_takes_the_sizes_of_its_pictures(annotation, tmp_path):
    write_yolo([annotation], tmp_path / "yolo", class_names=["mug", "cup"])
    draw_image(tmp_path / "images" / "tray.jpg")
    assert boxes(read_labels(tmp_path / "yolo", images=tmp_path / "images")) == EXPECTED
    with pytest.raises(DataError, match="there is no image called 'tray'"):
        read_labels(tmp_path / "yolo")
    (tmp_path / "images" / "tray.jpg").write_bytes(b"no picture")
    with pytest.raises(
        DataError, match=r"tray.jpg: the image can't be read, and its boxes are shares of its size\. Put"
    ):
        read_labels(tmp_path / "yolo", images=tmp_path / "images")


def test_turned_boxes_are_kept_and_boxes_may_leave_the_image(tmp_path):
    (tmp_path / "ship.xml").write_text(TURNED)
    (image,) = read_labels(tmp_path).images
    assert (image.name, image.size) == ("ship", (40, 30))
    assert [found.box for found in image.objects] == [OrientedBox(20, 15, 10, 4, 0.5), Box(1, 2, 50, 4)]


def test_a_size_that_is_none_is_not_known(tmp_path):
    (tmp_path / "ship.xml").write_text(TURNED.replace("<width>40<", "<width>0<"))
    assert read_labels(tmp_path).images[0].size is None


def detections(*annotations, **values):
    return {
        "images": [{"id": 1, "file_name": "photos/tray.jpg", "width": 40, "height": 30}],
        "categories": [{"id": 1, "name": "mug"}],
        "annotations": [
            {"id": number, "image_id": 1, "category_id": 1, "bbox": [4, 6, 16, 18], **annotation}
            for number, annotation in enumerate(annotations, start=1)
        ],
        **values,
    }


def write(folder: Path, content, name="detections.json"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))
    return folder / name


def test_detections_are_read_from_their_file_or_its_folder(tmp_path):
    path = write(tmp_path / "found", detections({"score": 0.9}, {"score": 0}))
    draw_image(tmp_path / "found" / "tray.jpg")
    write_voc_xml(make_image_annotation("tray.jpg"), tmp_path / "found" / "tray.xml")
    for place in (path, path.parent):
        found = read_labels(place)
        assert found.has_scores
        assert [each.score for each in found.images[0].objects] == [0.9, 0]
        assert found.images[0].name == "photos/tray.jpg"
    assert read_labels(path.parent, format="voc").images[0].name == "tray.jpg"


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        (
            {"score": 1.5},
            "score must be a number of 0 to 1, but got 1.5. Scores are shares: 0.5 is 50 percent. [TFK107]",
        ),
        ({"score": math.nan}, "score must be a number of 0 to 1, but got nan."),
        ({"score": "high"}, "score must be a number of 0 to 1, but got nan."),
        ({"bbox": [4, 6, math.nan, 18]}, "the box is (4, 6, nan, 24). Correct the box. [TFK305]"),
        ({"bbox": [4, 6, -3, 18]}, "the box's sides are -3 and 18 pixels. Correct the box. [TFK301]"),
        ({"category_id": 7}, "category 7 is not in the list."),
    ],
)
def test_what_is_no_label_is_an_error_with_its_place(annotation, problem, tmp_path):
    path = write(tmp_path, detections({"score": 0.5}, {"score": 0.5} | annotation))
    with pytest.raises(DataError) as caught:
        read_labels(path)
    (text,) = map(str, caught.value.problems)
    assert text.startswith(f"{path}:1: object 2")
    assert problem in text


def test_a_label_is_a_name(tmp_path):
    path = write(tmp_path, detections({}, categories=[{"id": 1, "name": " "}]))
    with pytest.raises(DataError, match=r'object 1 "": the label can\'t name a class: it is blank\. Name the object\.'):
        read_labels(path)


def test_all_have_a_score_or_none_has(tmp_path):
    path = write(tmp_path, detections({"score": 0.5}, {}))
    with pytest.raises(DataError, match=r'photos/tray.jpg: object 2 "mug" has no score, as others have\. Give each'):
        read_labels(path)


def test_boxes_of_zero_size_are_counted(tmp_path):
    found = read_labels(write(tmp_path, detections({}, {"bbox": [4, 6, 0, 18]})))
    assert (len(found.images[0].objects), found.left_out) == (1, 1)


def test_an_image_that_is_there_twice_is_refused(tmp_path):
    images = [{"id": number, "file_name": "tray.jpg", "width": 40, "height": 30} for number in (1, 2)]
    with pytest.raises(DataError, match=r"tray\.jpg is annotated in detections\.json already"):
        read_labels(write(tmp_path, detections(images=images)))


def test_places_without_labels(tmp_path):
    (tmp_path / "images").mkdir()
    with pytest.raises(DataError, match=r"nowhere: there is no such file or folder\. Check the path\."):
        read_labels(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"no annotations: .* Pass the folder or file of them\."):
        read_labels(tmp_path / "images")
    (tmp_path / "annotations").mkdir()
    with pytest.raises(DataError, match=rf"Pass {tmp_path}/annotations\."):
        read_labels(tmp_path / "images")
    with pytest.raises(DataError, match=r"absent\.json: there is no such file or folder\. Check the path\."):
        read_labels(tmp_path / "absent.json")
    path = write(tmp_path, [{"image_id": 1}], "results.json")
    with pytest.raises(DataError, match=r"results.json: the file is a list, .* tfodkit eval --detections"):
        read_labels(path)
    with pytest.raises(UsageError, match="there is no such format"):
        read_labels(tmp_path, format="foo")

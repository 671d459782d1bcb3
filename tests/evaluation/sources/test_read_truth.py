"""The truth out of COCO files, folders of XML and records, with and without faults."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import cafe_folder, label_folder, label_image, make_object
from PIL import Image
from record_builders import make_features, write_label_map, write_record
from truth_builders import ANNOTATIONS, CATEGORIES, IMAGES, write_coco

from tfodkit.annotations.coco_rle import rle_area
from tfodkit.errors import DataError, RecordError
from tfodkit.evaluation.sources.read_truth import FORMS, read_truth
from tfodkit.records import make_records


def test_a_coco_file_keeps_its_ids_and_areas(tmp_path: Path) -> None:
    truth = read_truth(write_coco(tmp_path / "truth.json"))
    first, second = truth.images
    assert [image.name for image in truth.images] == ["train/tray_1.jpg", "tray_2.jpg"]
    assert truth.class_names == {3: "bagel", 18: "mug"}
    assert (truth.place_of(4), truth.place_of(9), truth.class_of(18)) == (1, 0, 18)
    assert first.boxes_xyxy.tolist() == [[0, 0, 100, 50], [50, 60, 70, 80]]
    assert (first.class_ids.tolist(), first.is_crowd.tolist()) == ([3, 18], [True, False])
    assert first.is_difficult.tolist() == [False, True]
    assert (first.areas.tolist(), second.areas.tolist()) == ([5000, 400], [700.5])


def test_masks_and_keypoints_of_a_coco_file_are_read(tmp_path: Path) -> None:
    categories = [{"id": 1, "name": "mug", "keypoints": ["ear", "lip"]}]
    shaped = {
        "segmentation": [[10, 20, 14, 20, 14, 25, 10, 25]],
        "keypoints": [12, 22, 2, 0, 0, 0],
        "image_id": 4,
        "category_id": 1,
        "bbox": [10, 20, 4, 5],
    }
    plain = {"image_id": 9, "category_id": 1, "bbox": [0, 0, 4, 4]}
    truth = read_truth(write_coco(tmp_path / "truth.json", categories=categories, annotations=[shaped, plain]))
    first, second = truth.images
    assert (first.masks, first.keypoints) == (None, None)
    assert [rle_area(mask) for mask in second.masks] == [20] == second.areas.tolist()
    assert second.keypoints.tolist() == [[[12, 22, 2], [0, 0, 0]]]


def test_ids_of_categories_that_are_texts_become_numbers(tmp_path: Path) -> None:
    categories = [{"id": "m", "name": "mug"}, {"id": 7, "name": "bagel"}]
    annotations = [{"image_id": 4, "category_id": "m", "bbox": [0, 0, 4, 4]}]
    truth = read_truth(write_coco(tmp_path / "truth.json", categories=categories, annotations=annotations))
    assert truth.class_names == {1: "mug", 2: "bagel"}
    assert (truth.class_of("m"), truth.class_of(7), truth.class_of(1)) == (1, 2, None)


def test_boxes_without_an_area_are_left_out_and_counted(tmp_path: Path) -> None:
    empty = {"image_id": 4, "category_id": 3, "bbox": [5, 5, 0, 3]}
    truth = read_truth(write_coco(tmp_path / "truth.json", annotations=[*ANNOTATIONS, empty, empty]))
    assert sum(len(image.class_ids) for image in truth.images) == 3
    assert truth.notes == ("2 boxes without an area left out of the truth",)


def annotation(**overrides: Any) -> list[Any]:
    return [*ANNOTATIONS, {"id": 4, "image_id": 9, "category_id": 3, "bbox": [1, 2, 3, 4], **overrides}]


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"images": None}, ": there is no list of images, as COCO's files have it"),
        ({"images": 5}, ":1: images must be a list"),
        ({"annotations": annotation(image_id=77)}, "annotation 4: image_id 77 is that of no image in the list"),
        ({"annotations": annotation(category_id=77)}, "annotation 4: category 77 is not in the list"),
        ({"annotations": annotation(bbox=[1, 2, float("nan"), 4])}, "the box must be finite, but is 1, 2, nan, 6"),
        ({"annotations": annotation(bbox=[5, 2, -3, 4])}, "must have a width and a height, but has -3 x 4 pixels"),
        (
            {"annotations": annotation(segmentation={"size": [2, 3], "counts": [3, 3]})},
            "annotation 4: the mask has 3 x 2 pixels, but the image 400 x 300",
        ),
        ({"annotations": [*ANNOTATIONS, 7]}, "entry 4 of annotations: it must be an object with fields, but got 7"),
        ({"images": [*IMAGES, {**IMAGES[0], "file_name": "b.jpg"}]}, "the id 9 of 'b.jpg' is that of 'train/tray_1"),
        ({"images": [*IMAGES, {**IMAGES[0], "id": 5}]}, ": the image 'train/tray_1.jpg' is there twice"),
        ({"images": [{**IMAGES[0], "width": 0}, IMAGES[1]]}, "width and height must be 1 or more, but are 0 x 300"),
        ({"images": [{"id": 9, "file_name": "a.jpg"}, IMAGES[1]]}, "must be 1 or more, but are nan x nan"),
        ({"categories": [*CATEGORIES, {"id": 5, "name": "mug"}]}, "category 5, 'mug': category 18, 'mug', is the same"),
        ({"annotations": []}, ": there is no labelled object in 2 images"),
    ],
)
def test_what_is_wrong_in_a_coco_file_is_told(tmp_path: Path, members: dict[str, Any], what: str) -> None:
    with pytest.raises(DataError, match=re.escape(what)):
        read_truth(write_coco(tmp_path / "truth.json", **members))


@pytest.mark.parametrize(
    ("text", "what"), [("{", "not well-formed JSON"), ("[1]", "the file holds no JSON object"), ("\xff", "not UTF-8")]
)
def test_what_is_no_coco_file_is_told(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "truth.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match=what):
        read_truth(tmp_path / "truth.json")


def test_a_folder_of_xml_needs_no_pictures(tmp_path: Path) -> None:
    label_image(tmp_path / "images/b.jpg", make_object("mug", 4, 6, 20, 24, difficult=True), annotations=tmp_path)
    label_image(tmp_path / "images/a.jpg", make_object("bagel"), annotations=tmp_path)
    (tmp_path / "images/a.jpg").unlink()
    (tmp_path / "images/b.jpg").unlink()
    truth = read_truth(tmp_path)
    assert [(image.name, image.width, image.height) for image in truth.images] == [("a.jpg", 40, 30), ("b.jpg", 40, 30)]
    assert truth.class_names == {1: "bagel", 2: "mug"}
    assert truth.images[1].boxes_xyxy.tolist() == [[4, 6, 20, 24]]
    assert truth.images[1].is_difficult.tolist() == [True]
    assert truth.place_of("b") == 1


def test_pictures_of_one_name_in_two_folders_are_two(tmp_path: Path) -> None:
    label_folder(tmp_path / "x", {"1.jpg": ["mug"]})
    label_folder(tmp_path / "y", {"1.jpg": ["mug"]})
    assert [image.name for image in read_truth(tmp_path).images] == ["x/1.jpg", "y/1.jpg"]


def test_masks_of_a_devkit_come_along(tmp_path: Path) -> None:
    label_image(tmp_path / "JPEGImages/a.jpg", make_object("mug", 4, 6, 20, 24), annotations=tmp_path / "Annotations")
    instances = np.zeros((30, 40), np.uint8)
    instances[7:24, 4:20] = 1
    (tmp_path / "SegmentationObject").mkdir()
    Image.fromarray(instances).save(tmp_path / "SegmentationObject/a.png")
    (image,) = read_truth(tmp_path).images
    assert [rle_area(mask) for mask in image.masks] == [17 * 16]


def test_the_xml_of_a_whole_data_set_is_found(tmp_path: Path) -> None:
    for folder in ("Annotations", "elsewhere"):
        label_image(tmp_path / f"JPEGImages/{folder}.jpg", make_object("mug"), annotations=tmp_path / folder)
    assert [image.name for image in read_truth(tmp_path).images] == ["Annotations.jpg"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            "<xmin>4</xmin>",
            "<xmin>24</xmin>",
            'object 1 "mug": the box must have a width and a height, but has -4 x 18',
        ),
        ("<xmin>4</xmin>", "<xmin>nan</xmin>", 'object 1 "mug": the box must be finite, but is nan, 6, 20, 24'),
        ("<width>40</width>", "<width>0</width>", "<size> must be 1 x 1 or more, but is 0 x 30"),
        ("</annotation>", "", "not well-formed XML"),
    ],
)
def test_what_is_wrong_in_xml_is_told_with_its_line(tmp_path: Path, old: str, new: str, what: str) -> None:
    label_folder(tmp_path, {"a.jpg": ["mug"], "b.jpg": ["mug"]})
    text = (tmp_path / "a.xml").read_text()
    assert old in text
    (tmp_path / "a.xml").write_text(text.replace(old, new))
    with pytest.raises(DataError, match=rf"{re.escape(str(tmp_path))}/a\.xml:\d+: .*{re.escape(what)}"):
        read_truth(tmp_path)


def test_of_records_those_to_validate_with_count(tmp_path: Path) -> None:
    manifest = make_records(cafe_folder(tmp_path / "images"), tmp_path / "records")
    for place in (tmp_path / "records", tmp_path / "records/manifest.json"):
        truth = read_truth(place)
        assert len(truth.images) == manifest.images("val")
        assert truth.class_names == {1: "bagel", 2: "mug"}
        assert {path.name[:4] for path in truth.records} == {"val_"}


def test_records_of_others_count_whole(tmp_path: Path) -> None:
    path = write_record(tmp_path / "all.record", [make_features("mug"), make_features("mug", filename=["b.jpg"])])
    with pytest.raises(RecordError, match="the records have no label map"):
        read_truth(path)
    write_label_map(tmp_path / "label_map.pbtxt", "mug")
    assert [image.name for image in read_truth(path).images] == ["tray.jpg", "b.jpg"]


@pytest.mark.parametrize("place", ["absent", "folder", "notes.txt/absent"])
def test_what_is_no_truth_is_told_with_what_is(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError) as error:
        read_truth(tmp_path / place)
    assert str(error.value) == f"{tmp_path / place}: there is no truth here. Pass {FORMS}."


def test_a_damaged_manifest_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({}))
    with pytest.raises(RecordError, match=r"manifest\.json"):
        read_truth(tmp_path)

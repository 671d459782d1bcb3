"""Detections of anybody's model: what is read, and what is said of what can't be."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from truth_builders import make_truth

from tfodkit.annotations.coco_rle import rle_area
from tfodkit.errors import DataError
from tfodkit.evaluation.sources.detections_file import FORM, read_detections
from tfodkit.evaluation.sources.truth import Truth


def entry(**overrides: Any) -> dict[str, Any]:
    fields = {"image_id": "a.jpg", "category_id": 1, "bbox": [10, 20, 100, 100], "score": 0.5, **overrides}
    return {name: value for name, value in fields.items() if value is not None}


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "results.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_detections_come_by_image_the_best_first(tmp_path: Path) -> None:
    entries = [
        entry(image_id="b.jpg", score=0.2),
        entry(score=0.1, category_id="bagel"),
        entry(score=1, bbox=[1.5, 2, 3, 4]),
        entry(score=0.1),
    ]
    found = read_detections(written(tmp_path, entries), make_truth())
    assert found.image.tolist() == [0, 0, 0, 1]
    assert found.score.tolist() == [1, 0.1, 0.1, 0.2]
    assert found.class_id.tolist() == [1, 2, 1, 1]
    assert found.boxes_xyxy[0].tolist() == [1.5, 2, 4.5, 6]
    assert (found.masks, found.keypoints) == (None, None)


def test_no_detection_is_no_fault(tmp_path: Path) -> None:
    assert len(read_detections(written(tmp_path, []), make_truth())) == 0


def test_what_detect_writes_goes_by_names(tmp_path: Path) -> None:
    content = {
        "images": [{"id": 1, "file_name": "photos/b.jpg"}, {"id": 2, "file_name": "photos/a.jpg"}],
        "categories": [{"id": 1, "name": "bagel"}, {"id": 2, "name": "mug"}],
        "annotations": [entry(image_id=1, category_id=2), entry(image_id=2, category_id=1)],
    }
    found = read_detections(written(tmp_path, content), make_truth())
    assert (found.image.tolist(), found.class_id.tolist()) == ([0, 1], [2, 1])


def test_masks_and_keypoints_stay_with_their_detection(tmp_path: Path) -> None:
    rows = [(0.2, 7), (0.9, 5)]
    entries = [
        entry(
            score=score,
            segmentation={"size": [300, 400], "counts": [0, inside, 300 * 400 - inside]},
            keypoints=[1, 2, 0, inside, 2, 0.5],
        )
        for score, inside in rows
    ]
    found = read_detections(written(tmp_path, entries), make_truth())
    assert [rle_area(mask) for mask in found.masks] == [5, 7]
    assert found.keypoints.tolist() == [[[1, 2, 0], [5, 2, 0.5]], [[1, 2, 0], [7, 2, 0.5]]]


def test_a_box_may_be_that_of_the_mask_or_of_the_keypoints(tmp_path: Path) -> None:
    masks = [entry(bbox=None, segmentation=[[10, 20, 60, 20, 60, 50, 10, 50]])]
    found = read_detections(written(tmp_path, masks), make_truth())
    assert found.boxes_xyxy.tolist() == [[10, 20, 60, 50]]
    points = [entry(bbox=None, keypoints=[10, 20, 1, 60, 50, 1])]
    found = read_detections(written(tmp_path, points), make_truth())
    assert found.boxes_xyxy.tolist() == [[10, 20, 60, 50]]


def failure(tmp_path: Path, content: Any, truth: Truth | None = None) -> str:
    with pytest.raises(DataError) as error:
        read_detections(written(tmp_path, content), truth or make_truth())
    return str(error.value).replace(f"{tmp_path}/", "")


def test_unknown_images_are_counted_and_named(tmp_path: Path) -> None:
    entries = [*[entry(image_id="tray1.jpg")] * 3, entry(image_id=7)]
    assert failure(tmp_path, entries, make_truth("tray_1.jpg", "quince")) == (
        "results.json: 4 detections of 2 images that truth does not have, or has more than once: "
        "'tray1.jpg' (3), 7 (1). Did you mean tray_1.jpg?"
    )


def test_numbers_without_a_coco_file_ask_for_the_one_that_they_belong_to(tmp_path: Path) -> None:
    ask = "These are ids of a COCO file: pass it as --truth{}, or name the images in a list of images."
    assert failure(tmp_path, [entry(image_id=1)]).endswith(f"1 (1). {ask.format('')}")
    (tmp_path / "truth.json").write_text("{}")
    assert failure(tmp_path, [entry(image_id=1)]).endswith(f"1 (1). {ask.format(', such as truth.json')}")


def test_numbers_of_another_coco_file_are_held_against_its_ids(tmp_path: Path) -> None:
    assert failure(tmp_path, [entry(image_id=1)], make_truth(image_ids={12: 0, 9: 1})).endswith(
        "1 (1). Its ids are 9 to 12: pass the COCO file that the detections' ids belong to."
    )


def test_unknown_classes_are_counted_and_named(tmp_path: Path) -> None:
    entries = [entry(), *[entry(category_id="bagle")] * 3]
    assert failure(tmp_path, entries) == (
        "results.json: 3 detections of 1 class that truth does not have: 'bagle' (3). Did you mean bagel? "
        "Take the others out, or name the classes in a list of categories."
    )


@pytest.mark.parametrize(
    ("overrides", "what"),
    [
        ({"bbox": [1, 2, float("nan"), 4]}, "bbox must be finite, but is 1, 2, nan, 4"),
        ({"bbox": [1, float("inf"), 3, 4]}, "bbox must be finite, but is 1, inf, 3, 4"),
        ({"bbox": [1, 2, -3, 4]}, "width and height must be 0 or more, but are -3 and 4"),
        ({"bbox": [1, 2, 3]}, "bbox must be x, y, width and height, but got [1, 2, 3]"),
        ({"bbox": ["1", 2, 3, 4]}, "bbox must be a number, but got '1'"),
        ({"bbox": None}, "there is neither a bbox nor a segmentation"),
        ({"score": float("nan")}, "score must be 0 to 1, but is nan"),
        ({"score": 1.5}, "score must be 0 to 1, but is 1.5"),
        ({"score": -0.1}, "score must be 0 to 1, but is -0.1"),
        ({"score": True}, "score must be a number, but got True"),
        ({"score": None}, "score is missing: without it these are annotations, not detections"),
        ({"image_id": None}, "there is no image_id"),
        ({"category_id": [1]}, "category_id must be a whole number or text, but got [1]"),
        (
            {"segmentation": {"size": [3, 4], "counts": [4, 8]}},
            "the mask has 4 x 3 pixels, but the image 400 x 300 'a.jpg'",
        ),
        ({"segmentation": {"size": [300, 400], "counts": [4, 8]}}, "run lengths of a 400 x 300 mask must cover it"),
        ({"keypoints": [1, 2]}, "keypoints must be a list of numbers, three for each"),
        ({"keypoints": [1, float("nan"), 1]}, "keypoints must be finite, but one is not"),
    ],
)
def test_a_faulty_entry_is_named_and_others_like_it_counted(
    tmp_path: Path, overrides: dict[str, Any], what: str
) -> None:
    message = failure(tmp_path, [entry(), entry(**overrides), entry(**overrides), entry(**overrides)])
    assert message.startswith(f"results.json: entry 2: {what}")
    assert ", and 2 more like it. Pass COCO's results" in message


def test_each_kind_of_fault_is_told(tmp_path: Path) -> None:
    message = failure(tmp_path, [entry(score=2), 7, entry(image_id="c"), entry(category_id=9), entry(score=3)])
    assert [line.partition(". ")[0] for line in message.splitlines()] == [
        "results.json: entry 1: score must be 0 to 1, but is 2, and 1 more like it",
        "results.json: entry 2: it must be an object with fields, but got 7",
        "results.json: 1 detection of 1 image that truth does not have, or has more than once: 'c' (1)",
        "results.json: 1 detection of 1 class that truth does not have: 9 (1)",
    ]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (5, ": there is no list of detections"),
        ({"annotations": None}, ": there is no list of detections"),
        ("{", ":1: not well-formed JSON: "),
        ("[" * 100_000, ": the JSON is nested too deeply"),
    ],
)
def test_what_holds_no_detections_is_told(tmp_path: Path, content: Any, where: str) -> None:
    message = failure(tmp_path, content)
    assert message.startswith(f"results.json{where}")
    assert message.endswith(FORM)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.json: the file can't be read: No such file"):
        read_detections(tmp_path / "absent.json", make_truth())


def test_an_image_or_a_class_that_is_listed_twice_is_told(tmp_path: Path) -> None:
    images = [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "a.jpg"}]
    content = {"images": images, "annotations": [entry(image_id=1)]}
    assert "images, entry 2: the id 2 or the file_name 'a.jpg' is there twice" in failure(tmp_path, content)
    content = {"categories": [{"id": 1}], "annotations": [entry()]}
    assert "categories, entry 1: there is no id or no name" in failure(tmp_path, content)


def test_shapes_are_of_all_detections_or_of_none(tmp_path: Path) -> None:
    mask = {"size": [300, 400], "counts": [300 * 400]}
    message = failure(tmp_path, [entry(segmentation=mask), entry(), entry()])
    assert "2 of 3 detections have no segmentation, but the others have" in message


def test_there_must_be_as_many_keypoints_as_in_the_truth(tmp_path: Path) -> None:
    truth = make_truth()
    labelled = tuple(replace(image, keypoints=np.ones((1, 2, 3))) for image in truth.images)
    message = failure(tmp_path, [entry(keypoints=[1, 2, 0.5])], make_truth(images=labelled))
    assert "keypoints must be as many for each, 2 as in the truth, but there are 1" in message


def in_numbers(scale: float) -> list[dict[str, Any]]:
    random = np.random.default_rng(0)
    corners = random.uniform(0, 1, (50, 2, 2))
    low, sides = corners.min(1), np.ptp(corners, axis=1) + 0.01
    return [
        entry(bbox=[*map(float, (*corner * scale, *side * scale))]) for corner, side in zip(low, sides, strict=True)
    ]


def test_shares_of_the_picture_are_told_from_pixels(tmp_path: Path) -> None:
    assert "bbox must be pixels, but no number of 50 boxes is above 1.5. They look like shares" in failure(
        tmp_path, in_numbers(1.0)
    )


def test_corners_are_told_from_sides(tmp_path: Path) -> None:
    entries = in_numbers(290.0)
    for each in entries:
        x, y, width, height = each["bbox"]
        each["bbox"] = [x, y, x + width, y + height]
    message = failure(tmp_path, entries)
    assert re.search(r"\d+ of 50 boxes leave their pictures, as x, y, width and height\. They fit as xmin", message)


def test_pixels_of_a_scaled_picture_are_told(tmp_path: Path) -> None:
    message = failure(tmp_path, in_numbers(2000.0))
    assert "Write x, y, width and height in pixels of the picture as it is, not of one that was scaled." in message


def test_a_few_boxes_may_leave_their_picture(tmp_path: Path) -> None:
    entries = [*in_numbers(290.0), *in_numbers(2000.0)[:4]]
    assert len(read_detections(written(tmp_path, entries), make_truth())) == 54

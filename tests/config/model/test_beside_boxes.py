from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.config import make_config
from tfodkit.config.model.beside_boxes import leave_out_keypoints, masks_asked_for
from tfodkit.config.pipeline import format_pipeline, read_pipeline
from tfodkit.config.templates import read_template, template_names

KEYPOINTS = "centernet_resnet50_v1_fpn_512x512_kpts_coco17"
BOXES = "centernet_resnet50_v1_fpn_512x512_coco17"
MOBILE = "centernet_mobilenetv2fpn_512x512_coco17_od"
MASKS = "mask_rcnn_inception_resnet_v2_1024x1024_coco17"


def test_without_its_keypoints_it_is_the_model_of_boxes() -> None:
    message, boxes = (read_template(name).message() for name in (KEYPOINTS, BOXES))
    note = leave_out_keypoints(message)
    assert note == (
        "keypoints are left out (the task human_pose, num_keypoints of the readers), as the label map of the records"
        " names none"
    )
    assert message.model == boxes.model
    assert message.train_config == boxes.train_config
    assert message.train_input_reader == boxes.train_input_reader
    assert message.eval_input_reader == boxes.eval_input_reader
    assert "keypoint" not in format_pipeline(message)


def test_readers_that_ask_a_model_of_boxes_for_keypoints_ask_no_more() -> None:
    message = read_template(MOBILE).message()
    assert message.train_input_reader.num_keypoints == 17
    note = leave_out_keypoints(message)
    assert note is not None
    assert note.startswith("keypoints are left out (num_keypoints of the readers)")
    assert "keypoint" not in format_pipeline(message)


def test_whoever_names_a_label_map_for_the_keypoints_keeps_them() -> None:
    message = read_template(KEYPOINTS).message()
    message.model.center_net.keypoint_label_map_path = "people.pbtxt"
    before = format_pipeline(message)
    assert leave_out_keypoints(message) is None
    assert format_pipeline(message) == before


@pytest.mark.parametrize("name", [name for name in template_names() if "kpts" not in name and name != MOBILE])
def test_nothing_else_changes(name: str) -> None:
    message = read_template(name).message()
    assert leave_out_keypoints(message) is None
    assert message == read_template(name).message()


def test_masks_are_asked_of_the_records_by_their_model_alone() -> None:
    asking = [name for name in template_names() if masks_asked_for(read_template(name).message())]
    assert asking == [MASKS]


def test_make_config_says_both(records: Path, tmp_path: Path) -> None:
    made = make_config(KEYPOINTS, records, tmp_path / "keypoints.config")
    assert any(note.startswith("keypoints are left out") for note in made.notes)
    assert "keypoint" not in format_pipeline(read_pipeline(made.path))
    made = make_config(MASKS, records, tmp_path / "masks.config")
    assert "the model learns masks beside boxes: each object in the records needs one" in made.notes
    message = read_pipeline(made.path)
    assert message.train_input_reader.load_instance_masks
    assert message.eval_input_reader[0].load_instance_masks

"""What two configs say differently, by the path of each field."""

from __future__ import annotations

import pytest

from tfodkit.config.difference import Difference, config_differences
from tfodkit.config.pipeline import format_pipeline, parse_pipeline
from tfodkit.config.templates import read_template, template_names


def differences(a: str, b: str) -> list[Difference]:
    return config_differences(parse_pipeline(a, "a.config"), parse_pipeline(b, "b.config"))


def test_order_layout_and_comments_do_not_count():
    a = "train_config { batch_size: 8 num_steps: 5 } # mine\neval_config {}"
    assert differences(a, "eval_config { }\n train_config {\n num_steps: 5, batch_size: 8 }") == []


def test_each_field_is_named_with_what_either_side_has():
    a = "train_config { batch_size: 8 num_steps: 5 fine_tune_checkpoint: 'ä/\"ckpt' }"
    assert differences(a, "train_config { batch_size: 9 max_number_of_boxes: 7 }") == [
        Difference("train_config.batch_size", "8", "9"),
        Difference("train_config.fine_tune_checkpoint", '"ä/\\"ckpt"', None, '""'),
        Difference("train_config.num_steps", "5", None, "0"),
        Difference("train_config.max_number_of_boxes", None, "7", "100"),
    ]


def test_kinds_are_told():
    found = differences(
        "train_config { batch_size: 8 num_steps: 5 }", "train_config { batch_size: 9 unpad_groundtruth_tensors: false }"
    )
    assert [each.kind for each in found] == ["changed", "only in A", "only in B"]


def test_entries_are_compared_by_position():
    a = "train_input_reader { tf_record_input_reader { input_path: ['x', 'y', 'z'] } }"
    b = "train_input_reader { tf_record_input_reader { input_path: ['y', 'y'] } }"
    path = "train_input_reader.tf_record_input_reader.input_path"
    assert differences(a, b) == [Difference(f"{path}[0]", '"x"', '"y"'), Difference(f"{path}[2]", '"z"', None)]


def test_a_message_without_fields_counts():
    a = "train_config { data_augmentation_options { random_horizontal_flip {} } }"
    path = "train_config.data_augmentation_options[0].random_horizontal_flip"
    assert differences(a, "train_config {}") == [Difference(path, "{}", None)]
    assert differences("train_config {}", a) == [Difference(path, None, "{}")]
    assert differences("eval_config {}", "") == [Difference("eval_config", "{}", None)]


def test_another_choice_of_a_kind_shows_the_fields_of_both_and_no_default():
    a, b = (f"model {{ {kind} {{ num_classes: 2 }} }}" for kind in ("ssd", "faster_rcnn"))
    assert differences(a, b) == [
        Difference("model.faster_rcnn.num_classes", None, "2"),
        Difference("model.ssd.num_classes", "2", None),
    ]


def test_a_default_that_is_written_differs_from_none():
    assert differences("train_config { batch_size: 32 }", "train_config {}") == [
        Difference("train_config.batch_size", "32", None, "32")
    ]


def test_a_field_of_names_is_compared_name_by_name():
    text = "model {{ center_net {{ keypoint_estimation_task {{ keypoint_label_to_std {{ {} }} }} }} }}"
    a, b = (text.format(f"key: 'nose' value: {value}") for value in (0.5, 0.25))
    path = 'model.center_net.keypoint_estimation_task[0].keypoint_label_to_std["nose"]'
    assert differences(a, b) == [Difference(path, "0.5", "0.25")]


@pytest.mark.parametrize("name", template_names())
def test_a_config_equals_itself_written_again_and_no_other(name):
    message = read_template(name).message()
    assert config_differences(message, parse_pipeline(format_pipeline(message), "again")) == []
    other = read_template("example" if name != "example" else "ssd_mobilenet_v2_320x320_coco17").message()
    assert config_differences(message, other) != []

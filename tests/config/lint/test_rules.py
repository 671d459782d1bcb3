"""Every rule on configs, red and green: the config that make-config writes breaks none, each change one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.config.linting import lint_file
from tfodkit.config import make_config, read_checked_pipeline
from tfodkit.config.augmentation.notation import parse_step
from tfodkit.config.lint.rules import RULES
from tfodkit.config.options import PipelineOptions
from tfodkit.config.pipeline import Message, format_pipeline, read_pipeline
from tfodkit.config.templates import read_template, template_names
from tfodkit.errors import ConfigError
from tfodkit.findings import Finding
from tfodkit.records.manifest import RecordManifest

SSD = "ssd_mobilenet_v2_320x320_coco17"
Change = Callable[[Message], object]


@pytest.fixture
def config(records: Path, tmp_path: Path) -> Path:
    path = tmp_path / "pipeline.config"
    make_config(SSD, records, path)
    return path


def lint_changed(config: Path, *changes: Change) -> list[Finding]:
    """The findings of the config with ``changes``, written with a field a line."""
    message = read_pipeline(config)
    for change in changes:
        change(message)
    config.write_text(format_pipeline(message), encoding="utf-8")
    return lint_file(config)


def put(path: str, value: object) -> Change:
    *parts, last = path.split(".")

    def change(message: Message) -> None:
        for part in parts:
            message = getattr(message, part)
        setattr(message, last, value)

    return change


def clear(path: str) -> Change:
    *parts, last = path.split(".")

    def change(message: Message) -> None:
        for part in parts:
            message = getattr(message, part)
        message.ClearField(last)

    return change


def step(spec: str) -> Change:
    """In place of the template's steps."""

    def change(message: Message) -> None:
        del message.train_config.data_augmentation_options[:]
        message.train_config.data_augmentation_options.append(parse_step(spec))

    return change


def schedule(text: str) -> Change:
    from google.protobuf import text_format

    def change(message: Message) -> None:
        rate = message.train_config.optimizer.momentum_optimizer.learning_rate
        rate.Clear()
        text_format.Parse(text, rate)

    return change


COSINE = "train_config.optimizer.momentum_optimizer.learning_rate.cosine_decay_learning_rate"
NMS = "model.ssd.post_processing.batch_non_max_suppression"
ANCHORS = "model.ssd.anchor_generator.ssd_anchor_generator"
MATCHER = "model.ssd.matcher.argmax_matcher"
MOMENTUM = "train_config.optimizer.momentum_optimizer"
READER = "train_input_reader"
SIZE = "model.ssd.image_resizer.fixed_shape_resizer"

# The code, the change, what the line of the config holds, what is said.
CASES: list[tuple[str, Change, str, str]] = [
    ("TFK601", clear("model.ssd"), "", "model must hold one of ssd, faster_rcnn, center_net, but got none"),
    ("TFK602", clear("model.ssd.num_classes"), "ssd {", "ssd.num_classes must be 1 or more, but got 0"),
    ("TFK603", put("model.ssd.feature_extractor.type", "ssd_mobilenet"), "type:", "but got 'ssd_mobilenet'. Did"),
    ("TFK605", put("model.ssd.feature_extractor.type", "ssd_mobilenet_v1"), "type:", "take ssd_mobilenet_v2_320x320"),
    ("TFK604", put("model.ssd.num_classes", 90), "num_classes: 90", "num_classes is 90, but the ids of"),
    ("TFK608", put(f"{ANCHORS}.num_layers", 5), "anchor_generator {", "num_layers must be 6, as the feature maps are"),
    (
        "TFK610",
        schedule("cosine_decay_learning_rate { learning_rate_base: 0 total_steps: 9 warmup_steps: 0 }"),
        "cosine",
        "the learning rate must be a finite number above 0, but got 0",
    ),
    (
        "TFK610",
        schedule("constant_learning_rate { learning_rate: -1 }"),
        "constant",
        "must be a finite number above 0, but got -1",
    ),
    ("TFK610", schedule("constant_learning_rate { learning_rate: nan }"), "constant", "above 0, but got nan"),
    (
        "TFK610",
        schedule("constant_learning_rate { learning_rate: inf }"),
        "constant",
        "a finite number above 0, but got",
    ),
    (
        "TFK620",
        schedule("exponential_decay_learning_rate { initial_learning_rate: 0.01 decay_steps: 0 }"),
        "decay_steps: 0",
        "decay_steps must be 1 or more, but got 0",
    ),
    ("TFK611", put("train_config.num_steps", 0), "num_steps: 0", "num_steps must be 1 or more, but got 0"),
    ("TFK611", put("train_config.batch_size", 0), "batch_size: 0", "batch_size must be 1 or more, but got 0"),
    ("TFK612", clear("train_config.optimizer"), "train_config {", "must have a learning rate, but got none"),
    ("TFK613", put(f"{COSINE}.warmup_steps", 5000), "warmup_steps: 5000", "take 5000 of the cosine's total_steps 5000"),
    ("TFK614", put(f"{COSINE}.warmup_learning_rate", 1), "warmup_learning_rate: 1", "1 > learning_rate_base 0.0125"),
    (
        "TFK615",
        schedule("manual_step_learning_rate { schedule { step: 0 learning_rate: 1 } }"),
        "manual_step",
        "but got [0]",
    ),
    (
        "TFK616",
        put(f"{COSINE}.total_steps", 50_000),
        "cosine_decay_learning_rate {",
        "the learning rate ends at 0.0122, with a peak of 0.0125, after 5000 steps",
    ),
    (
        "TFK616",
        schedule("exponential_decay_learning_rate { initial_learning_rate: 0.01 }"),
        "exponential",
        "ends at 0.01,",
    ),
    (
        "TFK616",
        schedule(
            "manual_step_learning_rate { initial_learning_rate: 0.01 schedule { step: 5000 learning_rate: 0.001 } }"
        ),
        "manual_step",
        "ends at 0.01,",
    ),
    ("TFK617", put(f"{COSINE}.total_steps", 2000), "cosine", "below 0.5% of its peak for 62% of the 5000 steps"),
    (
        "TFK617",
        schedule("exponential_decay_learning_rate { initial_learning_rate: 0.01 decay_steps: 10 }"),
        "exponential",
        "below 0.5% of its peak for 79%",
    ),
    ("TFK618", put("train_config.num_steps", 200), "warmup_steps: 200", "the warm-up takes 200 steps of a run of 200"),
    (
        "TFK618",
        schedule(
            "exponential_decay_learning_rate { initial_learning_rate: 1 burnin_steps: 6000 burnin_learning_rate: 0.1 }"
        ),
        "burnin_steps",
        "takes 6000",
    ),
    (
        "TFK619",
        put(f"{COSINE}.learning_rate_base", 0.8),
        "cosine",
        "the learning rate 0.8 at batch 8 is 64 times 0.0125, which follows from the model's 0.8 at 512",
    ),
    (
        "TFK621",
        put("train_config.fine_tune_checkpoint", "PATH_TO_BE_CONFIGURED"),
        "fine_tune_checkpoint:",
        "is a placeholder",
    ),
    (
        "TFK622",
        lambda m: (
            put("train_config.fine_tune_checkpoint", "gs://x")(m),
            put("train_config.fine_tune_checkpoint_type", "fine_tune")(m),
        ),
        "fine_tune_checkpoint_type:",
        "must be one of detection, classification, full, but got 'fine_tune'",
    ),
    (
        "TFK623",
        lambda m: (
            put("train_config.fine_tune_checkpoint", "gs://x")(m),
            put("train_config.fine_tune_checkpoint_type", "classification")(m),
        ),
        "fine_tune_checkpoint_type:",
        "is classification, and the checkpoint is gs://x",
    ),
    (
        "TFK624",
        put("train_config.fine_tune_checkpoint", "/absent/ckpt-0"),
        "fine_tune_checkpoint:",
        "there is no fine_tune_checkpoint /absent/ckpt-0",
    ),
    (
        "TFK625",
        put("train_config.load_all_detection_checkpoint_vars", True),
        "load_all_detection",
        "load_all_detection_checkpoint_vars is true",
    ),
    ("TFK626", put("train_config.sync_replicas", True), "sync_replicas", "nothing reads sync_replicas"),
    ("TFK626", put("eval_config.num_examples", 7), "num_examples", "nothing reads num_examples"),
    ("TFK626", put(f"{READER}.prefetch_size", 7), "prefetch_size", "nothing reads prefetch_size"),
    ("TFK627", put("train_config.use_bfloat16", True), "use_bfloat16", "use_bfloat16 is true"),
    ("TFK628", put("train_config.optimizer.use_moving_average", True), "use_moving_average: true", "average is true"),
    ("TFK628", clear("train_config.optimizer.use_moving_average"), "optimizer {", "is not written, and so true"),
    (
        "TFK629",
        put("eval_config.use_moving_averages", True),
        "use_moving_averages: true",
        "use_moving_average is false",
    ),
    (
        "TFK630",
        lambda m: m.train_config.freeze_variables.append("_feature_extractor/"),
        "freeze_variables",
        "freeze_variables holds '_feature_extractor/', but there is no fine_tune_checkpoint",
    ),
    ("TFK631", clear("eval_input_reader"), "", "there is no eval_input_reader"),
    (
        "TFK632",
        lambda m: m.eval_config.metrics_set.append("coco_metrics"),
        "metrics_set",
        "there is no metrics_set 'coco_metrics'. Did you mean coco_",
    ),
    ("TFK641", clear(f"{READER}.label_map_path"), "train_input_reader {", "label_map_path must be a file, but got ''"),
    ("TFK643", clear(f"{READER}.tf_record_input_reader"), "train_input_reader {", "there is no input_path"),
    (
        "TFK644",
        lambda m: m.train_input_reader.tf_record_input_reader.input_path.append("/absent.record"),
        "/absent.record",
        "no file at input_path /absent.record",
    ),
    (
        "TFK646",
        lambda m: m.train_input_reader.sample_from_datasets_weights.append(1),
        "sample_from_datasets_weights",
        "4 sample_from_datasets_weights for 3 input_paths",
    ),
    (
        "TFK647",
        lambda m: m.train_input_reader.sample_from_datasets_weights.__setitem__(0, -1),
        "sample_from_datasets_weights",
        "must be 0 or more and not all 0, but got [-1.0, 20.0, 25.0]",
    ),
    ("TFK652", put(f"{READER}.max_number_of_boxes", 1), "max_number_of_boxes: 1", "is 1, but an image has 2 objects"),
    ("TFK653", put(f"{NMS}.max_total_detections", 1), "max_total_detections: 1", "is 1, but an image has 2 objects"),
    (
        "TFK654",
        put(f"{READER}.shuffle_buffer_size", 10**6),
        "shuffle_buffer_size",
        "shuffle_buffer_size 1000000 takes 3.0 GB over all records",
    ),
    ("TFK611", put(f"{READER}.num_readers", 0), "num_readers: 0", "train_input_reader.num_readers must be 1 or more"),
    ("TFK611", put(f"{READER}.shuffle_buffer_size", 0), "shuffle_buffer_size: 0", "shuffle_buffer_size must be 1 or m"),
    (
        "TFK655",
        lambda m: m.eval_input_reader[0].tf_record_input_reader.input_path.__setitem__(
            0, m.train_input_reader.tf_record_input_reader.input_path[0]
        ),
        "train_bagel.record",
        "train_bagel.record is read for training as well",
    ),
    ("TFK656", put(f"{READER}.num_epochs", 1), "num_epochs: 1", "num_epochs is 1: the input ends then"),
    ("TFK657", put(f"{READER}.sample_1_of_n_examples", 10), "sample_1_of_n", "sample_1_of_n_examples is 10"),
    (
        "TFK658",
        put(f"{READER}.label_map_path", "C:\new.pbtxt"),
        "label_map_path",
        r"there is no 'C:\new.pbtxt', which holds",
    ),
    *(
        ("TFK681", clear(f"model.ssd.{part}"), "ssd {", f"ssd has no {part}")
        for part in ("image_resizer", "matcher", "anchor_generator", "loss")
    ),
    ("TFK682", put(f"{SIZE}.height", 0), "height: 0", "the input's height must be 1 or more, but got 0"),
    (
        "TFK682",
        lambda m: (
            m.model.CopyFrom(read_template("ssd_mobilenet_v2_fpnlite_320x320_coco17").message().model)
            or put(f"{SIZE}.width", 300)(m)
        ),
        "width: 300",
        "the input's width must be a multiple of 32 from 32 on, but got 300",
    ),
    ("TFK683", lambda m: m.graph_rewriter.quantization.SetInParent(), "graph_rewriter {", "needs tf.contrib"),
    ("TFK684", put(f"{NMS}.iou_threshold", 1.5), "iou_threshold: 1.5", "iou_threshold must be 0 to 1, but got 1.5"),
    ("TFK684", put(f"{NMS}.max_total_detections", 9), "per_class: 100", "per_class 100 > max_total_detections 9"),
    (
        "TFK684",
        put(f"{MATCHER}.matched_threshold", 0.25),
        "unmatched",
        "unmatched_threshold 0.5 > matched_threshold 0.25",
    ),
    ("TFK684", put(f"{MOMENTUM}.momentum_optimizer_value", 2), "value: 2", "value must be 0 to 1, but got 2"),
    (
        "TFK684",
        lambda m: m.model.ssd.image_resizer.keep_aspect_ratio_resizer.MergeFrom(
            type(m.model.ssd.image_resizer.keep_aspect_ratio_resizer)(min_dimension=9, max_dimension=8)
        ),
        "min_dimension: 9",
        "min_dimension 9 > max_dimension 8",
    ),
    (
        "TFK684",
        lambda m: (
            m.model.CopyFrom(read_template("faster_rcnn_resnet50_v1_640x640_coco17").message().model)
            or put("model.faster_rcnn.first_stage_nms_iou_threshold", -1)(m)
        ),
        "first_stage_nms_iou_threshold: -1",
        "first_stage_nms_iou_threshold must be 0 to 1, but got -1",
    ),
    ("TFK661", lambda m: m.train_config.data_augmentation_options.add(), "data_augmentation_options {", "no step"),
    ("TFK661", step("autoaugment_image"), "autoaugment_image {", "needs tf.contrib"),
    ("TFK661", step("rgb_to_gray"), "rgb_to_gray {", "leaves one channel"),
    ("TFK661", step("scale_boxes_to_pixel_coordinates"), "scale_boxes", "gives boxes in pixels"),
    ("TFK661", step("subtract_channel_mean"), "subtract_channel_mean {", "fails in the input pipeline"),
    (
        "TFK661",
        step("random_distort_color:color_ordering=2"),
        "random_distort_color {",
        "color_ordering 0 or 1, but has 2",
    ),
    ("TFK661", step("ssd_random_crop:max_area=1"), "ssd_random_crop {", "needs min_area and min_aspect_ratio and max"),
    ("TFK661", step("random_crop_image:min_area=0"), "random_crop_image {", "needs min_area above 0"),
    (
        "TFK661",
        step("ssd_random_crop_pad:min_area=0.1,max_area=1,min_aspect_ratio=0.5,max_aspect_ratio=2"),
        "ssd_random_crop_pad {",
        "needs two values of min_padded_size_ratio and of max_padded_size_ratio",
    ),
    ("TFK661", step("convert_class_logits_to_softmax"), "convert_class", "needs train_input_reader.load_multiclass"),
    ("TFK661", step("resize_image"), "resize_image {", "needs new_height and new_width"),
    ("TFK661", step("random_resize_method"), "random_resize_method {", "needs target_height and target_width"),
    ("TFK661", step("random_horizontal_flip:probability=0"), "random_horizontal_flip {", "can't have probability 0"),
    ("TFK661", step("random_rotation90:probability=0"), "random_rotation90 {", "can't have probability 0"),
    ("TFK662", step("normalize_image"), "normalize_image {", "mAP 0.0018"),
    (
        "TFK663",
        step("random_resize_method:target_height=9,target_width=9"),
        "random_resize_method {",
        "leaves 0 to 255",
    ),
    *(
        ("TFK664", step(spec), spec.partition(":")[0], "does nothing with these values")
        for spec in (
            "adjust_gamma",
            "drop_label_probabilistically",
            "random_adjust_brightness:max_delta=0",
            "random_adjust_contrast:min_delta=1,max_delta=1",
            "random_adjust_hue:max_delta=0",
            "random_adjust_saturation:min_delta=1,max_delta=1",
            "random_black_patches:probability=0",
            "random_image_scale:min_scale_ratio=1,max_scale_ratio=1",
            "random_jitter_boxes:ratio=0",
            "random_pixel_value_scale:minval=1,maxval=1",
            "random_rgb_to_gray:probability=0",
            "random_self_concat_image:concat_vertical_probability=0,concat_horizontal_probability=0",
            "remap_labels",
            "random_crop_image:random_coef=1",
        )
    ),
]
OTHERWISE = {
    "TFK606",
    "TFK607",
    "TFK642",
    "TFK645",
    "TFK648",
    "TFK649",
    "TFK650",
    "TFK651",
    "TFK665",
    "TFK666",
    *(f"TFK67{number}" for number in range(1, 8)),
}
"""What a change of the config alone doesn't break; tests of their own, below and in test_lint.py."""

PADDED = ",".join(f"{name}=1,{name}=2" for name in ("min_padded_size_ratio", "max_padded_size_ratio"))
CROP = "min_area=0.1,max_area=1,min_aspect_ratio=0.5,max_aspect_ratio=2"
WORKING = (
    "random_horizontal_flip",
    "random_horizontal_flip:probability=0.5",
    "random_vertical_flip",
    "random_rotation90",
    f"ssd_random_crop_pad:{CROP},{PADDED}",
    f"ssd_random_crop:{CROP}",
    "ssd_random_crop",
    "resize_image:new_height=9,new_width=9",
    "adjust_gamma:gamma=0.5",
    "random_crop_image:random_coef=0.9",
    "random_adjust_contrast",
    "random_black_patches",
    "random_rgb_to_gray",
    "remap_labels:original_labels=1,new_label=2",
    "drop_label_probabilistically:label=1",
)


@pytest.mark.parametrize(("code", "change", "line", "what"), CASES)
def test_a_change_breaks_a_rule(config: Path, code: str, change: Change, line: str, what: str) -> None:
    found = [finding for finding in lint_changed(config, change) if finding.code == code]
    assert len({(finding.line, finding.what) for finding in found}) == 1
    assert what in found[0].what
    if line:
        assert found[0].line is not None
        assert line in config.read_text(encoding="utf-8").splitlines()[found[0].line - 1]


def test_each_rule_is_broken_by_a_test() -> None:
    assert {case[0] for case in CASES} | OTHERWISE == {rule.code for rule in RULES}


@pytest.mark.parametrize("spec", WORKING)
def test_a_step_that_works_is_no_finding(config: Path, spec: str) -> None:
    assert lint_changed(config, step(spec)) == []


@pytest.mark.parametrize("name", template_names())
def test_what_make_config_writes_breaks_no_rule(name: str, records: Path, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.config"
    make_config(name, records, path)
    assert [str(finding.problem) for finding in lint_file(path)] == []


@pytest.mark.parametrize("name", ["cosine", "constant", "exponential", "multi-step"])
def test_a_schedule_that_make_config_fits_falls_within_the_run(name: str, records: Path, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.config"
    make_config(SSD, records, path, PipelineOptions(schedule=name, steps=300))
    assert lint_file(path) == []


def test_a_rate_without_end_is_told_once(config: Path) -> None:
    found = lint_changed(config, schedule("constant_learning_rate { learning_rate: inf }"))
    assert [finding.code for finding in found] == ["TFK610"]


def test_metrics_per_category_are_no_error_any_more(config: Path) -> None:
    assert lint_changed(config, put("eval_config.include_metrics_per_category", True)) == []


def test_a_warning_does_not_refuse_training(config: Path) -> None:
    lint_changed(config, put("train_config.sync_replicas", True))
    assert [finding.code for finding in read_checked_pipeline(config).warnings] == ["TFK626"]
    lint_changed(config, step("normalize_image"))
    with pytest.raises(ConfigError, match=r"pipeline\.config:\d+: normalize_image changes pixels .*\[TFK662\]"):
        read_checked_pipeline(config)


def test_a_label_map_with_gaps(config: Path, records: Path) -> None:
    (records / "label_map.pbtxt").write_text(
        'item { id: 1 name: "bagel" } item { id: 3 name: "mug" }', encoding="utf-8"
    )
    gaps = [finding for finding in lint_file(config) if finding.code == "TFK642"]
    assert len(gaps) == 2
    assert gaps[0].what.endswith("label_map.pbtxt has no id 2, and 1 of 3 are not there")


@pytest.mark.parametrize(
    ("names", "spec", "code"),
    [
        (("left shoe", "right shoe"), "random_horizontal_flip", "TFK665"),
        (("arrow_up", "arrow_down"), "random_vertical_flip", "TFK665"),
        (("arrow_up", "arrow_down"), "random_rotation90", "TFK665"),
        (("red light", "green light"), "random_distort_color", "TFK666"),
        (("red light", "green light"), "random_horizontal_flip", None),
        (("left shoe", "right shoe"), "random_vertical_flip", None),
        (("orange", "cup"), "random_distort_color", None),
        (("upright", "bright"), "random_horizontal_flip", None),
    ],
)
def test_a_step_that_changes_a_class(
    config: Path, records: Path, names: tuple[str, str], spec: str, code: str | None
) -> None:
    items = (f'item {{ id: {number} name: "{name}" }}' for number, name in enumerate(names, start=1))
    (records / "label_map.pbtxt").write_text("\n".join(items), encoding="utf-8")
    (records / "manifest.json").unlink()
    found = lint_changed(config, step(spec))
    assert [finding.code for finding in found] == ([code] if code else [])
    if code:
        assert all(repr(name) in found[0].what for name in names)


def test_the_room_for_objects_is_that_of_the_readers_own_split(config: Path, records: Path) -> None:
    manifest = RecordManifest.read(records)
    crowded = (
        replace(file, max_boxes_per_image=300) if file.name == "val_mug.record" else file for file in manifest.files
    )
    replace(manifest, files=tuple(crowded)).write(records)
    found = [(finding.code, finding.subject) for finding in lint_file(config)]
    assert found == [("TFK652", "eval_input_reader"), ("TFK653", "")]


def test_room_for_exactly_as_many_objects_is_enough(config: Path) -> None:
    detections = (put(f"{NMS}.max_total_detections", 2), put(f"{NMS}.max_detections_per_class", 2))
    assert lint_changed(config, put(f"{READER}.max_number_of_boxes", 2), *detections) == []


def test_averages_that_are_made_and_used_are_no_finding(config: Path) -> None:
    on = put("train_config.optimizer.use_moving_average", True)
    assert lint_changed(config, on, put("eval_config.use_moving_averages", True)) == []


def test_a_buffer_that_is_not_used_may_be_0(config: Path) -> None:
    assert lint_changed(config, put(f"{READER}.shuffle_buffer_size", 0), put(f"{READER}.shuffle", False)) == []

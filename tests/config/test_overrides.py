from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from tfodkit.config.field_values import INTEGERS
from tfodkit.config.overrides import apply_overrides
from tfodkit.config.pipeline import Message, format_pipeline, new_pipeline, parse_pipeline
from tfodkit.config.templates import read_template
from tfodkit.errors import UsageError

NMS = "model.ssd.post_processing.batch_non_max_suppression"
STEPS = "train_config.data_augmentation_options"


@pytest.fixture
def ssd() -> Message:
    return read_template("ssd_mobilenet_v2_320x320_coco17").message()


def refusal(pipeline: Message, *texts: str) -> str:
    with pytest.raises(UsageError) as caught:
        apply_overrides(pipeline, texts)
    return str(caught.value)


@st.composite
def settings_of_any_field(draw: st.DrawFn) -> tuple[str, Any]:
    """A path through the messages of the pipeline, down to a scalar, with a value of its type."""
    descriptor, path = new_pipeline().DESCRIPTOR, []
    while descriptor.fields:
        field = draw(st.sampled_from(list(descriptor.fields)))
        is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
        path.append(f"{field.name}[{7 if is_map else 0}]" if field.is_repeated else field.name)
        if is_map:
            field = field.message_type.fields_by_name["value"]
        if field.message_type is None:
            return ".".join(path), draw(value_of(field))
        descriptor = field.message_type
    return ".".join(path), {}


def value_of(field: Any) -> st.SearchStrategy[Any]:
    if field.cpp_type in INTEGERS:
        return st.integers(*INTEGERS[field.cpp_type])
    if field.enum_type:
        return st.sampled_from([value.number for value in field.enum_type.values])
    return {
        field.CPPTYPE_BOOL: st.booleans(),
        field.CPPTYPE_FLOAT: st.floats(allow_nan=False, allow_infinity=False, width=32),
        field.CPPTYPE_STRING: st.text(st.characters(exclude_categories=("Cs",))).map(str.strip),
    }[field.cpp_type]


def read_back(message: Message, path: str) -> Any:
    """By protobuf's own reflection: the only entry of a list or a map on the way stands for all."""
    value: Any = message
    for step in path.split("."):
        name, _, key = step.partition("[")
        value = getattr(value, name)
        if key:
            (entry,) = value.values() if hasattr(value, "values") else value
            value = entry
    return value


OF_A_MAP = "model.ssd.post_processing.calibration_config.class_id_function_approximations.class_id_xy_pairs_map[7]"


@settings(max_examples=300, deadline=None)
@given(settings_of_any_field())
@example((f"{OF_A_MAP}.training_data_type", 0))
def test_any_field_takes_a_value_of_its_type(setting: tuple[str, Any]) -> None:
    """Options → config → options: what was set is in the config's text, and setting it again changes nothing."""
    path, value = setting
    pipeline = new_pipeline()
    text = {True: "true", False: "false"}.get(value, repr(value)) if isinstance(value, bool) else str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        text = name_of(path, value)
    apply_overrides(pipeline, [f"{path}={text}"])
    again = parse_pipeline(format_pipeline(pipeline), "written")
    assert again == pipeline
    assert value == {} or read_back(again, path) == value
    (note,) = apply_overrides(again, [f"{path}={text}"])
    assert note.endswith(", as before")
    assert again == pipeline


def name_of(path: str, value: int) -> str:
    """The name of an enumeration's value; a number as it is."""
    descriptor, field = new_pipeline().DESCRIPTOR, None
    for step in path.split("."):
        field = descriptor.fields_by_name[step.partition("[")[0]]
        if field.message_type and field.message_type.GetOptions().map_entry:
            field = field.message_type.fields_by_name["value"]
        descriptor = field.message_type
    if field is not None and field.enum_type:
        return str(field.enum_type.values_by_number[value].name)
    return str(value)


def test_the_sentence_tells_what_was_there(ssd: Message) -> None:
    notes = apply_overrides(
        ssd,
        [
            f"{NMS}.max_total_detections=300",
            f"{NMS}.use_class_agnostic_nms=true",
            "model.ssd.post_processing.score_converter=SOFTMAX",
            "eval_config.metrics_set=[coco_detection_metrics, pascal_voc_detection_metrics]",
            "train_config.optimizer.adam_optimizer={}",
            f"{STEPS}[2].random_vertical_flip={{ probability: 0.25 }}",
            f"{STEPS}[1]={{ rgb_to_gray {{ }} }}",
            "eval_config.super_categories[pastry]=bagel,bun",
        ],
    )
    assert notes == [
        f"--set: {NMS}.max_total_detections is 300, was 100",
        f"--set: {NMS}.use_class_agnostic_nms is true, was false by default",
        "--set: model.ssd.post_processing.score_converter is SOFTMAX, was SIGMOID",
        (
            '--set: eval_config.metrics_set is ["coco_detection_metrics", "pascal_voc_detection_metrics"], '
            'was ["coco_detection_metrics"]'
        ),
        (
            "--set: train_config.optimizer.adam_optimizer is {}, was not there; "
            "train_config.optimizer.momentum_optimizer is gone"
        ),
        f"--set: {STEPS}[2].random_vertical_flip is {{probability: 0.25}}, was not there",
        f"--set: {STEPS}[1] is {{rgb_to_gray {{ }}}}, was {{ssd_random_crop {{ }}}}",
        '--set: eval_config.super_categories[pastry] is "bagel,bun", was not there',
    ]
    assert ssd.model.ssd.post_processing.batch_non_max_suppression.max_total_detections == 300
    assert ssd.train_config.optimizer.WhichOneof("optimizer") == "adam_optimizer"
    steps = [step.WhichOneof("preprocessing_step") for step in ssd.train_config.data_augmentation_options]
    assert steps == ["random_horizontal_flip", "rgb_to_gray", "random_vertical_flip"]


def test_a_list_may_be_emptied_and_grow_by_one(ssd: Message) -> None:
    ratios = "model.ssd.anchor_generator.ssd_anchor_generator.aspect_ratios"
    apply_overrides(ssd, [f"{ratios}=[]", f"{ratios}[0]=1", f"{ratios}[1]=2.5", f"{STEPS}=[]"])
    assert list(ssd.model.ssd.anchor_generator.ssd_anchor_generator.aspect_ratios) == [1, 2.5]
    assert not ssd.train_config.data_augmentation_options


def test_the_order_of_overrides_counts(ssd: Message) -> None:
    apply_overrides(ssd, ["train_config.optimizer.adam_optimizer={}", "train_config.optimizer.rms_prop_optimizer={}"])
    assert ssd.train_config.optimizer.WhichOneof("optimizer") == "rms_prop_optimizer"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"{NMS}.max_total_detection=300",
            "BatchNonMaxSuppression has no field 'max_total_detection'. Did you mean max_total_detections",
        ),
        ("modle.ssd.num_classes=3", "TrainEvalPipelineConfig has no field 'modle'. Did you mean model?"),
        (
            f"{NMS}.max_total_detections=many",
            (
                "max_total_detections must be a whole number of -2147483648 to 2147483647, but got 'many'. "
                "Give such a number."
            ),
        ),
        ("train_config.batch_size=4294967296", "batch_size must be a whole number of 0 to 4294967295, but got"),
        ("train_config.batch_size=" + "9" * 5000, "batch_size must be a whole number of 0 to 4294967295, but got"),
        (f"{NMS}.iou_threshold=nan", "iou_threshold must be a finite number, but got 'nan'. Give a number such as"),
        (f"{NMS}.iou_threshold=1e39", "iou_threshold must be a finite number, but got '1e39'. Give a number such as"),
        ("eval_config.shuffle=yes", "EvalConfig has no field 'shuffle'. Choose one of: "),
        (
            "train_input_reader.shuffle=True",
            "shuffle must be true or false, but got 'True'. Did you mean true?",
        ),
        (
            "model.ssd.post_processing.score_converter=SOFTMX",
            "score_converter must be one of its names, but got 'SOFTMX'. Did you mean SOFTMAX",
        ),
        (
            "train_config.optimizer.adam_optimizer=yes",
            (
                "adam_optimizer is a whole AdamOptimizer, but got 'yes'. "
                "Set one of its fields, such as adam_optimizer.learning_rate=…, or give all of it as {…}."
            ),
        ),
        (
            "train_config.optimizer.adam_optimizer={ epsilom: 1 }",
            "adam_optimizer does not fit AdamOptimizer: ",
        ),
        ("train_config.batch_size.value=3", "batch_size is no message, and has no fields. Let the path end there."),
        ("train_config.batch_size[0]=3", "batch_size is not repeated. Leave [0] out."),
        ("model[0].ssd.num_classes=3", "model is not repeated. Leave [0] out."),
        (f"{STEPS}.rgb_to_gray={{}}", "data_augmentation_options is repeated. Name one entry, data_augmentation"),
        (
            f"{STEPS}[9].rgb_to_gray={{}}",
            "data_augmentation_options has 2 of them, but got [9]. Count from 0; [2]",
        ),
        (f"{STEPS}[-1].rgb_to_gray={{}}", "data_augmentation_options has 2 of them, but got [-1]. Count from 0;"),
        (f"{STEPS}[{'1' * 5000}].rgb_to_gray={{}}", "data_augmentation_options has 2 of them, but got [111"),
        (
            f"{STEPS}=[rgb_to_gray]",
            "data_augmentation_options holds messages, which no list can give. Name one entry, data_augmentation",
        ),
        (
            "eval_config.metrics_set=coco_detection_metrics",
            "metrics_set is repeated. Name one entry, metrics_set[0], or give all of them as [a,b,c].",
        ),
        ("eval_config.super_categories=a", "super_categories is a map. Name the key: super_categories[KEY]."),
        ("train_input_reader.label_map_path=\udc80", "label_map_path must be Unicode text, but got '\\udc80'. Check"),
    ],
)
def test_what_can_not_be_set_is_told(ssd: Message, text: str, message: str) -> None:
    assert refusal(ssd, text).startswith(f"--set {text}: {message}")


@pytest.mark.parametrize("text", ["batch_size", "=3", "a..b=3", ".a=3", "a[=3", "a[]=3", "a b=3", "a[0][0]=3"])
def test_what_is_no_path_and_value_is_told(ssd: Message, text: str) -> None:
    assert refusal(ssd, text) == (
        f"--set {text}: it is no path=value. Write --set model.ssd.loss.localization_weight=2."
    )


def test_one_field_is_not_set_twice(ssd: Message) -> None:
    assert refusal(ssd, "train_config.batch_size=3", "train_config.batch_size=4") == (
        "--set train_config.batch_size=4: the field is set twice. Set each field once."
    )

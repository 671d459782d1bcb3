from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from hypothesis import given, strategies as st

from tfodkit.config.augmentation.notation import format_steps, parse_step, parse_steps
from tfodkit.config.augmentation.presets import PRESETS
from tfodkit.config.augmentation.step import OPERATIONS, step_names
from tfodkit.errors import UsageError


@pytest.mark.parametrize("name", step_names())
def test_every_step_of_the_api_goes_by_its_name(name: str) -> None:
    assert parse_step(name).WhichOneof("preprocessing_step") == name


def test_the_api_has_39_steps() -> None:
    assert len(step_names()) == 39


def test_parameters_of_every_kind() -> None:
    crop = parse_step("random_crop_image:min_area=0.5,clip_boxes=false").random_crop_image
    assert (crop.min_area, crop.clip_boxes) == (0.5, False)
    assert parse_step("random_black_patches:max_black_patches=3").random_black_patches.max_black_patches == 3
    padding = parse_step("random_pad_image:pad_color=1,pad_color=2,pad_color=3").random_pad_image
    assert list(padding.pad_color) == [1, 2, 3]
    assert parse_step("autoaugment_image:policy_name=v1").autoaugment_image.policy_name == "v1"
    jitter = parse_step("random_jitter_boxes:jitter_mode=EXPAND").random_jitter_boxes
    assert jitter == parse_step("random_jitter_boxes: jitter_mode = EXPAND").random_jitter_boxes
    assert jitter.HasField("jitter_mode")


def test_parameters_of_a_crop_operation_make_one_operation() -> None:
    (operation,) = parse_step("ssd_random_crop:min_object_covered=1.0,max_area=0.5").ssd_random_crop.operations
    assert (operation.min_object_covered, operation.max_area) == (1.0, 0.5)
    fixed = parse_step("ssd_random_crop_fixed_aspect_ratio:aspect_ratio=2,min_area=0.1")
    assert fixed.ssd_random_crop_fixed_aspect_ratio.aspect_ratio == 2
    assert len(fixed.ssd_random_crop_fixed_aspect_ratio.operations) == 1


def test_a_slash_parts_operations_and_the_steps_own_parameters_stand_in_any() -> None:
    step = parse_step("ssd_random_crop_fixed_aspect_ratio:aspect_ratio=2/min_area=0.1,max_area=0.5/min_area=0.25")
    crop = step.ssd_random_crop_fixed_aspect_ratio
    assert [(one.min_area, one.HasField("max_area")) for one in crop.operations[1:]] == [(0.25, False)]
    assert (len(crop.operations), crop.operations[0].max_area, crop.aspect_ratio) == (2, 0.5, 2)
    assert format_steps([step]) == [
        "ssd_random_crop_fixed_aspect_ratio:aspect_ratio=2.0/min_area=0.1,max_area=0.5/min_area=0.25"
    ]


def test_an_operation_without_values_is_written_with_a_default() -> None:
    step = parse_step("ssd_random_crop")
    step.ssd_random_crop.operations.add()
    assert format_steps([step]) == ["ssd_random_crop:clip_boxes=true"]


def test_presets_stand_among_steps_in_their_order() -> None:
    names = [step.WhichOneof("preprocessing_step") for step in parse_steps(["rgb_to_gray", "top-down", "adjust_gamma"])]
    flips = ["random_horizontal_flip", "random_vertical_flip", "random_rotation90"]
    assert names == ["rgb_to_gray", *flips, "adjust_gamma"]


def _values(field: Any) -> st.SearchStrategy[str]:
    if field.enum_type:
        return st.sampled_from([value.name for value in field.enum_type.values])
    kinds: dict[int, st.SearchStrategy[Any]] = {
        FieldDescriptor.CPPTYPE_BOOL: st.sampled_from(["true", "false"]),
        FieldDescriptor.CPPTYPE_STRING: st.from_regex(r"[a-z]\w{0,5}", fullmatch=True),
        FieldDescriptor.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1).map(str),
        FieldDescriptor.CPPTYPE_FLOAT: st.floats(width=32, allow_nan=False, allow_infinity=False).map(repr)
        | st.decimals(-10, 10, places=3).map(str),
    }
    return kinds[field.cpp_type]


@st.composite
def _groups(draw: st.DrawFn, descriptor: Any, least: int = 0) -> str:
    """Parameters of one message, each at most once but for those that take a list."""
    fields = [field for field in descriptor.fields if field.name != OPERATIONS]
    chosen = draw(st.lists(st.sampled_from(fields), unique=True, min_size=least)) if fields else []
    written = []
    for field in chosen:
        values = draw(st.lists(_values(field), min_size=1, max_size=3 if field.is_repeated else 1))
        written += [f"{field.name}={value}" for value in values]
    return ",".join(written)


@st.composite
def _specs(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(step_names()))
    descriptor = parse_step(name).DESCRIPTOR.fields_by_name[name].message_type
    groups = [draw(_groups(descriptor))]
    if operation := descriptor.fields_by_name.get(OPERATIONS):
        groups += draw(st.lists(_groups(operation.message_type, least=1), max_size=3))
    written = "/".join(filter(None, groups))
    return f"{name}:{written}" if written else name


@given(st.lists(_specs() | st.sampled_from(sorted(set(PRESETS) - {"none"})), max_size=4))
def test_specs_give_messages_that_give_specs_of_the_same_messages(specs: list[str]) -> None:
    messages = parse_steps(specs)
    written = format_steps(messages)
    assert parse_steps(written) == messages
    assert format_steps(parse_steps(written)) == written


def test_floats_are_written_as_short_as_they_can_be() -> None:
    assert format_steps(parse_steps(["random_crop_image:min_area=0.1,max_area=1"])) == [
        "random_crop_image:min_area=0.1,max_area=1.0"
    ]


def test_no_parameter_is_an_operations_and_the_steps_own() -> None:
    for name in step_names():
        fields = parse_step(name).DESCRIPTOR.fields_by_name[name].message_type.fields_by_name
        inner = fields[OPERATIONS].message_type.fields_by_name if OPERATIONS in fields else {}
        assert not set(fields) & set(inner)


def test_steps_keep_their_order_and_none_is_none() -> None:
    steps = parse_steps(["rgb_to_gray", "adjust_gamma:gamma=2"])
    assert [step.WhichOneof("preprocessing_step") for step in steps] == ["rgb_to_gray", "adjust_gamma"]
    assert parse_steps(["none"]) == []


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "random_horizontal_flipp",
            (
                "--augment random_horizontal_flipp: there is no augmentation step or preset 'random_horizontal_flipp'. "
                "Did you mean random_horizontal_flip or random_vertical_flip or random_rotation90?"
            ),
        ),
        (
            "random_horizontal_flip:prob=0.5",
            (
                "--augment random_horizontal_flip:prob=0.5: random_horizontal_flip has no parameter 'prob'. "
                "Did you mean probability?"
            ),
        ),
        ("Light", "--augment Light: there is no augmentation step or preset 'Light'. Did you mean light?"),
        (
            "light:min_area=1",
            "--augment light:min_area=1: the preset light takes no parameters. Give light alone, and steps after it.",
        ),
        (
            "random_black_patches:max_black_patches=1.5",
            (
                "--augment random_black_patches:max_black_patches=1.5: max_black_patches must be a whole number of "
                "-2147483648 to 2147483647, but got '1.5'. Give such a number."
            ),
        ),
        (
            "random_crop_image:min_area=nan",
            (
                "--augment random_crop_image:min_area=nan: min_area must be a finite number, but got 'nan'. "
                "Give a number such as 0.5 or 4e-05."
            ),
        ),
        (
            "random_jitter_boxes:jitter_mode=SHRINKS",
            (
                "--augment random_jitter_boxes:jitter_mode=SHRINKS: jitter_mode must be one of its names, but got "
                "'SHRINKS'. Did you mean SHRINK or SHRINK_SYMMETRIC or SHRINK_SYMMETRIC_XY?"
            ),
        ),
        (
            "random_crop_image:min_area",
            "--augment random_crop_image:min_area: 'min_area' is no parameter=value. Write NAME:parameter=value,….",
        ),
        (
            "random_crop_image:",
            "--augment random_crop_image:: '' is no parameter=value. Write NAME:parameter=value,….",
        ),
        (
            "ssd_random_crop:operations=1",
            (
                "--augment ssd_random_crop:operations=1: ssd_random_crop has no parameter 'operations'. "
                "Did you mean min_aspect_ratio or max_aspect_ratio or overlap_thresh?"
            ),
        ),
        (
            "ssd_random_crop:min_area=1/",
            "--augment ssd_random_crop:min_area=1/: '' is no parameter=value. Write NAME:parameter=value,….",
        ),
        (
            "random_horizontal_flip:probability=1,probability=0.5",
            (
                "--augment random_horizontal_flip:probability=1,probability=0.5: probability is given twice. "
                "Leave one of them out."
            ),
        ),
    ],
)
def test_steps_that_can_not_be_meant(spec: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_steps([spec])
    assert str(caught.value) == message


def test_none_stands_alone() -> None:
    with pytest.raises(UsageError, match=r"--augment none: it stands beside other steps\. Give --augment none alone\."):
        parse_steps(["none", "rgb_to_gray"])


def test_the_largest_number_goes_there_and_back() -> None:
    spec = "adjust_gamma:gamma=3.4028235e+38"
    assert format_steps(parse_steps([spec])) == [spec]

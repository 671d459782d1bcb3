from __future__ import annotations

import pytest

from tfodkit.config.augmentation import parse_step, parse_steps, step_names
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
                "--augment random_horizontal_flipp: there is no augmentation step 'random_horizontal_flipp'. "
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
        (
            "random_black_patches:max_black_patches=1.5",
            (
                "--augment random_black_patches:max_black_patches=1.5: a value does not fit its parameter: "
                "Couldn't parse integer: 1.5. Give a value of the parameter's type."
            ),
        ),
        (
            "random_crop_image:min_area=nan",
            (
                "--augment random_crop_image:min_area=nan: min_area must be a finite number, true, false or a name, "
                "but got 'nan'. Mend the value of min_area."
            ),
        ),
        (
            "random_crop_image:min_area",
            "--augment random_crop_image:min_area: 'min_area' is no parameter=value. Write NAME:parameter=value,….",
        ),
        (
            "random_crop_image:min_area=1 } rgb_to_gray {",
            (
                "--augment random_crop_image:min_area=1 } rgb_to_gray {: min_area must be a finite number, true, false "
                "or a name, but got '1 } rgb_to_gray {'. Mend the value of min_area."
            ),
        ),
        (
            "random_horizontal_flip:probability=1,probability=0.5",
            (
                "--augment random_horizontal_flip:probability=1,probability=0.5: a value does not fit its parameter: "
                'Message type "RandomHorizontalFlip" should not have multiple "probability" fields. '
                "Give a value of the parameter's type."
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

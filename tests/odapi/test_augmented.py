"""Every augmentation step, every preset and every value that ends training, in the API's own input pipeline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from augmentation_values import ENDING, HARMLESS

from tfodkit.config.augmentation.notation import parse_steps
from tfodkit.config.augmentation.presets import PRESETS
from tfodkit.config.augmentation.step import step_names
from tfodkit.config.lint.check import lint
from tfodkit.config.pipeline import format_pipeline, parse_pipeline
from tfodkit.errors import ConfigError, RecordError
from tfodkit.odapi.augmented import ModelInput, model_inputs
from tfodkit.records.tfrecord import read_tfrecord

pytestmark = pytest.mark.tensorflow

# A step without a picture to fail on fails nowhere: pictures with objects, and one without.
ROUNDS = 3
# Pixels after bicubic or JPEG's rounding.
SLACK = 1.0


@pytest.fixture(scope="module")
def records(drawn_records: Path) -> list[bytes]:
    import tensorflow as tf

    drawn = [record for path in sorted(drawn_records.glob("train_*.record")) for record in read_tfrecord(path)][:2]
    empty = tf.train.Example.FromString(drawn[0])
    for name in list(empty.features.feature):
        if name.startswith("image/object/"):
            del empty.features.feature[name]
    return [*drawn, empty.SerializeToString()]


def with_steps(config: Path, *specs: str) -> str:
    message = parse_pipeline(config.read_text(), str(config))
    del message.train_config.data_augmentation_options[:]
    message.train_config.data_augmentation_options.extend(parse_steps(specs))
    return format_pipeline(message)


def refused(config: Path, *specs: str) -> bool:
    """Whether the linter has an error against the steps, in a config that has no other."""
    text = with_steps(config, *specs)
    found = [finding for finding in lint(parse_pipeline(text, ""), path=config, text=text) if finding.is_error]
    assert {finding.code for finding in found} <= {"TFK661", "TFK662"}
    return bool(found)


def is_trainable(one: ModelInput) -> bool:
    """A picture of three channels within the range of pixels, whose boxes are shares of it, one class each."""
    import numpy as np

    boxes = one.boxes_yxyx_norm
    return (
        one.pixels.shape == (96, 96, 3)
        and bool(np.isfinite(one.pixels).all())
        and -SLACK <= one.pixels.min() <= one.pixels.max() <= 255 + SLACK
        and len(boxes) == len(one.class_ids)
        and bool((boxes >= -1e-6).all() and (boxes <= 1 + 1e-6).all() and (boxes[:, 2:] >= boxes[:, :2]).all())
    )


def runs(config: Path, records: list[bytes], *specs: str, seed: int | None = None) -> bool:
    try:
        rounds = model_inputs(with_steps(config, *specs), records, rounds=ROUNDS, seed=seed)
    except ConfigError:
        return False
    assert [len(one) for one in rounds] == [len(records)] * ROUNDS
    return all(is_trainable(one) for pictures in rounds for one in pictures)


@pytest.mark.parametrize("name", step_names())
def test_a_step_with_its_defaults_runs_or_the_linter_names_it(
    drawn_config: Path, records: list[bytes], name: str
) -> None:
    assert runs(drawn_config, records, name) is not refused(drawn_config, name)


@pytest.mark.parametrize("spec", ENDING)
def test_values_that_the_linter_names_end_training(drawn_config: Path, records: list[bytes], spec: str) -> None:
    assert refused(drawn_config, spec)
    assert not runs(drawn_config, records, spec)


@pytest.mark.parametrize("spec", HARMLESS)
def test_values_at_the_edge_run(drawn_config: Path, records: list[bytes], spec: str) -> None:
    assert not refused(drawn_config, spec)
    assert runs(drawn_config, records, spec)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_runs(drawn_config: Path, records: list[bytes], preset: str) -> None:
    assert runs(drawn_config, records, preset)


def test_a_seed_decides_every_picture(drawn_config: Path, records: list[bytes]) -> None:
    def pixels(seed: int | None, preset: str = "strong") -> list[bytes]:
        rounds = model_inputs(with_steps(drawn_config, preset), records, rounds=2, seed=seed)
        return [one.pixels.tobytes() for pictures in rounds for one in pictures]

    first = pixels(1)
    assert first == pixels(1)
    assert not set(first) & {*pixels(2), *pixels(None)}
    assert len(set(first)) == len(first)  # the second round draws anew
    assert pixels(None, "none") == pixels(3, "none")


def test_without_augmentation_pictures_are_as_evaluation_sees_them(drawn_config: Path, records: list[bytes]) -> None:
    text = with_steps(drawn_config, "random_horizontal_flip:probability=1")
    (plain,) = model_inputs(text, records, augment=False)
    (flipped,) = model_inputs(text, records)
    for one, other in zip(plain, flipped, strict=True):
        # resizing as TensorFlow 1 did is not quite the same from the right
        assert abs(one.pixels - other.pixels[:, ::-1]).mean() < abs(one.pixels - other.pixels).mean() / 2
        assert one.class_ids == other.class_ids
        mirrored = 1 - other.boxes_yxyx_norm[:, [3, 1]]
        assert abs(one.boxes_yxyx_norm[:, [1, 3]] - mirrored).max(initial=0) < 1e-5
    assert [len(one.class_ids) for one in plain][2] == 0
    assert all(one.class_ids for one in plain[:2])


def test_what_the_api_says_of_a_step_is_passed_on(drawn_config: Path, records: list[bytes]) -> None:
    with pytest.raises(ConfigError) as caught:
        model_inputs(with_steps(drawn_config, "adjust_gamma:gamma=-1"), records)
    assert str(caught.value) == (
        "train_config.data_augmentation_options: the Object Detection API fails with these steps "
        "(ValueError: Gamma should be a non-negative real number). "
        "Take them out one by one to find which, or begin with --augment light."
    )


def test_a_record_that_the_api_can_not_decode_is_not_the_augmentations_fault(drawn_config: Path) -> None:
    import tensorflow as tf

    encoded = tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"no picture"]))
    example = tf.train.Example(features=tf.train.Features(feature={"image/encoded": encoded}))
    with pytest.raises(RecordError, match=re.escape("train_input_reader: the Object Detection API can't read these")):
        model_inputs(with_steps(drawn_config, "light"), [example.SerializeToString()], augment=False)

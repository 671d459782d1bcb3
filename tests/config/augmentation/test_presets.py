"""Each preset by its promise; that they run is in tests/odapi/test_augmented.py."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.config.augmentation import presets as augmentation_presets
from tfodkit.config.augmentation.notation import parse_steps
from tfodkit.config.augmentation.presets import PRESETS
from tfodkit.config.lint.augmentation import augmentation_faults
from tfodkit.config.pipeline import Message, new_pipeline
from tfodkit.config.templates import read_template

COLOURED = ("red apple", "green apple")
SIDED = ("left arrow", "right arrow")


def configured(preset: str) -> Message:
    message = new_pipeline()
    message.train_config.data_augmentation_options.extend(parse_steps([preset]))
    return message


@pytest.mark.parametrize("preset", PRESETS)
def test_the_linter_has_nothing_against_a_preset(preset: str) -> None:
    assert list(augmentation_faults(configured(preset), ("mug", "bagel"))) == []


def test_the_one_for_colours_changes_no_class_by_colour_and_others_do() -> None:
    changing = {preset for preset in PRESETS if list(augmentation_faults(configured(preset), COLOURED))}
    assert changing == {"ssd", "strong"}


def test_without_an_up_there_is_no_left() -> None:
    changing = {preset for preset in PRESETS if list(augmentation_faults(configured(preset), SIDED))}
    assert changing == set(PRESETS) - {"none"}


def test_light_is_what_the_zoo_trains_its_pyramids_with() -> None:
    template = read_template("ssd_mobilenet_v2_fpnlite_320x320_coco17").message()
    assert list(template.train_config.data_augmentation_options) == parse_steps(["light"])


@pytest.mark.parametrize("preset", sorted(set(PRESETS) - {"none"}))
def test_why_stands_in_the_docstring(preset: str) -> None:
    text = augmentation_presets.__file__
    with open(text, encoding="utf-8") as file:  # noqa: PTH123 - of a module
        assert f"\n``{preset}``\n" in file.read()


def test_the_help_of_make_config_names_them() -> None:
    shown = CliRunner().invoke(app, ["make-config", "--help"], terminal_width=300).output
    assert f"a preset: {', '.join(PRESETS)};" in re.sub(r"[│\s]+", " ", shown)

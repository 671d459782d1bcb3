"""Values that end training; tests/odapi/test_augmented.py tries each in the API's own input pipeline."""

from __future__ import annotations

import pytest
from augmentation_values import ENDING, HARMLESS

from tfodkit.config.augmentation.notation import parse_step
from tfodkit.config.augmentation.values import value_failure


def failure(spec: str) -> str:
    step = parse_step(spec)
    name = step.WhichOneof("preprocessing_step")
    return value_failure(getattr(step, name), name)


@pytest.mark.parametrize(("spec", "why"), ENDING.items())
def test_values_that_end_training_are_named(spec: str, why: str) -> None:
    assert failure(spec) == why


@pytest.mark.parametrize("spec", HARMLESS)
def test_values_at_the_edge_are_not(spec: str) -> None:
    assert failure(spec) == ""

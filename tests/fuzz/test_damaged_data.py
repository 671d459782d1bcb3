"""2,000 damaged data sets, drawn from a seed: each picture is converted or told of, and nothing crashes or hangs.

A case that fails is drawn again by its number: ``build_case(folder, SEED, number)``.
"""

import shutil

import pytest
from fuzz.cases import build_case
from fuzz.promises import broken_promises, survey_case

from tfodkit.dataset.survey import Survey

SEED = 3
BATCH = 100
FEW = 300
ALL = 2000


def batches(first, last):
    return [range(number, number + BATCH) for number in range(first, last, BATCH)]


@pytest.mark.parametrize("numbers", batches(0, FEW), ids=str)
def test_each_damaged_picture_is_converted_or_told_of(tmp_path, numbers):
    assert_promises(tmp_path, numbers)


@pytest.mark.slow
@pytest.mark.parametrize("numbers", batches(FEW, ALL), ids=str)
def test_many_damaged_pictures_are_converted_or_told_of(tmp_path, numbers):
    assert_promises(tmp_path, numbers)


def assert_promises(tmp_path, numbers):
    broken, converted = {}, 0
    for number in numbers:
        folder = tmp_path / str(number)
        case = build_case(folder, SEED, number)
        try:
            outcome = survey_case(folder, case)
            found = broken_promises(folder, case, outcome)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a traceback at the user's terminal
            outcome, found = None, [f"{type(error).__name__}: {str(error)[:200]}"]
        if found:
            broken[number, case.title] = found
        if isinstance(outcome, Survey):
            converted += any(image.annotation.name == "victim.jpg" for image in outcome.images)
        shutil.rmtree(folder)
    assert not broken
    assert 0.1 < converted / len(numbers) < 0.9, "damage that always kills, or never hurts, tests nothing"

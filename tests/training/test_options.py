from __future__ import annotations

import pytest

from tfodkit.errors import UsageError
from tfodkit.training.cadence import Cadence
from tfodkit.training.options import TrainOptions


def test_cadences_are_read() -> None:
    options = TrainOptions(eval_every="2e", save_every=100)
    assert (options.eval_cadence(), options.save_cadence()) == (Cadence(2, "epochs"), Cadence(100))
    assert TrainOptions().eval_cadence() is None


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("steps", 0, "--steps: must be a whole number of 1 or more, but got 0."),
        ("log_every", 0, "--log-every: must be a whole number of 1 or more, but got 0."),
        ("patience", 0, "--patience: must be a whole number of 1 or more, but got 0."),
        ("keep", 0, "--keep: must be a whole number of 1 or more, but got 0."),
        ("seed", -1, "--seed: must be a whole number of 0 or more, but got -1."),
        ("accumulate", 0, "--accumulate: must be a whole number of 1 or more, but got 0."),
        ("steps_per_loop", 2**31, "--steps-per-loop: must be a whole number of 1 or more, but got 2147483648."),
        ("average", 1, "--average: must be 2 or more, or 0 for none, but got 1. One is no average."),
        ("average", -2, "--average: must be a whole number of 0 or more, but got -2."),
        ("min_delta", -0.1, "--min-delta: must be a number 0 or more, but got -0.1."),
        ("min_delta", float("nan"), "--min-delta: must be a number 0 or more, but got nan."),
        ("max_hours", 0.0, "--max-hours: must be a number above 0, but got 0.0."),
        ("max_hours", float("inf"), "--max-hours: must be a number above 0, but got inf."),
        (
            "eval_every",
            "2h",
            "--eval-every: must be steps (100), epochs (2e) or minutes (10m), more than none, but got",
        ),
        ("save_every", "0", "--save-every: must be steps"),
        ("on_oom", "half", "--on-oom: must be one of accumulate, halve, stop, but got 'half'. Did you mean halve?"),
        (
            "precision",
            "float16",
            "--precision: must be one of float32, mixed_float16, mixed_bfloat16, but got 'float16'",
        ),
    ],
)
def test_what_can_not_be_meant_names_its_flag(option: str, value: object, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        TrainOptions(**{option: value})  # type: ignore[arg-type]
    assert str(refused.value).startswith(message)

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings, strategies as st
from typer.main import get_command

from tfodkit.cli.main import app
from tfodkit.config.option_fields import flags_for
from tfodkit.errors import UsageError
from tfodkit.odapi.devices import Strategy
from tfodkit.training import train as training
from tfodkit.training.cadence import Cadence
from tfodkit.training.options import Precision, TrainOptions
from tfodkit.training.recovery import OnOom

COUNTS = st.integers(1, 10**6)
NUMBERS = st.floats(1e-6, 1e6)
CADENCES = st.one_of(
    st.builds(Cadence, COUNTS.map(float)),
    st.builds(Cadence, NUMBERS.map(lambda value: round(value, 3) + 1), st.sampled_from(["epochs", "minutes"])),
)
OPTIONS = st.builds(
    TrainOptions,
    steps=st.none() | COUNTS,
    patience=st.none() | COUNTS,
    min_delta=NUMBERS,
    max_hours=st.none() | NUMBERS,
    eval_every=st.none() | CADENCES,
    monitor=st.sampled_from(["mAP", "AP/ a mug", "Loss/total_loss"]),
    log_every=COUNTS,
    keep=COUNTS,
    save_every=CADENCES,
    average=st.sampled_from([0, 2, 9]),
    on_oom=st.sampled_from(get_args(OnOom)),
    mirror=st.none() | st.just(Path("drive/run")),
    force=st.booleans(),
    seed=st.integers(0, 99),
    precision=st.sampled_from(get_args(Precision)),
    strategy=st.sampled_from(get_args(Strategy)),
    xla=st.booleans(),
    accumulate=COUNTS,
    steps_per_loop=COUNTS,
    deterministic=st.booleans(),
    data_service=st.none() | st.just("grpc://localhost:5000"),
)


@pytest.fixture(scope="module")
def command() -> Any:
    return get_command(app).commands["train"]  # type: ignore[attr-defined]


@settings(deadline=None, max_examples=50)
@given(OPTIONS)
def test_the_flags_of_options_ask_for_the_same(command: Any, options: TrainOptions) -> None:
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "train", lambda _config, _output, given: asked.append(given) or 1 / 0)
        with pytest.raises(ZeroDivisionError):
            command.main(["a.config", "-o", "run", *switched(flags_for(options))], standalone_mode=False)
    assert asked == [options]


def switched(flags: list[str]) -> list[str]:
    """A switch has no value."""
    return [flag for flag in flags if flag != "True"]


def test_cadences_are_read() -> None:
    options = TrainOptions(eval_every="2e", save_every=100)
    assert (options.eval_cadence, options.save_cadence) == (Cadence(2, "epochs"), Cadence(100))
    assert TrainOptions().eval_cadence is None
    assert TrainOptions().save_cadence == Cadence(10, "minutes")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("steps", 0, "--steps 0: must be a whole number of 1 to 2147483647, but got 0."),
        ("log_every", "x", "--log-every x: must be a whole number of 1 to 2147483647, but got 'x'."),
        ("patience", 0, "--patience 0: must be a whole number of 1"),
        ("keep", 0, "--keep 0: must be a whole number of 1"),
        ("seed", -1, "--seed -1: must be a whole number of 0"),
        ("accumulate", 0, "--accumulate 0: must be a whole number of 1"),
        ("steps_per_loop", 2**31, "--steps-per-loop 2147483648: must be a whole number of 1"),
        ("average", 1, "--average 1: must be 2 or more, or 0 for none, but got 1. One is no average."),
        ("average", "-2", "--average -2: must be a whole number of 0"),
        ("min_delta", -0.1, "--min-delta -0.1: must be a number of 0 or more, but got -0.1."),
        ("min_delta", "nan", "--min-delta nan: must be a number of 0 or more, but got nan."),
        ("max_hours", 0.0, "--max-hours 0.0: must be a number above 0, but got 0.0."),
        ("max_hours", float("inf"), "--max-hours inf: must be a number above 0, but got inf."),
        ("max_hours", "soon", "--max-hours soon: must be a number, but got 'soon'."),
        ("eval_every", "2h", "--eval-every 2h: must be steps (100), epochs (2e) or minutes (10m), more than none, but"),
        ("save_every", "0", "--save-every 0: must be steps"),
        ("on_oom", "half", "--on-oom half: there is no way 'half'. Did you mean halve?"),
        ("precision", "float16", "--precision float16: there is no precision 'float16'. Did you mean"),
    ],
)
def test_what_can_not_be_meant_names_its_flag(option: str, value: object, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        TrainOptions(**{option: value})  # type: ignore[arg-type]
    assert str(refused.value).startswith(message)

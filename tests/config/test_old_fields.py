from __future__ import annotations

import pytest

from tfodkit.config.old_fields import OldField, mend_first_step, parse_old_pipeline
from tfodkit.config.pipeline import Message, parse_pipeline
from tfodkit.errors import ConfigError

OLD = "SsdFeatureExtractor.batch_norm_trainable"
EXTRACTOR = 'model {{\n  ssd {{\n    feature_extractor {{ type: "ssd_mobilenet_v1"\n{} }}\n  }}\n}}\n'


def train_config(schedule: str) -> Message:
    manual = f"manual_step_learning_rate {{ initial_learning_rate: 0.5 {schedule} }}"
    text = f"train_config {{ optimizer {{ momentum_optimizer {{ learning_rate {{ {manual} }} }} }} }}"
    return parse_pipeline(text, "my.config").train_config


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("batch_norm_trainable: true", [4]),
        ("\tbatch_norm_trainable:true, min_depth: 16", [4]),
        ("min_depth: 16 batch_norm_trainable: false", [4]),
        ("min_depth: 16\nbatch_norm_trainable\n:\ntrue", [5]),
        ("# batch_norm_trainable: true\nbatch_norm_trainable: true # is gone", [5]),
        ("batch_norm_trainable: true batch_norm_trainable: true", [4, 4]),
        ("# batch_norm_trainable: true", []),
    ],
)
def test_a_field_of_2018_is_left_out_and_told(written: str, lines: list[int]) -> None:
    message, left_out = parse_old_pipeline(EXTRACTOR.format(f"{written}\n"), "my.config")
    assert left_out == tuple(OldField(OLD, line) for line in lines)
    expected = "min_depth: 16" if "min_depth" in written else ""
    assert message == parse_pipeline(EXTRACTOR.format(expected), "my.config")


def test_what_is_wrong_besides_is_told_at_its_own_line() -> None:
    text = EXTRACTOR.format("batch_norm_trainable:\n\ntrue\nmin_depht: 16")
    with pytest.raises(ConfigError, match=r'my\.config:7: .*no field named "min_depht"\. Did you mean min_depth'):
        parse_old_pipeline(text, "my.config")


@pytest.mark.parametrize("value", ["", "{ }", ":"])
def test_a_field_of_2018_without_a_value_is_an_error(value: str) -> None:
    with pytest.raises(ConfigError, match=r"my\.config:4: .*batch_norm_trainable.*The API has it no more"):
        parse_old_pipeline(EXTRACTOR.format(f"batch_norm_trainable {value}"), "my.config")


def test_a_first_step_of_0_is_the_rate_to_start_with() -> None:
    train = train_config(
        "warmup: true schedule { step: 0 learning_rate: 0.25 } schedule { step: 900 learning_rate: 0.125 }"
    )
    assert mend_first_step(train) == "schedule { step: 0 } is taken for the rate to start with, 0.25"
    expected = parse_pipeline(
        "train_config { optimizer { momentum_optimizer { learning_rate { manual_step_learning_rate {"
        "  initial_learning_rate: 0.25 warmup: false schedule { step: 900 learning_rate: 0.125 } } } } } }",
        "my.config",
    )
    assert train == expected.train_config


def test_nothing_but_a_step_of_0_is_a_constant_rate() -> None:
    train = train_config("schedule { step: 0 learning_rate: 0.25 }")
    mend_first_step(train)
    rate = train.optimizer.momentum_optimizer.learning_rate
    assert rate.WhichOneof("learning_rate") == "constant_learning_rate"
    assert rate.constant_learning_rate.learning_rate == 0.25


@pytest.mark.parametrize("schedule", ["", "schedule { step: 5 learning_rate: 0.25 }"])
def test_what_starts_later_is_left_as_it_is(schedule: str) -> None:
    train = train_config(schedule)
    before = train.SerializeToString()
    assert mend_first_step(train) is None
    assert train.SerializeToString() == before


def test_no_optimizer_is_no_error_here() -> None:
    assert mend_first_step(parse_pipeline("train_config { }", "my.config").train_config) is None

"""The learning rate of each step, held to the schedules of the Object Detection API itself."""

from __future__ import annotations

import math

import pytest
from google.protobuf import text_format
from hypothesis import HealthCheck, given, settings, strategies as st

from tfodkit.config.learning.learning_rates import learning_rate_curve, learning_rate_function, warm_up_steps
from tfodkit.config.pipeline import new_pipeline, parse_pipeline
from tfodkit.config.templates import read_template
from tfodkit.errors import ConfigError
from tfodkit.odapi import protos

RATES = st.floats(2**-20, 1.0, width=32)
COUNTS = st.integers(0, 300)


def make_learning_rate(text: str):
    return text_format.Parse(text, protos.load("optimizer_pb2").LearningRate())


def rates(text: str, *steps: int) -> list[float]:
    rate_at = learning_rate_function(make_learning_rate(text), "a.config")
    return [round(rate_at(step), 7) for step in steps]


def test_a_cosine_warms_up_holds_falls_and_is_0_beyond_its_end():
    text = "warmup_learning_rate: 0.01 warmup_steps: 10 learning_rate_base: 0.05 hold_base_rate_steps: 10"
    text = f"cosine_decay_learning_rate {{ {text} total_steps: 120 }}"
    assert rates(text, 0, 5, 10, 20, 70, 120, 121) == [0.01, 0.03, 0.05, 0.05, 0.025, 0.0, 0.0]


def test_an_exponential_burns_in_falls_in_stairs_and_stops_at_its_floor():
    text = "initial_learning_rate: 0.08 decay_steps: 10 decay_factor: 0.5"
    text = f"{text} burnin_learning_rate: 0.001 burnin_steps: 5 min_learning_rate: 0.002"
    stairs = f"exponential_decay_learning_rate {{ {text} }}"
    assert rates(stairs, 0, 4, 5, 14, 15, 500) == [0.002, 0.002, 0.08, 0.08, 0.04, 0.002]
    smooth = f"exponential_decay_learning_rate {{ {text} staircase: false }}"
    assert rates(smooth, 10) == [round(0.08 * 0.5**0.5, 7)]


def test_a_multi_step_schedule_steps_at_its_milestones_and_may_warm_up():
    text = "initial_learning_rate: 0.01 schedule { step: 10 learning_rate: 0.05 } schedule { step: 20 }"
    assert rates(f"manual_step_learning_rate {{ {text} }}", 0, 9, 10, 19, 20) == [0.01, 0.01, 0.05, 0.05, 0.002]
    assert rates(f"manual_step_learning_rate {{ {text} warmup: true }}", 0, 5, 10) == [0.01, 0.03, 0.05]


def test_a_constant_is_constant():
    assert rates("constant_learning_rate { learning_rate: 0.003 }", 0, 10**6) == [0.003, 0.003]


def test_a_cosine_that_is_all_warm_up_ends_undefined():
    text = "cosine_decay_learning_rate { learning_rate_base: 0.1 warmup_steps: 9 total_steps: 9 }"
    assert math.isnan(learning_rate_function(make_learning_rate(text), "a.config")(9))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.config: the learning rate must have a schedule, but got none. Mend the schedule"),
        (
            "cosine_decay_learning_rate { total_steps: 500 }",
            "a.config: the cosine's warmup_steps 10000 must be no more than its total_steps 500. Lower warmup_steps",
        ),
        (
            "cosine_decay_learning_rate { learning_rate_base: 0.1 warmup_learning_rate: 0.2 }",
            "a.config: the cosine's warmup_learning_rate 0.2 must be no more than its learning_rate_base 0.1. Lower",
        ),
        (
            "manual_step_learning_rate { schedule { step: 0 } }",
            "a.config: the steps of manual_step_learning_rate must rise from above 0, but got [0]. Mend",
        ),
        ("manual_step_learning_rate {}", "a.config: the steps of manual_step_learning_rate must rise from above 0"),
        (
            "exponential_decay_learning_rate { decay_steps: 0 }",
            "a.config: exponential_decay_learning_rate.decay_steps must be 1 or more, but got 0. Mend",
        ),
    ],
)
def test_what_the_api_refuses_is_refused(text, message):
    with pytest.raises(ConfigError) as caught:
        learning_rate_function(make_learning_rate(text), "a.config")
    assert str(caught.value).startswith(message)


def test_a_curve_has_every_step_of_a_short_run_and_both_ends_of_a_long_one():
    pipeline = read_template("ssd_mobilenet_v2_320x320_coco17").message()
    curve = learning_rate_curve(pipeline, "a.config")
    assert (curve.steps[0], curve.steps[-1], len(curve.steps)) == (0, pipeline.train_config.num_steps - 1, 20_000)
    assert curve.warm_up_steps == 2000
    optimizer = pipeline.train_config.optimizer.momentum_optimizer
    for warm_up in (2001, 2002, 2003, 2004):
        optimizer.learning_rate.cosine_decay_learning_rate.warmup_steps = warm_up
        assert warm_up in learning_rate_curve(pipeline, "a.config").steps
    pipeline.train_config.num_steps = 7
    assert list(learning_rate_curve(pipeline, "a.config").steps) == list(range(7))


def test_a_run_without_steps_or_optimizer_has_no_curve():
    with pytest.raises(ConfigError, match=r"num_steps must be 1 or more, but got 0\. Set num_steps"):
        learning_rate_curve(new_pipeline(), "a.config")
    with pytest.raises(ConfigError, match=r"must have a learning rate, but got none\. Start from"):
        learning_rate_curve(parse_pipeline("train_config { num_steps: 5 }", "a.config"), "a.config")


def test_a_burn_in_at_the_rate_itself_is_no_warm_up():
    assert warm_up_steps(make_learning_rate("exponential_decay_learning_rate { burnin_steps: 5 }")) == 0


@st.composite
def learning_rates(draw):
    message = protos.load("optimizer_pb2").LearningRate()
    kind = draw(st.sampled_from(["constant", "exponential_decay", "manual_step", "cosine_decay"]))
    schedule = getattr(message, f"{kind}_learning_rate")
    schedule.SetInParent()
    if kind == "constant":
        schedule.learning_rate = draw(RATES)
    elif kind == "exponential_decay":
        schedule.initial_learning_rate, schedule.decay_factor = draw(RATES), draw(st.floats(0.125, 1.0, width=32))
        schedule.decay_steps, schedule.staircase = draw(st.integers(1, 200)), draw(st.booleans())
        schedule.burnin_steps = draw(COUNTS)
        schedule.burnin_learning_rate = draw(st.just(0.0) | RATES)
        schedule.min_learning_rate = draw(st.just(0.0) | RATES)
    elif kind == "manual_step":
        schedule.initial_learning_rate, schedule.warmup = draw(RATES), draw(st.booleans())
        for step in sorted(draw(st.sets(st.integers(1, 500), min_size=1, max_size=5))):
            schedule.schedule.add(step=step, learning_rate=draw(RATES))
    else:
        low, high = sorted([draw(RATES), draw(RATES)])
        schedule.learning_rate_base, schedule.warmup_learning_rate = high, low
        schedule.warmup_steps, schedule.hold_base_rate_steps = draw(COUNTS), draw(COUNTS)
        schedule.total_steps = schedule.warmup_steps + draw(COUNTS)
    return message


@pytest.mark.tensorflow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(learning_rate=learning_rates(), drawn=st.lists(st.integers(0, 1000), max_size=8))
def test_the_api_builds_the_same_schedule(learning_rate, drawn):
    from tfodkit.odapi.install import install

    install()
    import tensorflow as tf
    from object_detection.builders import optimizer_builder

    config = protos.load("optimizer_pb2").Optimizer(use_moving_average=False)
    config.momentum_optimizer.learning_rate.CopyFrom(learning_rate)
    step_now = tf.Variable(0, dtype=tf.int64)
    _, (theirs,) = optimizer_builder.build(config, global_step=step_now)
    ours = learning_rate_function(learning_rate, "a.config")
    for step in sorted({0, 1, *drawn, *corners(learning_rate)}):
        step_now.assign(step)
        expected = float(theirs() if callable(theirs) else theirs)
        assert ours(step) == pytest.approx(expected, rel=1e-4, abs=1e-7, nan_ok=True), (learning_rate, step)


def corners(learning_rate) -> set[int]:
    """Each step at which a schedule turns, and those beside it."""
    schedule = getattr(learning_rate, learning_rate.WhichOneof("learning_rate"))
    fields = {field.name: value for field, value in schedule.ListFields()}
    ends = [fields.get(name, 0) for name in ("burnin_steps", "warmup_steps", "total_steps", "decay_steps")]
    ends += [fields.get("burnin_steps", 0) + 2 * fields.get("decay_steps", 0)]
    ends += [fields.get("warmup_steps", 0) + fields.get("hold_base_rate_steps", 0)]
    ends += [milestone.step for milestone in fields.get("schedule", [])]
    return {max(0, end + beside) for end in ends for beside in (-1, 0, 1)}

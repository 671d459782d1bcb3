"""New schedules, held to the rate at each step as the Object Detection API computes it (``learning_rates.py``)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings, strategies as st

from tfodkit.config.learning.learning_rates import learning_rate_function
from tfodkit.config.learning.schedule_specs import SCHEDULES, steps_in
from tfodkit.config.learning.schedule_words import schedule_words
from tfodkit.config.learning.schedules import set_schedule
from tfodkit.config.option_values import UnfitOptionError
from tfodkit.config.pipeline import Message, new_pipeline
from tfodkit.config.spec import parse_spec

STEPS = 1000


def made(text: str, *, steps: int = STEPS, rate: float = 1.0) -> Message:
    learning_rate = new_pipeline().train_config.optimizer.momentum_optimizer.learning_rate
    set_schedule(learning_rate, parse_spec(text, SCHEDULES, "schedule"), steps=steps, rate=rate)
    return learning_rate


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("constant", {0: 1, 999: 1}),
        ("cosine", {0: 1 / 3, 25: 2 / 3, 50: 1, 525: 0.5, 1000: 0}),
        ("cosine:warm_up=100,warm_up_from=0.5,hold=0.2", {0: 0.5, 50: 0.75, 100: 1, 300: 1, 650: 0.5, 1000: 0}),
        ("cosine:warm_up=0", {0: 1, 500: 0.5, 1000: 0}),
        ("one-cycle", {0: 0.04, 150: 0.52, 300: 1, 650: 0.5, 1000: 0}),
        ("one-cycle:warm_up=0.5,warm_up_from=0", {0: 0, 250: 0.5, 500: 1, 750: 0.5}),
        ("multi-step", {0: 1 / 3, 25: 2 / 3, 50: 1, 666: 1, 667: 0.1, 888: 0.1, 889: 0.01}),
        ("multi-step:warm_up=10,at=0.5,at=800,factor=0.5", {10: 1, 499: 1, 500: 0.5, 799: 0.5, 800: 0.25, 999: 0.25}),
        ("exponential", {0: 1, 10: 1, 11: 0.95, 990: 0.95**90}),
        ("exponential:decay_factor=0.5,decay_steps=100", {99: 1, 100: 0.5, 250: 0.25}),
        ("exponential:decay_factor=0.1", {499: 1, 500: 0.1, 999: 0.1}),
        ("exponential:decay_factor=0.5,decay_steps=0.1,staircase=false", {50: 0.5**0.5, 100: 0.5}),
        ("exponential:burn_in=100,decay_steps=100,decay_factor=0.5", {0: 1 / 3, 99: 1 / 3, 100: 1, 200: 0.5}),
        ("exponential:burn_in=0.1,burn_in_rate=0.2,decay_factor=0.5,decay_steps=100,lowest=0.05", {99: 0.2, 999: 0.05}),
    ],
)
def test_a_schedule_is_what_its_name_says(text: str, rates: dict[int, float]) -> None:
    rate_at = learning_rate_function(made(text, rate=2.0), "")
    assert {step: rate_at(step) / 2 for step in rates} == pytest.approx(rates, abs=1e-5)


def durations() -> st.SearchStrategy[str]:
    return st.floats(0, 0.45).map(str) | st.integers(0, STEPS // 3).map(str)


@settings(deadline=None)
@given(warm_up=durations(), start=st.floats(0, 1).map(str), hold=durations(), steps=st.integers(STEPS, 10**6))
def test_a_cosine_of_any_durations_ends_at_0(warm_up: str, start: str, hold: str, steps: int) -> None:
    message = made(f"cosine:warm_up={warm_up},warm_up_from={start},hold={hold}", steps=steps)
    rate_at = learning_rate_function(message, "")
    rates = [rate_at(step) for step in range(0, steps, steps // 100)]
    assert all(0 <= rate <= 1 for rate in rates)
    assert rate_at(steps) == pytest.approx(0, abs=1e-9)
    assert rate_at(steps_in(float(warm_up), steps)) == pytest.approx(1)


@pytest.mark.parametrize("steps", [1, 2, 3, 10])
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_run_of_a_few_steps_has_rates(name: str, steps: int) -> None:
    rate_at = learning_rate_function(made(name, steps=steps), "")
    assert all(0 <= rate_at(step) <= 1 and math.isfinite(rate_at(step)) for step in range(steps))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("cosine:warm_up=1000", "warm_up and hold take 1000 of 1000 steps"),
        ("cosine:warm_up=0.5,hold=500", "warm_up and hold take 1000 of 1000 steps"),
        ("cosine:warm_up=0.5,hold=0.5", "warm_up and hold take 1000 of 1000 steps"),
        ("exponential:burn_in=1000", "burn_in takes 1000 of 1000 steps"),
        (
            "multi-step:at=0.8,at=0.6",
            "at must rise from above the warm-up's 50 steps to below the run's 1000, but got [800, 600]",
        ),
        (
            "multi-step:at=1000",
            "at must rise from above the warm-up's 50 steps to below the run's 1000, but got [1000]",
        ),
        (
            "multi-step:at=0.01",
            "at must rise from above the warm-up's 50 steps to below the run's 1000, but got [10]",
        ),
    ],
)
def test_durations_that_the_run_has_no_room_for(text: str, what: str) -> None:
    with pytest.raises(UnfitOptionError) as caught:
        made(text)
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("constant", "constant: 0.1"),
        ("cosine:hold=1", "cosine: 0.03333 up to 0.1 over 50 steps, held for 1 step, down to 0 at step 1,000"),
        ("cosine:warm_up=0", "cosine: 0.1, down to 0 at step 1,000"),
        ("multi-step", "multi-step: 0.03333 rising, 0.1 at step 50, 0.01 at step 667, 0.001 at step 889"),
        ("exponential", "exponential: 0.1, times 0.95 every 11 steps in stairs"),
        (
            "exponential:burn_in=9,burn_in_rate=0.5,lowest=0.1,staircase=false,decay_steps=7",
            "exponential: 0.05 for 9 steps, then 0.1, times 0.95 every 7 steps smoothly, at least 0.01",
        ),
    ],
)
def test_a_schedule_in_words(text: str, words: str) -> None:
    assert schedule_words(made(text, rate=0.1)) == words


def test_no_schedule_in_words() -> None:
    assert schedule_words(new_pipeline().train_config.optimizer.adam_optimizer.learning_rate) == "no learning rate"

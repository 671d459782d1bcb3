from __future__ import annotations

import math
import random

import pytest

from tfodkit.training.lr_curve import LossCurve, Suggestion, ramp, suggest


def walked(loss_at: object, *, steps: int = 100, noise: float = 0.0) -> LossCurve:
    """The curve of a range test whose loss is a function of the rate's decimal logarithm, with seeded noise."""
    draw, curve = random.Random(0), LossCurve(steps)
    for rate in ramp(1e-7, 10, steps):
        curve.add(rate, loss_at(math.log10(rate)) + draw.gauss(0, noise))
        if curve.is_exploded:
            break
    return curve


def valley(log_rate: float) -> float:
    """Flat to 1e-5, falls in a line to 1e-2, and then grows tenfold with every decade."""
    return 2.0 - min(max(log_rate + 5, 0), 3) / 3 + max(0.0, 10 ** (log_rate + 2) - 1)


def test_a_ramp_grows_by_the_same_factor_and_ends_where_it_should() -> None:
    rates = ramp(1e-7, 10, 100)
    assert (rates[0], len(rates)) == (1e-7, 100)
    assert rates[-1] == pytest.approx(10)
    assert rates[50] / rates[49] == pytest.approx(rates[1] / rates[0])


def test_smoothing_neither_starts_at_zero_nor_comes_late() -> None:
    curve = LossCurve(100)
    for rate in ramp(1e-7, 10, 100):
        curve.add(rate, math.log(rate))
    # a straight line stays where it is, from its first point on
    assert [point.loss for point in curve.smoothed] == pytest.approx([math.log(p.rate) for p in curve.smoothed])
    assert curve.smoothed[0].rate == pytest.approx(1e-7)


def test_a_valley_gives_the_middle_of_its_slope_and_a_tenth_of_its_bottom() -> None:
    curve = walked(valley)
    assert curve.is_exploded
    assert len(curve.rates) < 100
    found = suggest(curve)
    assert found.reason == ""
    assert 1e-5 < found.steepest < 1e-2
    assert 1e-3 < found.lowest < 1e-2  # an average over a bottom and the slope behind it errs to the lower side
    assert found.careful == found.lowest / 10


def test_noise_does_not_move_a_suggestion_by_much() -> None:
    found = suggest(walked(valley, noise=0.05))
    assert 1e-5 < found.steepest < 1e-2
    assert 1e-3 < found.lowest < 3e-2


@pytest.mark.parametrize("last", [math.nan, math.inf])
def test_a_loss_that_is_no_number_is_an_explosion_and_stays_out_of_the_mean(last: float) -> None:
    curve = LossCurve(20)
    curve.add(1e-7, 1.0)
    assert not curve.is_exploded
    curve.add(2e-7, last)
    assert curve.is_exploded
    assert [point.loss for point in curve.smoothed] == [1.0]
    assert suggest(curve) == Suggestion(reason="the loss lost its ground at once: begin with a lower rate (--from)")


def test_an_explosion_is_four_times_the_best_smoothed_loss() -> None:
    curve = LossCurve(20)
    for loss in [1.0] * 10:
        curve.add(1e-3, loss)
    curve.add(1e-3, 6.9)  # smoothed: halfway
    assert not curve.is_exploded
    curve.add(1e-3, 6.9)
    assert curve.is_exploded


@pytest.mark.parametrize(
    ("loss_at", "noise", "reason"),
    [
        (lambda log: 2.0 - 0.001 * log, 0.0, "the loss is flat: it falls by 0.0068 from 2.01 at most"),
        (lambda log: 2.0 + 0.1 * log, 0.0, "the loss never falls: begin with a lower rate (--from)"),
        (lambda log: 2.0 - 0.1 * log, 0.0, "the loss still falls at the highest rate: end with a higher one (--to)"),
    ],
)
def test_a_curve_that_says_nothing_says_why(loss_at: object, noise: float, reason: str) -> None:
    found = suggest(walked(loss_at, noise=noise))
    assert (found.steepest, found.lowest, found.careful, found.reason) == (None, None, None, reason)


def test_what_chance_alone_may_do_is_no_fall() -> None:
    found = suggest(walked(lambda log: 2.0 - 0.02 * log, noise=0.5))
    assert found.steepest is None
    assert found.reason.startswith("the loss is too noisy: it falls by 0.")
    assert found.reason.endswith("take more steps (--iterations) or a larger batch")

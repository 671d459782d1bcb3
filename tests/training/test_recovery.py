from __future__ import annotations

import math
import re

import pytest

from tfodkit.training.recovery import Adaptation, Fault, LossWatch, RecoveryPolicy, Remedy, adaptation


def test_what_a_run_recovered_from_says_how_it_goes_on() -> None:
    assert adaptation([]) == Adaptation(accumulate=1, batch_divisor=1, rate_factor=1.0)
    assert adaptation([Remedy.ACCUMULATE, Remedy.LOWER, Remedy.ACCUMULATE]) == Adaptation(4, 1, 0.5)
    assert adaptation([Remedy.HALVE, Remedy.LOWER]) == Adaptation(1, 2, 0.25)
    assert adaptation([Remedy.HALVE, Remedy.FORGET, Remedy.LOWER]) == Adaptation(1, 1, 0.5)
    assert adaptation([str(Remedy.HALVE), "something that a later version did"]) == Adaptation(1, 2, 0.5)


@pytest.mark.parametrize(("on_oom", "remedy"), [("accumulate", Remedy.ACCUMULATE), ("halve", Remedy.HALVE)])
def test_out_of_memory_is_met_three_times_a_start(on_oom: str, remedy: Remedy) -> None:
    policy, tried = RecoveryPolicy(on_oom, batch_size=64), []  # type: ignore[arg-type]
    for _ in range(4):
        tried.append(policy.remedy(Fault.OUT_OF_MEMORY, adaptation(filter(None, tried))))
    assert tried == [remedy] * 3 + [None]
    assert policy.remedy(Fault.BAD_LOSS, Adaptation()) == Remedy.LOWER  # counted by itself


def test_a_learning_rate_is_halved_and_then_far_too_high() -> None:
    policy = RecoveryPolicy("stop", batch_size=8)
    tried = [policy.remedy(Fault.BAD_LOSS, Adaptation()) for _ in range(4)]
    assert tried == [Remedy.LOWER, Remedy.LOWER_MORE, Remedy.LOWER_MORE, None]
    assert adaptation(filter(None, tried)).rate_factor == pytest.approx(1 / 200)


@pytest.mark.parametrize(
    ("batch_size", "adapted"),
    [(1, Adaptation()), (3, Adaptation()), (4, Adaptation(accumulate=4)), (4, Adaptation(2, 2)), (6, Adaptation(2))],
)
def test_a_batch_that_can_not_be_halved_ends_it(batch_size: int, adapted: Adaptation) -> None:
    assert RecoveryPolicy("accumulate", batch_size=batch_size).remedy(Fault.OUT_OF_MEMORY, adapted) is None


def test_who_wants_no_recovery_gets_none() -> None:
    assert RecoveryPolicy("stop", batch_size=8).remedy(Fault.OUT_OF_MEMORY, Adaptation()) is None


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_is_told_at_once(loss: float) -> None:
    assert LossWatch().judge(loss) == "is no number any more"


def judge_all(losses: list[float]) -> list[str | None]:
    watch = LossWatch()
    return [watch.judge(loss) for loss in losses]


def test_a_loss_explodes_when_it_is_a_hundred_times_the_usual_twice_in_a_row() -> None:
    usual = [2.0] * 9 + [500.0] + [2.0] * 20  # nothing is usual before ten
    assert not any(judge_all([*usual, 201, 2, 201, 2]))
    assert judge_all([*usual, 200, 200, 200])[-1] is None
    assert judge_all([*usual, 201, 1e6])[-1] == "has exploded to more than 100 times the 2 that was usual"
    assert not any(judge_all([0.01] * 9 + [1e6] * 2))


def test_only_the_last_hundred_are_usual() -> None:
    assert not any(judge_all([0.001] * 200 + [0.09] * 60 + [5.0] * 3))
    assert re.match("has exploded", judge_all([0.001] * 200 + [0.09] * 40 + [5.0] * 2)[-1] or "")

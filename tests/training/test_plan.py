import pytest

from tfodkit.training.plan import TrainingPlan


@pytest.mark.parametrize(("steps", "every"), [(500, 100), (7, 2), (1, 1), (50_000, 1000)])
def test_a_run_is_evaluated_five_times_and_every_thousand_steps(steps: int, every: int) -> None:
    assert TrainingPlan.make(steps=steps, eval_every=None, log_every=10).eval_every == every


def test_the_last_step_is_logged_evaluated_and_saved_whatever_the_cadence() -> None:
    plan = TrainingPlan(steps=25, eval_every=10, log_every=4)
    assert [step for step in range(1, 26) if plan.evaluates_at(step)] == [10, 20, 25]
    assert [step for step in range(1, 26) if plan.logs_at(step)] == [1, 4, 8, 10, 12, 16, 20, 24, 25]


def test_zero_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="steps must be 1 or more, but got 0"):
        TrainingPlan(steps=0, eval_every=1, log_every=1)

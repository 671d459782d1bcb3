import pytest

from tfodkit.errors import UsageError
from tfodkit.training.cadence import Cadence
from tfodkit.training.plan import TrainingPlan

TEN_MINUTES = Cadence(10, "minutes")


def plan_of(steps: int, eval_every: Cadence | None = None, log_every: int = 10) -> TrainingPlan:
    return TrainingPlan.make(
        steps=steps, steps_per_epoch=12.5, eval_every=eval_every, save_every=TEN_MINUTES, log_every=log_every
    )


@pytest.mark.parametrize(("steps", "every"), [(500, 100), (7, 2), (1, 1), (50_000, 1000)])
def test_a_run_is_evaluated_five_times_and_every_thousand_steps(steps: int, every: int) -> None:
    assert plan_of(steps).eval_every == Cadence(every)


def test_the_last_step_is_evaluated_and_saved_whatever_the_cadence() -> None:
    plan = plan_of(25, Cadence(10), log_every=4)
    assert [step for step in range(1, 26) if plan.evaluates_at(step, seconds=0)] == [10, 20, 25]
    assert [step for step in range(1, 26) if plan.logs_at(step)] == [1, 4, 8, 12, 16, 20, 24]
    assert plan.evaluates_at(30, seconds=0)  # a run that is past it


def test_epochs_become_steps_in_one_place() -> None:
    assert plan_of(100, Cadence(2, "epochs")).eval_every == Cadence(25)
    assert plan_of(100, Cadence(0.001, "epochs")).eval_every == Cadence(1)


def test_minutes_are_those_since_the_last_time() -> None:
    plan = plan_of(25, Cadence(2, "minutes"))
    assert [plan.evaluates_at(7, seconds=seconds) for seconds in (0, 119, 120, 500)] == [False, False, True, True]
    assert [plan.saves_at(7, seconds=seconds) for seconds in (0, 599, 600)] == [False, False, True]


@pytest.mark.parametrize(
    ("every", "step", "left"),
    [
        (Cadence(10), 0, 3),
        (Cadence(10), 10, 2),
        (Cadence(10), 25, 1),
        (Cadence(13), 13, 1),
        (Cadence(1, "minutes"), 6, 5),
    ],
)
def test_the_evaluations_to_come_are_counted(every: Cadence, step: int, left: int) -> None:
    assert plan_of(26, every).evaluations_left(step, seconds_per_step=12.0) == left


def test_zero_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="steps must be 1 or more, but got 0"):
        TrainingPlan(steps=0, eval_every=Cadence(1), save_every=Cadence(1), log_every=1)


def test_epochs_of_unknown_length_are_refused() -> None:
    message = (
        r"--save-every: is in epochs \(2 epochs\), but no manifest\.json beside the records tells how many images "
        r"one has\. Give it in steps, or write the records with tfodkit make-records\."
    )
    with pytest.raises(UsageError, match=message):
        TrainingPlan.make(steps=9, steps_per_epoch=None, eval_every=None, save_every=Cadence(2, "epochs"), log_every=1)


def test_steps_in_one_call_end_where_something_happens_and_within_two_seconds() -> None:
    plan = TrainingPlan(steps=33, eval_every=Cadence(12), save_every=TEN_MINUTES, log_every=10, at_once=8)
    step, reached = 1, []
    while step < plan.steps:
        step += plan.steps_at_once(step, step_seconds=0.01)
        reached.append(step)
    assert reached == [9, 10, 12, 20, 24, 30, 33]
    assert [plan.steps_at_once(0, step_seconds=seconds) for seconds in (0.0, 0.5, 0.7, 9.0, None)] == [8, 4, 2, 1, 1]
    saving = TrainingPlan(steps=33, eval_every=TEN_MINUTES, save_every=Cadence(3), log_every=10, at_once=8)
    assert saving.steps_at_once(0, step_seconds=0.01) == 3
    assert plan_of(33).steps_at_once(0, step_seconds=0.01) == 1

import pytest

from tfodkit.training.pace import Pace


@pytest.fixture
def pace() -> Pace:
    return Pace(images_a_step=8, validation_images=40)


def test_nothing_is_known_while_the_only_report_holds_the_tracing(pace: Pace) -> None:
    pace.took_steps(1, seconds=60, waited=1)
    assert (pace.steps_per_second, pace.images_per_second, pace.waiting_share) == (None, None, None)
    assert pace.evaluation_seconds is None
    assert pace.seconds_for(steps=100, evaluations=2) is None


def test_speed_and_waiting_are_those_of_the_steps(pace: Pace) -> None:
    for _ in range(3):
        pace.took_steps(1, seconds=0.5, waited=0.1)
    assert pace.steps_per_second == pytest.approx(2)
    assert pace.images_per_second == pytest.approx(16)
    assert pace.waiting_share == pytest.approx(0.2)


def test_several_steps_in_one_report_weigh_as_much_as_one_by_one(pace: Pace) -> None:
    other = Pace(images_a_step=8, validation_images=40)
    for each in (pace, other):
        each.took_steps(10, seconds=60, waited=0)
        each.took_steps(1, seconds=1, waited=0.5)
    pace.took_steps(10, seconds=5, waited=1)
    for _ in range(10):
        other.took_steps(1, seconds=0.5, waited=0.1)
    assert pace.step_seconds == pytest.approx(other.step_seconds)
    assert pace.waiting_share == pytest.approx(other.waiting_share)


def test_what_is_left_takes_the_time_of_its_evaluations_too(pace: Pace) -> None:
    for _ in range(2):
        pace.took_steps(1, seconds=0.5, waited=0)
    assert pace.evaluation_seconds == pytest.approx(40 * 0.5 / 8 / 2), (
        "40 images at half the time of learning from them"
    )
    pace.took_evaluation(1)
    pace.took_evaluation(7)
    assert pace.seconds_for(steps=100, evaluations=3) == pytest.approx(50 + 21)


def test_the_first_evaluation_is_traced_and_the_next_are_not(pace: Pace) -> None:
    pace.took_steps(1, seconds=60, waited=0)
    pace.took_steps(1, seconds=0.5, waited=0)
    assert pace.seconds_for(steps=100, evaluations=2) == pytest.approx(50 + 2 * 1.25 + 30)
    assert pace.seconds_for(steps=100, evaluations=0) == pytest.approx(50)
    pace.took_evaluation(40)
    assert pace.seconds_for(steps=100, evaluations=1) == pytest.approx(50 + 1.25)
    pace.took_evaluation(2)
    assert pace.seconds_for(steps=100, evaluations=1) == pytest.approx(50 + 2)


def test_an_evaluation_before_any_step_is_taken_as_it_is(pace: Pace) -> None:
    pace.took_evaluation(7)
    assert pace.evaluation_seconds == 7

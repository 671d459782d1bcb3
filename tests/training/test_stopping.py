import pytest

from tfodkit.training.stopping import Evaluated, Patience, StoppingRule, compared


def history(*values: float) -> list[Evaluated]:
    """An evaluation every ten steps."""
    return [Evaluated(10 * number, value) for number, value in enumerate(values, 1)]


def rule(**overrides: float | bool | None) -> StoppingRule:
    return StoppingRule(**{"higher_is_better": True, "patience": 2, **overrides})  # type: ignore[arg-type]


def test_patience_ends_after_so_many_evaluations_without_improvement() -> None:
    figures = history(0.1, 0.3, 0.2, 0.3)
    assert rule().judge(figures[:3]) == Patience(Evaluated(20, 0.3), 1, 2)
    assert not rule().judge(figures[:3]).is_exhausted
    assert rule().judge(figures).is_exhausted
    assert not rule().judge([*figures, Evaluated(50, 0.4)]).is_exhausted
    assert not rule(patience=None).judge(figures).is_exhausted


def test_a_smaller_gain_than_min_delta_is_none_and_gains_add_up() -> None:
    creeping = history(0.10, 0.14, 0.18)
    assert rule(min_delta=0.05).judge(creeping[:2]).waited == 1
    assert rule(min_delta=0.05).judge(creeping) == Patience(Evaluated(30, 0.18), 0, 2)
    assert rule(min_delta=0.125).judge(history(0.5, 0.625)).waited == 1  # by more than, not by as much


def test_a_loss_improves_downwards() -> None:
    losses = rule(higher_is_better=False)
    assert losses.judge(history(3, 2, 1)).waited == 0
    assert losses.judge(history(1, 2, 3)).is_exhausted


def test_nothing_is_counted_during_the_warm_up() -> None:
    falling = history(0.5, 0.4, 0.3, 0.2, 0.1)
    assert [rule(warm_up_steps=30).judge(falling[:count]).waited for count in range(6)] == [0, 0, 0, 0, 1, 2]
    assert [rule().judge(falling[:count]).waited for count in range(6)] == [0, 0, 1, 2, 3, 4]


def test_time_is_that_of_the_start() -> None:
    assert [rule(max_hours=0.5).is_out_of_time(seconds) for seconds in (0, 1799, 1800)] == [False, False, True]
    assert not rule().is_out_of_time(1e9)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Patience(None, 0, 3), ""),
        (Patience(None, 2, None), ""),
        (Patience(None, 2, 3), "2 of 3 evaluations without improvement"),
    ],
)
def test_what_is_waited_for_is_told(verdict: Patience, words: str) -> None:
    assert str(verdict) == words


def test_what_was_compared_with_what_is_told() -> None:
    assert compared("mAP", Evaluated(10, 0.5), None) == "step 10: mAP 0.5000, the first"

"""Cuts between scores, and thresholds that can be typed."""

import numpy as np
import pytest
from evaluation_sets import make_found, make_set, make_truth
from hypothesis import given, strategies as st

from tfodkit.evaluation.accuracy.ranking import Ranking, plain_number, rank

SCORES = st.lists(st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1, width=32)), max_size=12)


def make_ranking(*score: float, lowest: float | None = None) -> Ranking:
    lowest = min(score, default=1) if lowest is None else lowest
    ranked = np.array(sorted(score, reverse=True), np.float64)
    rows = np.arange(len(ranked))
    return Ranking("mug", 1, rows, ranked, np.zeros(len(rows) + 1, np.int64), lowest)


@given(SCORES)
def test_the_threshold_of_a_cut_keeps_as_many_and_lies_within_0_and_1(scores: list[float]) -> None:
    ranking = make_ranking(*scores)
    for cut in ranking.cuts():
        threshold = ranking.threshold_that_keeps(int(cut))
        assert ranking.kept(threshold) == cut
        assert 0 <= threshold <= 1


@given(SCORES, st.floats(0, 1))
def test_every_threshold_keeps_one_of_the_cuts(scores: list[float], threshold: float) -> None:
    kept = make_ranking(*scores).kept(threshold)
    assert kept == sum(score >= threshold for score in scores)
    assert kept in make_ranking(*scores).cuts()


def test_equal_scores_stay_together_and_a_score_of_one_is_always_kept() -> None:
    assert make_ranking(0.9, 0.5, 0.5, 0.1).cuts().tolist() == [0, 1, 3, 4]
    assert make_ranking(1.0, 1.0, 0.5).cuts().tolist() == [2, 3]
    assert make_ranking().cuts().tolist() == [0]


@pytest.mark.parametrize(
    ("lowest", "threshold"),
    [
        (0.625, 0.62),  # detections may have been cut off there: nothing is known of lower scores
        (0.501, 0.6),  # other classes have lower scores, so that this one would have shown them
        (0.001, 0.3),
    ],
)
def test_the_threshold_that_keeps_all_stays_where_detections_are(lowest: float, threshold: float) -> None:
    assert make_ranking(0.9, 0.625, lowest=lowest).threshold_that_keeps(2) == threshold


@pytest.mark.parametrize(
    ("low", "high", "number"),
    [
        (0.0, 0.98, 0.5),
        (0.5, 0.6, 0.6),  # a threshold keeps a score that equals it
        (0.6, 0.7, 0.65),  # 0.6 lies closer to the middle in binary than 0.7, but it would keep one more
        (0.41231, 0.41264, 0.4125),
        (0.0, 0.0, 0.0),
        (np.nextafter(0.7, 0), 0.7, 0.7),
    ],
)
def test_the_number_of_fewest_decimals_is_taken(low: float, high: float, number: float) -> None:
    assert plain_number(low, high) == number


def test_the_threshold_of_the_docstring() -> None:
    assert (plain_number(0.4123, 0.4877), plain_number(0.41231, 0.41264), plain_number(0.02, 0.9)) == (
        0.45,
        0.4125,
        0.5,
    )


def test_a_class_without_a_name_is_refused() -> None:
    images = make_set(make_truth(), make_found((0, 3, (0.0, 0.0, 9.0, 9.0), 0.5)), classes=2)
    with pytest.raises(ValueError, match=r"class ids must be among \[1, 2\], but got 3"):
        rank(images, iou=0.5)

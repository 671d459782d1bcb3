"""Each kind of mistake in a picture made by hand, its AP worked out on paper at COCO's 101 recalls."""

import numpy as np
import pytest
from coco_reference import reference
from evaluation_sets import Box, evaluation_sets, make_found, make_set, make_truth
from hypothesis import given

from tfodkit.evaluation.accuracy.matching import match
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes.kinds import MISTAKES, judge
from tfodkit.evaluation.mistakes.oracles import without
from tfodkit.evaluation.mistakes.tide import analyse_mistakes
from tfodkit.evaluation.mistakes.values import Mistake, MistakeAnalysis

HERE: Box = (0, 0, 100, 100)
HERE_BY_40_PERCENT: Box = (0, 0, 100, 40)
THERE: Box = (200, 100, 300, 200)
NOWHERE: Box = (320, 220, 400, 300)
RIGHT_WRONG_RIGHT = (51 + 50 * 2 / 3) / 101
"""AP of two objects, the first and the third detection right."""


def analysed(
    truth: list[tuple[int, Box]], found: list[tuple[int, Box, float]], *, crowd: tuple[int, ...] = ()
) -> MistakeAnalysis:
    """One image: objects as class and box, detections as class, box and score."""
    return analyse_mistakes(
        make_set(
            make_truth(*((0, *row) for row in truth), crowd=crowd),
            make_found(*((0, *row) for row in found)),
            classes=2,
        )
    )


def lost(analysis: MistakeAnalysis) -> dict[Mistake, float]:
    """What is lost by the kinds that cost anything."""
    return {mistake: value for mistake, value in analysis.ap_lost.items() if value}


def counted(analysis: MistakeAnalysis) -> dict[Mistake, int]:
    return {mistake: count for mistake, count in analysis.counts.items() if count}


def test_a_detection_on_an_object_of_another_class_is_misclassified() -> None:
    analysis = analysed([(1, THERE), (2, HERE)], [(1, HERE, 0.9), (1, THERE, 0.8)])
    assert counted(analysis) == {Mistake.CLASSIFICATION: 1}
    assert analysis.mistake_of.tolist() == [Mistake.CLASSIFICATION, None]
    assert analysis.object_of.tolist() == [1, -1]
    assert analysis.is_missed.tolist() == [False, False]
    assert analysis.ap == pytest.approx(0.25)  # of class 1 wrong, right: 0.5; of class 2 nothing is found
    assert lost(analysis) == pytest.approx({Mistake.CLASSIFICATION: 0.75})


def test_a_detection_that_covers_too_little_of_its_object_is_badly_localised() -> None:
    analysis = analysed([(1, HERE)], [(1, HERE_BY_40_PERCENT, 0.9)])
    assert counted(analysis) == {Mistake.LOCALISATION: 1}
    assert analysis.object_of.tolist() == [0]
    assert analysis.is_missed.tolist() == [False]
    assert analysis.ap == 0
    assert lost(analysis) == pytest.approx({Mistake.LOCALISATION: 1})


def test_a_detection_of_another_class_that_covers_too_little_is_both_and_its_object_is_missed() -> None:
    analysis = analysed([(1, THERE), (2, HERE)], [(1, HERE_BY_40_PERCENT, 0.9), (1, THERE, 0.8)])
    assert counted(analysis) == {Mistake.BOTH: 1, Mistake.MISSED: 1}
    assert analysis.object_of.tolist() == [1, -1]
    assert analysis.is_missed.tolist() == [False, True]
    assert analysis.ap == pytest.approx(0.25)
    # removed, class 1 has 1 and class 2 stays at 0; not missed, class 2 has nothing left to do wrong, and has 1
    assert lost(analysis) == pytest.approx({Mistake.BOTH: 0.25, Mistake.MISSED: 0.5})


def test_a_second_detection_of_an_object_is_a_duplicate() -> None:
    analysis = analysed([(1, HERE), (1, THERE)], [(1, HERE, 0.9), (1, HERE, 0.8), (1, THERE, 0.7)])
    assert counted(analysis) == {Mistake.DUPLICATE: 1}
    assert analysis.mistake_of.tolist() == [None, Mistake.DUPLICATE, None]
    assert analysis.object_of.tolist() == [-1, 0, -1]
    assert analysis.ap == pytest.approx(RIGHT_WRONG_RIGHT)
    assert lost(analysis) == pytest.approx({Mistake.DUPLICATE: 1 - RIGHT_WRONG_RIGHT})


def test_a_detection_where_nothing_is_is_background() -> None:
    analysis = analysed([(1, HERE)], [(1, NOWHERE, 0.9), (1, HERE, 0.8)])
    assert counted(analysis) == {Mistake.BACKGROUND: 1}
    assert analysis.object_of.tolist() == [-1, -1]
    assert analysis.ap == pytest.approx(0.5)
    assert lost(analysis) == pytest.approx({Mistake.BACKGROUND: 0.5})


def test_an_object_without_any_detection_is_missed() -> None:
    analysis = analysed([(1, HERE), (1, THERE)], [(1, HERE, 0.9)])
    assert counted(analysis) == {Mistake.MISSED: 1}
    assert analysis.is_missed.tolist() == [False, True]
    assert analysis.ap == pytest.approx(51 / 101)
    assert lost(analysis) == pytest.approx({Mistake.MISSED: 50 / 101})


def test_false_positives_are_removed_and_false_negatives_no_longer_counted() -> None:
    analysis = analysed([(1, HERE), (1, THERE)], [(1, NOWHERE, 0.9), (1, HERE, 0.8)])
    assert analysis.ap == pytest.approx(0.5 * 51 / 101)
    assert analysis.false_positive_ap_lost == pytest.approx(0.5 * 51 / 101)
    assert analysis.false_negative_ap_lost == pytest.approx(0.5 * 50 / 101)


def test_a_badly_localised_object_is_a_false_negative_though_it_is_not_missed() -> None:
    analysis = analysed([(1, HERE), (1, THERE)], [(1, THERE, 0.9), (1, HERE_BY_40_PERCENT, 0.8)])
    assert analysis.ap_lost[Mistake.MISSED] == 0
    assert analysis.false_negative_ap_lost == pytest.approx(50 / 101)


def test_of_several_bad_boxes_of_an_object_one_is_put_right_and_the_rest_removed() -> None:
    other: Box = (0, 0, 40, 100)
    analysis = analysed([(1, HERE), (1, THERE)], [(1, HERE_BY_40_PERCENT, 0.9), (1, other, 0.8), (1, THERE, 0.7)])
    assert counted(analysis) == {Mistake.LOCALISATION: 2}
    # wrong, wrong, right: a third up to half of the objects
    assert lost(analysis) == pytest.approx({Mistake.LOCALISATION: 1 - 51 / 3 / 101})


@pytest.mark.parametrize("wrong", [(1, HERE_BY_40_PERCENT), (2, HERE)])
def test_an_object_is_not_found_twice_by_mended_detections(wrong: tuple[int, Box]) -> None:
    """Else the object that is missed would seem to be found as well."""
    analysis = analysed([(1, HERE), (1, THERE)], [(*wrong, 0.9), (*wrong, 0.8)])
    kind = Mistake.CLASSIFICATION if wrong[0] == 2 else Mistake.LOCALISATION
    assert lost(analysis) == pytest.approx({kind: 51 / 101})


@pytest.mark.parametrize(
    ("wrong", "score"),
    [((2, HERE), 0.9), ((2, HERE), 0.6), ((1, HERE_BY_40_PERCENT), 0.9), ((1, HERE_BY_40_PERCENT), 0.6)],
)
def test_of_a_mended_detection_and_the_right_one_of_its_object_the_higher_score_stays(
    wrong: tuple[int, Box], score: float
) -> None:
    """With the lower score removed, whichever that is, two objects are found by two detections."""
    right = [(1, HERE, 0.7), (1, THERE, 0.5), (2, NOWHERE, 0.4)]
    found = sorted([*right, (*wrong, score)], key=lambda row: -row[2])
    analysis = analysed([(1, HERE), (1, THERE), (2, NOWHERE)], found)
    assert analysis.ap is not None
    assert analysis.ap < 1
    kind = Mistake.CLASSIFICATION if wrong[0] == 2 else Mistake.LOCALISATION
    assert lost(analysis) == pytest.approx({kind: 1 - analysis.ap})


def test_the_object_that_is_overlapped_most_decides_the_kind() -> None:
    nine_tenths: Box = (0, 0, 100, 90)
    three_quarters: Box = (0, 0, 100, 75)
    mostly_other = analysed([(1, HERE_BY_40_PERCENT), (2, nine_tenths)], [(1, nine_tenths, 0.9)])
    assert counted(mostly_other) == {Mistake.CLASSIFICATION: 1, Mistake.MISSED: 1}
    mostly_own = analysed(
        [(1, HERE), (2, three_quarters)], [(1, HERE, 0.9), (1, nine_tenths, 0.8), (2, three_quarters, 0.7)]
    )
    assert counted(mostly_own) == {Mistake.DUPLICATE: 1}
    as_much = analysed([(1, HERE), (2, HERE)], [(1, HERE, 0.9), (1, HERE, 0.8), (2, HERE, 0.7)])
    assert counted(as_much) == {Mistake.DUPLICATE: 1}


def test_an_overlap_of_just_a_tenth_is_bad_localisation_and_less_is_background() -> None:
    assert counted(analysed([(1, HERE)], [(1, (0, 0, 100, 10), 0.9)])) == {Mistake.LOCALISATION: 1}
    background = {Mistake.BACKGROUND: 1, Mistake.MISSED: 1}
    assert counted(analysed([(1, HERE)], [(1, (0, 0, 100, 9.9), 0.9)])) == background


def test_crowds_are_neither_missed_nor_meant() -> None:
    analysis = analysed([(1, HERE), (2, THERE)], [(1, HERE, 0.9), (1, THERE, 0.8)], crowd=(0, 1))
    assert counted(analysis) == {Mistake.BACKGROUND: 1}  # the first lies on a crowd of its class: it is ignored
    assert analysis.mistake_of.tolist() == [None, Mistake.BACKGROUND]
    assert analysis.ap is None
    assert lost(analysis) == {}


def test_the_hundred_and_first_detection_of_a_class_is_ignored() -> None:
    analysis = analysed([(1, HERE)], [(1, NOWHERE, 0.9)] * 101 + [(2, NOWHERE, 0.1)])
    assert counted(analysis) == {Mistake.BACKGROUND: 101, Mistake.MISSED: 1}
    assert analysis.mistake_of[100] is None


def test_a_class_that_is_missed_whole_is_perfect_without_the_misses_unless_it_has_wrong_detections() -> None:
    silent = analysed([(1, HERE)], [])
    assert (silent.ap, lost(silent)) == (0, {Mistake.MISSED: 1})
    assert (silent.false_positive_ap_lost, silent.false_negative_ap_lost) == (0, 1)
    astray = analysed([(1, HERE)], [(1, NOWHERE, 0.9)])
    assert (astray.ap, lost(astray)) == (0, {})
    assert (astray.false_positive_ap_lost, astray.false_negative_ap_lost) == (0, 0)


def test_nothing_at_all_has_no_ap_and_loses_none() -> None:
    analysis = analysed([], [])
    assert (analysis.ap, lost(analysis), counted(analysis)) == (None, {}, {})
    assert (analysis.false_positive_ap_lost, analysis.false_negative_ap_lost) == (0, 0)


@pytest.mark.parametrize(("background", "foreground"), [(0, 0.5), (0.5, 0.5), (0.1, 1.1), (float("nan"), 0.5)])
def test_ious_that_make_no_sense_are_refused(background: float, foreground: float) -> None:
    images = make_set(make_truth(), make_found())
    with pytest.raises(ValueError, match=r"must be 0 < background_iou < foreground_iou <= 1, but got "):
        analyse_mistakes(images, foreground_iou=foreground, background_iou=background)


@given(evaluation_sets())
def test_every_detection_is_right_or_ignored_or_one_mistake(images: EvaluationSet) -> None:
    analysis = analyse_mistakes(images)
    matches = match(images, (0.5,))
    is_mistaken = np.array([mistake is not None for mistake in analysis.mistake_of], bool)
    is_right_or_ignored = (matches.object_of[0] >= 0) | ~matches.counts
    assert (is_mistaken != is_right_or_ignored).all()
    assert sum(analysis.counts.values()) == is_mistaken.sum() + analysis.is_missed.sum()
    is_found = matches.detection_of[0] >= 0
    assert not (analysis.is_missed & (is_found | images.truth.is_crowd)).any()
    # an object that is neither found nor missed is what a misclassified or badly localised detection is about
    about = analysis.object_of[np.isin(analysis.mistake_of, (Mistake.CLASSIFICATION, Mistake.LOCALISATION))]
    assert set(np.flatnonzero(~analysis.is_missed & ~is_found & ~images.truth.is_crowd)) <= set(about.tolist())


@given(evaluation_sets())
def test_no_kind_gains_and_without_any_mistake_ap_is_one(images: EvaluationSet) -> None:
    analysis = analyse_mistakes(images)
    judgement = judge(images, foreground_iou=0.5, background_iou=0.1)
    best = without(images, judgement, range(len(MISTAKES))).mean_ap()
    assert best == (None if analysis.ap is None else pytest.approx(1))
    special = (analysis.false_positive_ap_lost, analysis.false_negative_ap_lost)
    assert min(*analysis.ap_lost.values(), *special) >= -1e-12
    assert max(*analysis.ap_lost.values(), *special) <= (1 if analysis.ap is None else 1 - analysis.ap) + 1e-12


@given(evaluation_sets())
def test_ap_is_that_of_the_reference(images: EvaluationSet) -> None:
    at_half = reference(images).stats[1]
    assert analyse_mistakes(images).ap == (None if at_half == -1 else pytest.approx(at_half, abs=1e-12))


@given(evaluation_sets())
def test_matches_that_are_known_already_give_the_same(images: EvaluationSet) -> None:
    matches = match(images, (0.3, 0.5, 0.75))
    for iou in (0.5, 0.75):
        known, own = (analyse_mistakes(images, foreground_iou=iou, matches=some) for some in (matches, None))
        assert (known.ap, known.ap_lost, known.counts) == (own.ap, own.ap_lost, own.counts)

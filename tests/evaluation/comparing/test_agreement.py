"""Agreement counted by hand, and what holds for any two sets of boxes."""

import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tfodkit.boxes import Box, OrientedBox
from tfodkit.evaluation.comparing.agreement import Agreement, compare_images
from tfodkit.evaluation.comparing.labelled import LabelledImage, LabelledObject, LabelledSet


def labelled(label, *box, **values):
    return LabelledObject(label, OrientedBox(*box) if len(box) == 5 else Box(*box), **values)


def image(*objects, name="a.jpg"):
    return LabelledImage(name, (100, 100), objects, Path(f"{name}.xml"))


def compared(a, b, iou=0.5):
    return compare_images(image(*a), image(*b), iou=iou)


MUG, CUP, BAGEL = labelled("mug", 0, 0, 10, 10), labelled("cup", 0, 0, 10, 10), labelled("bagel", 50, 50, 70, 60)


def test_a_set_agrees_with_itself():
    found = compared([MUG, CUP, BAGEL], [BAGEL, CUP, MUG])  # two classes on one box, in another order
    assert [(pair.a.label, pair.b.label, pair.iou) for pair in found.matched] == [
        ("mug", "mug", 1),
        ("cup", "cup", 1),
        ("bagel", "bagel", 1),
    ]
    assert (found.only_a, found.only_b, found.differences, found.mean_iou) == ((), (), 0, 1)
    agreement = Agreement(0.5, (found,))
    assert (agreement.f1, agreement.class_f1, agreement.kappa, agreement.ranked) == (1, 1, 1, ())


def test_the_pair_of_highest_iou_goes_first_and_each_box_once():
    near, nearer = labelled("mug", 0, 0, 10, 6), labelled("cup", 0, 0, 10, 9)
    found = compared([MUG], [near, nearer])
    (pair,) = found.matched
    assert (pair.b, pair.iou, pair.is_same_class) == (nearer, pytest.approx(0.9), False)
    assert found.only_b == (near,)
    assert (found.differences, found.disagreements) == (2, (pair,))


def test_what_overlaps_too_little_is_in_one_set_only_and_nearly_matched():
    half = labelled("mug", 0, 0, 10, 5)
    assert compared([MUG], [half]).matched  # 0.5 counts
    found = compared([MUG, BAGEL], [half], iou=0.51)
    assert (found.matched, found.only_a, found.only_b, found.near_ious) == ((), (MUG, BAGEL), (half,), (0.5,))
    assert (found.mean_iou, found.differences) == (None, 3)


def test_turned_boxes_are_compared_with_each_other_and_with_upright_ones():
    bar, crossed = labelled("ship", 50, 50, 40, 8, 0.6), labelled("ship", 50, 50, 40, 8, 0.6 + math.pi / 2)
    assert compared([bar], [bar]).matched[0].iou == 1
    assert compared([bar], [crossed]).near_ious == (pytest.approx(64 / (2 * 320 - 64)),)
    upright = LabelledObject("ship", bar.enclosing)
    assert compared([bar], [upright], iou=0.1).matched[0].iou == pytest.approx(320 / bar.enclosing.area)


@pytest.fixture
def agreement():
    first = compare_images(image(MUG, BAGEL), image(CUP, BAGEL), iou=0.5)
    moved = labelled("bagel", 50, 50, 70, 58)
    second = compare_images(image(MUG, BAGEL, name="b.jpg"), image(moved, name="b.jpg"), iou=0.5)
    third = compare_images(image(BAGEL, name="c.jpg"), image(labelled("bagel", 50, 50, 70, 59), name="c.jpg"), iou=0.5)
    return Agreement(0.5, (first, second, third, compare_images(image(name="d"), image(name="d"), iou=0.5)))


def test_the_figures_of_all_images(agreement):
    assert (len(agreement.matched), agreement.only_a, agreement.only_b) == (4, 1, 0)
    assert agreement.f1 == pytest.approx(8 / 9)
    assert agreement.class_f1 == pytest.approx(6 / 9)
    assert agreement.mean_iou == pytest.approx((1 + 1 + 0.8 + 0.9) / 4)
    assert agreement.disagreements == (("mug", "cup", 1),)
    # 3 of 4 agree; by chance, bagel in a 3/4 times bagel in b 3/4
    assert agreement.kappa == pytest.approx((3 / 4 - 9 / 16) / (1 - 9 / 16))
    assert [(each.name, each.boxes_a, each.boxes_b, each.agreed, each.f1) for each in agreement.classes] == [
        ("bagel", 3, 3, 3, 1),
        ("cup", 0, 1, 0, 0),
        ("mug", 2, 0, 0, 0),
    ]


def test_the_images_that_differ_most_come_first_and_those_that_are_the_same_not_at_all(agreement):
    assert [(found.name, found.differences) for found in agreement.ranked] == [("b.jpg", 1), ("a.jpg", 1), ("c.jpg", 0)]


def test_the_histogram_counts_matched_and_near_pairs():
    far = compare_images(image(MUG), image(labelled("mug", 0, 0, 10, 2)), iou=0.5)
    same = compare_images(image(MUG, BAGEL), image(MUG, labelled("bagel", 50, 50, 70, 59)), iou=0.5)
    counts = Agreement(0.5, (far, same)).histogram()
    assert len(counts) == 20
    assert {place: count for place, count in enumerate(counts) if count} == {4: 1, 18: 1, 19: 1}


def test_where_there_is_nothing_there_is_no_figure():
    empty = Agreement(0.5, (compare_images(image(), image(), iou=0.5),))
    assert (empty.f1, empty.class_f1, empty.mean_iou, empty.kappa) == (None, None, None, None)
    assert (empty.disagreements, empty.classes, empty.ranked) == ((), (), ())


def test_detections_below_a_threshold_are_left_out_of_what_has_scores():
    low, high = labelled("mug", 0, 0, 1, 1, score=0.2), labelled("mug", 0, 0, 1, 1, score=0.5)
    detections, annotations = LabelledSet("b", (image(low, high),)), LabelledSet("a", (image(MUG),))
    assert detections.above(0.5).images[0].objects == (high,)
    assert annotations.above(0.5) is annotations
    assert (detections.has_scores, annotations.has_scores) == (True, False)


CORNER, SIDE = st.integers(0, 12), st.integers(1, 9)
LABEL = st.sampled_from(["mug", "cup"])
UPRIGHT = st.builds(lambda label, x, y, w, h: labelled(label, x, y, x + w, y + h), LABEL, CORNER, CORNER, SIDE, SIDE)
TURNED = st.builds(labelled, LABEL, CORNER, CORNER, SIDE, SIDE, st.floats(0, 3.14))
OBJECTS = st.lists(UPRIGHT | TURNED, max_size=8)


@given(OBJECTS, OBJECTS, st.floats(0.05, 1))
def test_every_box_is_matched_or_in_one_set_only(a, b, iou):
    found = compared(a, b, iou)
    assert Counter([pair.a for pair in found.matched] + list(found.only_a)) == Counter(a)
    assert Counter([pair.b for pair in found.matched] + list(found.only_b)) == Counter(b)
    assert all(pair.iou >= iou for pair in found.matched)
    assert all(value < iou for value in found.near_ious)
    agreement = Agreement(iou, (found,))
    assert sum(each.boxes_a for each in agreement.classes) == len(a)
    assert sum(each.boxes_b for each in agreement.classes) == len(b)
    assert sum(agreement.histogram()) == len(found.matched) + len(found.near_ious)
    assert agreement.kappa is None or -1 <= agreement.kappa <= 1


@given(OBJECTS, OBJECTS)
def test_it_is_as_much_from_either_side(a, b):
    one, other = compared(a, b), compared(b, a)
    assert sorted(pair.iou for pair in one.matched)[-1:] == pytest.approx(
        sorted(pair.iou for pair in other.matched)[-1:]
    )
    assert compared(a, a).differences == 0

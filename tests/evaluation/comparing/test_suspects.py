"""Each kind of suspicion in a scene made for it, its doubt worked out by hand; and planted errors, all found."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tfodkit.boxes import Box
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.labelled import LabelledImage, LabelledObject
from tfodkit.evaluation.comparing.labels_as_columns import evaluation_of
from tfodkit.evaluation.comparing.suspects import Suspicion, find_suspects

BOX = (10, 10, 30, 30)


def thing(label, *xyxy, **values):
    return LabelledObject(label, Box(*(xyxy or BOX)), **values)


def seen(label, score, *xyxy):
    return thing(label, *xyxy, score=score)


def scene(*pictures):
    """An evaluation of ``(objects, detections)`` a picture of 100 x 100 pixels."""
    images = [
        [LabelledImage(f"{place}.jpg", (100, 100), tuple(objects), Path("x.xml")) for place, objects in enumerate(side)]
        for side in zip(*pictures, strict=True)
    ]
    return evaluation_of(*images)


RIGHT = ([thing("mug")], [seen("mug", 0.8)])
"""A mug found with a score of 0.8: from there on, mugs are confident."""


def told(images):
    return [(each.kind, round(each.doubt, 6), each.image) for each in find_suspects(images)]


def test_where_all_agrees_nobody_is_suspected():
    assert told(scene(RIGHT, RIGHT)) == []
    assert told(scene(([], []))) == []
    assert told(scene(([thing("mug")], []))) == []
    assert told(scene(([], [seen("mug", 0.9)]))) == []  # nothing tells what to be sure of means


def test_a_confident_detection_of_another_class():
    overlapping = (10, 10, 30, 26)  # IoU 0.8
    images = scene(RIGHT, ([thing("cup")], [seen("mug", 0.9, *overlapping)]))
    (suspect,) = find_suspects(images)
    assert (suspect.kind, suspect.image, suspect.object, suspect.detection) == (Suspicion.WRONG_CLASS, 1, 1, 1)
    assert (suspect.iou, suspect.doubt) == pytest.approx((0.8, 0.8 * 0.9))
    assert suspect.words(images) == "labelled cup, but looks like mug (score 0.90, IoU 0.80)"


def test_what_supports_the_label_takes_from_the_doubt():
    both = [seen("mug", 0.9), seen("cup", 0.3)]
    assert told(scene(RIGHT, ([thing("cup")], both))) == [("wrong class", 0.6, 1)]
    assert told(scene(RIGHT, ([thing("cup")], [seen("mug", 0.9), seen("cup", 0.95)]))) == []


def test_a_detection_that_has_an_object_of_its_class_accuses_no_other():
    rider, horse = thing("rider", 10, 10, 30, 30), thing("horse", 10, 14, 30, 34)
    assert told(scene(([rider, horse], [seen("rider", 0.9, 10, 10, 30, 30)]))) == []


def test_a_confident_detection_where_nothing_is_labelled():
    images = scene(
        RIGHT, ([], [seen("mug", 0.9)]), ([thing("mug")], [seen("mug", 0.8), seen("mug", 0.85, 26, 10, 46, 30)])
    )
    first, second = find_suspects(images)
    assert (first.kind, first.doubt, first.image, first.object, first.iou) == (
        "missing label",
        pytest.approx(0.9),
        1,
        None,
        0,
    )
    assert first.words(images) == "not labelled, but looks like mug (score 0.90)"
    overlap = 4 / 36  # a neighbour leaves it less doubtful
    assert (second.image, second.doubt) == (2, pytest.approx(0.85 * (1 - overlap)))


def test_of_several_detections_on_one_unlabelled_place_the_best_is_told():
    several = [seen("mug", 0.85), seen("mug", 0.95, 11, 10, 31, 30), seen("mug", 0.9, 60, 60, 80, 80)]
    assert told(scene(RIGHT, ([], several))) == [("missing label", 0.95, 1), ("missing label", 0.9, 1)]


def test_a_detection_below_what_its_class_is_usually_found_with_is_not_confident():
    assert told(scene(RIGHT, ([], [seen("mug", 0.79)]))) == []
    # a mug that is hardly found at all does not lower it, and is suspected itself
    hardly = ([thing("mug")], [seen("mug", 0.09)])
    assert told(scene(RIGHT, hardly, ([], [seen("mug", 0.79)]))) == [("spurious label", 0.4, 1)]
    # a class that nothing agrees with is measured by all others
    assert told(scene(RIGHT, ([], [seen("cup", 0.79)]))) == []
    assert told(scene(RIGHT, ([], [seen("cup", 0.81)]))) == [("missing label", 0.81, 1)]


def test_a_box_of_the_right_class_in_another_place():
    shifted = (10, 10, 30, 18)  # IoU 0.4
    images = scene(RIGHT, ([thing("mug")], [seen("mug", 0.9, *shifted)]))
    (suspect,) = find_suspects(images)
    assert (suspect.kind, suspect.doubt, suspect.object) == ("misplaced box", pytest.approx(0.9 * 0.6), 1)
    assert suspect.words(images) == "labelled mug, but found elsewhere (score 0.90, IoU 0.40)"
    well = seen("mug", 0.85)
    assert told(scene(RIGHT, ([thing("mug")], [seen("mug", 0.9, *shifted), well]))) == []


def test_a_box_that_fits_another_object_better_is_no_misplaced_one_of_its_neighbour():
    detection = seen("mug", 0.9, 10, 12, 30, 32)
    left, right = thing("mug", 10, 18, 30, 38), thing("mug", 10, 0, 30, 20)  # IoU 14/26 and 8/32
    lower = thing("mug", 10, 20, 30, 40)  # 12/28
    assert told(scene(RIGHT, ([left, right, lower], [detection]))) == [
        ("misplaced box", round(0.9 * 12 / 26, 6), 1),
    ]


def test_what_is_suspected_in_two_ways_is_told_in_the_likelier_one():
    both = [seen("mug", 0.9, 10, 10, 30, 26), seen("cup", 0.9, 10, 10, 30, 18)]
    assert told(scene(RIGHT, ([thing("cup")], both))) == [("wrong class", 0.72, 1)]


def test_an_object_that_nothing_touches():
    small, large = thing("mug", 0, 0, 5, 5), thing("mug", 50, 50, 90, 90)
    images = scene(RIGHT, ([large], [seen("mug", 0.05, 50, 50, 90, 90)]))
    (suspect,) = find_suspects(images)
    # a smaller mug was found with 0.8, this one not: half of that
    assert (suspect.kind, suspect.doubt, suspect.detection) == ("spurious label", pytest.approx(0.4), None)
    assert suspect.words(images) == "labelled mug, but nothing is found there"
    assert told(scene(RIGHT, ([small], []))) == []  # no mug so small was ever found
    assert told(scene(RIGHT, ([large], [seen("cup", 0.1, 50, 50, 90, 90)]))) == []  # something is there
    assert told(scene(RIGHT, ([thing("cup", 50, 50, 90, 90)], []))) == []  # cups are never found


def test_crowds_are_not_suspected_nor_what_lies_in_them_and_difficult_ones_are_not_spurious():
    crowd = thing("mug", 0, 0, 90, 90, is_crowd=True)
    assert told(scene(RIGHT, ([crowd], [seen("mug", 0.9), seen("cup", 0.9, 40, 40, 60, 60)]))) == []
    assert told(scene(RIGHT, ([crowd], []))) == []
    assert told(scene(RIGHT, ([thing("mug", 50, 50, 90, 90, difficult=True)], []))) == []


def test_the_greatest_doubt_comes_first_and_only_so_many():
    images = scene(RIGHT, ([], [seen("mug", 0.85)]), ([], [seen("mug", 0.95)]))
    assert [each.image for each in find_suspects(images)] == [2, 1]
    assert [each.image for each in find_suspects(images, most=1)] == [2]


def planted(seed):
    """40 pictures of 6 well found objects, of which 8 labels are wrong: the image places of each kind."""
    rng = np.random.default_rng(seed)
    pictures = []
    wrong = dict(zip(rng.permutation(40)[:8].tolist(), [*Suspicion] * 2, strict=True))
    for place in range(40):
        corners = [(x, y) for x in (2, 36, 70) for y in (5, 55)]
        labels = rng.choice(["mug", "cup", "bagel"], 6)
        boxes = [(x, y, x + 24, y + 34) for x, y in corners]
        found = [
            seen(label, rng.uniform(0.8, 1), *(side + rng.uniform(-1, 1) for side in box))
            for label, box in zip(labels, boxes, strict=True)
        ]
        objects = [thing(label, *box) for label, box in zip(labels, boxes, strict=True)]
        match wrong.get(place):
            case Suspicion.WRONG_CLASS:
                objects[0] = thing("mug" if labels[0] != "mug" else "cup", *boxes[0])
                found[0] = seen(labels[0], 0.97, *boxes[0])
            case Suspicion.MISSING:
                found[0] = seen(labels[0], 0.98, *boxes[0])
                del objects[0]
            case Suspicion.MISPLACED:
                found[0] = seen(labels[0], 0.99, 2, 5, 26, 20)
            case Suspicion.SPURIOUS:
                del found[0]
        pictures.append((objects, found))
    return scene(*pictures), wrong


@pytest.mark.parametrize("seed", range(5))
def test_planted_errors_are_found_and_nothing_else(seed):
    images, wrong = planted(seed)
    assert {each.image: each.kind for each in find_suspects(images)} == wrong


BOXES = st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 40)] * 2).map(
    lambda v: (v[0], v[1], v[0] + v[2], v[1] + v[3])
)
LABEL = st.sampled_from(["mug", "cup"])
OBJECTS = st.builds(
    lambda label, box, crowd, hard: thing(label, *box, is_crowd=crowd, difficult=hard),
    LABEL,
    BOXES,
    *[st.booleans()] * 2,
)
FOUND = st.builds(lambda label, score, box: seen(label, score, *box), LABEL, st.floats(0, 1), BOXES)
PICTURES = st.lists(st.tuples(st.lists(OBJECTS, max_size=5), st.lists(FOUND, max_size=8)), min_size=1, max_size=4)


@settings(deadline=None)
@given(PICTURES)
def test_whatever_there_is_each_is_suspected_once_at_most_and_in_order(pictures):
    images: EvaluationSet = scene(*pictures)
    suspects = find_suspects(images)
    doubts = [each.doubt for each in suspects]
    assert doubts == sorted(doubts, reverse=True)
    assert all(0 < doubt <= 1 for doubt in doubts)
    for rows, image_of in (
        ([each.object for each in suspects], images.truth.image),
        ([each.detection for each in suspects], images.found.image),
    ):
        present = [row for row in rows if row is not None]
        assert len(present) == len(set(present))
        places = [each.image for each, row in zip(suspects, rows, strict=True) if row is not None]
        assert places == image_of[present].tolist()
    assert not any(images.truth.is_crowd[each.object] for each in suspects if each.object is not None)
    assert all(each.words(images) for each in suspects)

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from report_builders import make_analysis, make_scene, make_set

from tfodkit.evaluation.accuracy.matching import NOBODY
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes.values import Mistake
from tfodkit.evaluation_report.worst import class_of, describe, find_worst

ISOLATES = dict.fromkeys(map(ord, "\u2068\u2069"))
BAGEL, MUG = 1, 2
HERE, BESIDE, FAR = (10, 10, 50, 50), (25, 10, 65, 50), (60, 60, 95, 95)


def words(images: EvaluationSet, threshold: float = 0.5) -> list[list[str]]:
    return [
        [f"{class_of(flaw, images)} {describe(flaw, images)}".translate(ISOLATES) for flaw in picture.flaws]
        for picture in find_worst(make_analysis(images, threshold=threshold))
    ]


@pytest.mark.parametrize(
    ("labelled", "found", "told"),
    [
        ([(MUG, HERE)], [], ["mug not found"]),
        ([(MUG, HERE)], [(BAGEL, HERE, 0.9)], ["bagel is labelled mug"]),
        ([(MUG, HERE)], [(MUG, BESIDE, 0.9)], ["mug lies badly on its object (IoU 0.45)"]),
        (
            [(MUG, HERE)],
            [(BAGEL, BESIDE, 0.9)],
            ["mug not found", "bagel is labelled mug, and the box lies badly (IoU 0.45)"],
        ),
        ([(MUG, HERE)], [(MUG, HERE, 0.9), (MUG, HERE, 0.8)], ["mug is a second box on an object found already"]),
        ([(MUG, HERE)], [(MUG, HERE, 0.9), (MUG, FAR, 0.8)], ["mug lies where nothing is labelled"]),
    ],
)
def test_each_kind_of_mistake_is_told_in_words(labelled: list, found: list, told: list[str]) -> None:
    assert words(make_set((labelled, found))) == [told]


def test_what_lies_below_the_threshold_is_not_seen_and_does_not_find_its_object() -> None:
    images = make_set(([(MUG, HERE)], [(MUG, HERE, 0.4), (MUG, FAR, 0.3)]))
    assert words(images) == [["mug not found"]]
    assert words(images, threshold=0.35) == []


def test_a_missed_object_costs_one_and_a_wrong_detection_its_score() -> None:
    images = make_set(
        ([(MUG, HERE)], [(MUG, HERE, 0.9), (MUG, FAR, 0.75)]),
        ([(MUG, HERE)], []),
        ([(MUG, HERE)], [(MUG, HERE, 0.9)]),
        ([(MUG, HERE), (BAGEL, FAR)], []),
    )
    worst = find_worst(make_analysis(images))
    assert [(picture.place, round(picture.cost, 6)) for picture in worst] == [(3, 2.0), (1, 1.0), (0, 0.75)]
    assert [picture.place for picture in find_worst(make_analysis(images), 1)] == [3]


def test_of_equal_pictures_the_first_comes_first() -> None:
    images = make_set(*[([(MUG, HERE)], [])] * 3)
    assert [picture.place for picture in find_worst(make_analysis(images))] == [0, 1, 2]


def test_a_crowd_need_not_be_found() -> None:
    images = make_set(([(MUG, HERE)], []))
    truth = replace(images.truth, is_crowd=np.array([True]))
    assert find_worst(make_analysis(replace(images, truth=truth))) == ()


@pytest.mark.parametrize("seed", range(5))
def test_every_flaw_is_of_its_own_picture_and_none_is_told_twice(seed: int) -> None:
    images = make_scene(seed=seed)
    analysis = make_analysis(images)
    worst = find_worst(analysis, 1000)
    seen = set()
    for picture in worst:
        for flaw in picture.flaws:
            assert (flaw.kind, flaw.detection, flaw.truth) not in seen
            seen.add((flaw.kind, flaw.detection, flaw.truth))
            assert flaw.detection == NOBODY or images.found.image[flaw.detection] == picture.place
            assert flaw.truth == NOBODY or images.truth.image[flaw.truth] == picture.place
            assert (flaw.kind is Mistake.MISSED) == (flaw.detection == NOBODY)
    kinds = analysis.mistakes.mistake_of[images.found.score >= 0.5]
    assert sum(flaw.detection != NOBODY for picture in worst for flaw in picture.flaws) == sum(
        kind is not None for kind in kinds
    )

"""The pairs, held against every detection with every object."""

import numpy as np
import pytest
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth, random_set
from hypothesis import given, settings, strategies as st

from tfodkit.evaluation.accuracy import pairs as module
from tfodkit.evaluation.accuracy.overlaps import box_overlaps
from tfodkit.evaluation.accuracy.pairs import Pairs, find_pairs
from tfodkit.evaluation.columns import EvaluationSet

BOX = (0.0, 0.0, 100.0, 100.0)


def every_pair(images: EvaluationSet, *, at_least: float, across_classes: bool) -> list[tuple[int, int, float]]:
    truth, found = images.truth, images.found
    possible = [
        (row, other)
        for row in range(len(found))
        for other in range(len(truth))
        if truth.image[other] == found.image[row] and (across_classes or truth.class_id[other] == found.class_id[row])
    ]
    rows, others = np.array(possible, np.int64).reshape(-1, 2).T
    overlaps = box_overlaps(found.boxes_xyxy[rows], truth.boxes_xyxy[others], truth.is_crowd[others])
    kept = [(*pair, overlap) for pair, overlap in zip(possible, overlaps.tolist(), strict=True) if overlap >= at_least]
    return sorted(kept, key=lambda pair: (pair[0], -pair[2], -pair[1]))


def listed(pairs: Pairs) -> list[tuple[int, int, float]]:
    return list(zip(pairs.detection.tolist(), pairs.object.tolist(), pairs.overlap.tolist(), strict=True))


@pytest.mark.parametrize("across_classes", [False, True])
@pytest.mark.parametrize("at_once", [1, 5, 1 << 18])
@settings(max_examples=20)
@given(images=evaluation_sets(), at_least=st.sampled_from([0.0, 0.1, 0.5]))
def test_the_pairs_are_all_there_best_first(
    at_once: int, images: EvaluationSet, at_least: float, *, across_classes: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PAIRS_AT_ONCE", at_once)
        pairs = find_pairs(images, at_least=at_least, across_classes=across_classes)
    assert listed(pairs) == every_pair(images, at_least=at_least, across_classes=across_classes)


def test_only_those_that_take_part_have_pairs() -> None:
    images = random_set(3, images=6)
    among = np.arange(len(images.found)) % 2 == 0
    everyone = every_pair(images, at_least=0.1, across_classes=False)
    assert listed(find_pairs(images, at_least=0.1, among=among)) == [pair for pair in everyone if among[pair[0]]]
    assert 0 < len(find_pairs(images, at_least=0.1, among=among)) < len(everyone)


def test_nothing_overlaps_where_there_is_nothing() -> None:
    assert len(find_pairs(make_set(make_truth(), make_found()), at_least=0)) == 0
    assert len(find_pairs(make_set(make_truth((0, 1, BOX)), make_found()), at_least=0)) == 0

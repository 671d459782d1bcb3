from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tfodkit.annotations.detections import Detections
from tfodkit.inference.fusion import Fusion, fuse


def found(*rows: tuple[tuple[float, float, float, float], float, int]) -> Detections:
    rows = tuple(sorted(rows, key=lambda row: -row[1]))
    return Detections(
        np.array([box for box, _, _ in rows], np.float32).reshape(-1, 4),
        np.array([score for _, score, _ in rows], np.float32),
        np.array([class_id for _, _, class_id in rows], np.int64),
    )


A, B, FAR = (0.0, 0.0, 10.0, 10.0), (2.0, 0.0, 12.0, 10.0), (100.0, 100.0, 110.0, 120.0)


def test_wbf_of_two_models_is_the_mean_weighted_by_score() -> None:
    """By hand, with the paper's formulas: x = (0.8 * 0 + 0.4 * 2) / 1.2; score (0.8 + 0.4) / 2, as both found it."""
    fused = fuse([found((A, 0.8, 1)), found((B, 0.4, 1))])
    np.testing.assert_allclose(fused.boxes_xyxy, [[2 / 3, 0, 32 / 3, 10]], rtol=1e-6)
    assert fused.scores.tolist() == pytest.approx([0.6])


def test_wbf_lowers_the_score_of_what_few_models_found() -> None:
    """By hand: one of three models, so 0.9 * 1 / 3."""
    fused = fuse([found((A, 0.9, 1)), found(), found()])
    assert fused.scores.tolist() == pytest.approx([0.3])


def test_wbf_of_more_boxes_than_models_does_not_raise_a_score() -> None:
    """The paper's min(T, N) / N."""
    fused = fuse([found((A, 0.8, 1), (B, 0.6, 1)), found((A, 0.7, 1))])
    assert fused.scores.tolist() == pytest.approx([0.7])


def test_wbf_weighs_models() -> None:
    """By hand, weights 3 to 1: x = (3 * 0.5 * 0 + 1 * 0.5 * 2) / 2; score (3 * 0.5 + 0.5) / 4."""
    fused = fuse([found((A, 0.5, 1)), found((B, 0.5, 1))], weights=[3, 1])
    np.testing.assert_allclose(fused.boxes_xyxy, [[0.5, 0, 10.5, 10]], rtol=1e-6)
    assert fused.scores.tolist() == pytest.approx([0.5])


def test_wbf_matches_with_the_fused_box_not_with_its_first_one() -> None:
    """The third overlaps the first by 1 / 3 alone, and the mean of the first two by more than 0.55."""
    first, second, third = (0.0, 0.0, 10.0, 10.0), (2.0, 0.0, 12.0, 10.0), (3.5, 0.0, 13.5, 10.0)
    fused = fuse([found((first, 0.5, 1)), found((second, 0.5, 1)), found((third, 0.4, 1))], iou=0.55)
    assert len(fused) == 1


def test_nms_keeps_the_best_of_those_that_overlap() -> None:
    fused = fuse([found((A, 0.8, 1), (FAR, 0.3, 1)), found((B, 0.9, 1))], Fusion.NMS)
    np.testing.assert_array_equal(fused.boxes_xyxy, [B, FAR])
    assert fused.scores.tolist() == pytest.approx([0.9, 0.3])


def test_soft_nms_lowers_scores_by_the_gaussian_of_the_overlap() -> None:
    """By hand: IoU of A and B is 8 / 12, sigma 0.5."""
    fused = fuse([found((A, 0.8, 1)), found((B, 0.9, 1))], Fusion.SOFT_NMS)
    assert fused.scores.tolist() == pytest.approx([0.9, 0.8 * math.exp(-((8 / 12) ** 2) / 0.5)])


@pytest.mark.parametrize("how", Fusion)
def test_classes_do_not_meet(how: Fusion) -> None:
    fused = fuse([found((A, 0.8, 1)), found((A, 0.7, 2))], how)
    assert sorted(fused.class_ids.tolist()) == [1, 2]


@pytest.mark.parametrize("how", Fusion)
def test_of_nothing_comes_nothing(how: Fusion) -> None:
    assert len(fuse([found(), found()], how)) == 0


@pytest.mark.parametrize("weights", [[1], [1, 0], [1, -1]])
def test_weights_that_mean_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="must be a weight above 0 for each of 2 lists"):
        fuse([found(), found()], weights=weights)


boxes = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 30), st.integers(1, 30)).map(
    lambda sides: (float(sides[0]), float(sides[1]), float(sides[0] + sides[2]), float(sides[1] + sides[3]))
)
lists = st.lists(st.tuples(boxes, st.floats(0, 1, width=32), st.integers(1, 3)), max_size=8)


@given(lists=st.lists(lists, min_size=1, max_size=3), how=st.sampled_from(list(Fusion)))
def test_no_fusion_makes_boxes_scores_or_classes_that_were_not_there(
    lists: list[list[tuple[tuple[float, float, float, float], float, int]]], how: Fusion
) -> None:
    sources = [found(*rows) for rows in lists]
    fused = fuse(sources, how)
    rows = [row for source in lists for row in source]
    assert len(fused) <= len(rows)
    assert set(fused.class_ids.tolist()) <= {class_id for _, _, class_id in rows}
    assert np.all(np.diff(fused.scores) <= 0)
    if rows:
        corners = np.array([box for box, _, _ in rows])
        assert np.all(fused.boxes_xyxy >= corners.min(axis=0) - 1e-3)
        assert np.all(fused.boxes_xyxy <= corners.max(axis=0) + 1e-3)
        assert fused.scores.max(initial=0) <= max(score for _, score, _ in rows) + 1e-6


@given(rows=lists)
def test_a_model_fused_with_itself_by_nms_is_that_model_s_nms(
    rows: list[tuple[tuple[float, float, float, float], float, int]],
) -> None:
    alone, twice = fuse([found(*rows)], Fusion.NMS), fuse([found(*rows), found(*rows)], Fusion.NMS)
    np.testing.assert_array_equal(alone.boxes_xyxy, twice.boxes_xyxy)

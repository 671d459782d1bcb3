"""The best IoU in closed form against every anchor, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.testing import assert_allclose

from tfodkit.boxes import Box
from tfodkit.config.anchors.grids import AnchorGrid
from tfodkit.config.anchors.match import Edge, best_ious

sides = st.floats(1, 60)
shares = st.floats(0, 1)


def by_brute_force(box: list[float], grids: list[AnchorGrid], height: float, width: float, edge: Edge) -> list[float]:
    """The best IoU with each grid."""
    best = []
    for grid in grids:
        anchors = grid.boxes_yxyx()
        if edge == "clip":
            anchors = np.clip(anchors, 0, [height, width, height, width])
        if edge == "drop":
            inside = (anchors[:, :2] >= -1e-6).all(1) & (anchors[:, 2:] <= np.array([height, width]) + 1e-6).all(1)
            anchors = anchors[inside]
        truth = Box(box[1], box[0], box[3], box[2])
        best.append(max((truth.iou(Box(x1, y1, x2, y2)) for y1, x1, y2, x2 in anchors.tolist()), default=0.0))
    return best


@st.composite
def grids(draw: st.DrawFn) -> AnchorGrid:
    return AnchorGrid(
        rows=draw(st.integers(1, 5)),
        columns=draw(st.integers(1, 5)),
        stride=(draw(st.floats(2, 20)), draw(st.floats(2, 20))),
        offset=(draw(st.floats(0, 12)), draw(st.floats(0, 12))),
        sizes=tuple(draw(st.lists(st.tuples(sides, sides), min_size=1, max_size=3))),
    )


@given(
    st.lists(grids(), min_size=1, max_size=2),
    st.tuples(shares, shares, st.floats(0.05, 1), st.floats(0.05, 1)),
    st.floats(10, 70),
    st.floats(10, 70),
    st.sampled_from(["keep", "clip", "drop"]),
)
def test_it_is_what_every_anchor_by_itself_gives(
    layers: list[AnchorGrid], place: tuple[float, ...], height: float, width: float, edge: Edge
) -> None:
    y, x, tall, wide = place
    box = [y * (1 - tall) * height, x * (1 - wide) * width, 0.0, 0.0]
    box[2:] = box[0] + tall * height, box[1] + wide * width
    ious, which = best_ious(np.array([box]), layers, height=height, width=width, edge=edge)
    expected = by_brute_force(box, layers, height, width, edge)
    assert_allclose(ious[0], max(expected), atol=1e-9)
    assert expected[which[0]] == pytest.approx(max(expected), abs=1e-9)


GRID = AnchorGrid(4, 4, stride=(16, 16), offset=(8, 8), sizes=((16, 16),))


def test_a_box_that_is_an_anchor_is_reached_and_one_between_anchors_less() -> None:
    boxes = np.array([[16.0, 16, 32, 32], [8, 16, 24, 32], [8, 8, 24, 24]])
    ious, _ = best_ious(boxes, [GRID], height=64, width=64)
    assert_allclose(ious, [1, 1 / 3, 1 / 7])


def test_where_every_anchor_is_taken_out_nothing_is_reached() -> None:
    large = AnchorGrid(4, 4, stride=(16, 16), offset=(8, 8), sizes=((80, 80),))
    box = np.array([[0.0, 0, 64, 64]])
    assert best_ious(box, [large], height=64, width=64, edge="drop")[0].tolist() == [0]
    assert best_ious(box, [large], height=64, width=64, edge="clip")[0].tolist() == [1]


def test_the_grid_of_the_best_anchor_is_told() -> None:
    large = AnchorGrid(1, 1, stride=(64, 64), offset=(32, 32), sizes=((60, 60),))
    ious, which = best_ious(np.array([[1.0, 1, 63, 63], [0, 0, 15, 15]]), [GRID, large], height=64, width=64)
    assert which.tolist() == [1, 0]
    assert ious[0] == pytest.approx(3600 / 62**2)

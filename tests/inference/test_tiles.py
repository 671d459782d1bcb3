from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tfodkit.annotations.detections import Detections
from tfodkit.inference.tiles import Tile, make_tiles, merge_tiles


def found(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    """Detections of ``(xmin, ymin, xmax, ymax, score, class id)``, the best score first."""
    rows = tuple(sorted(rows, key=lambda row: -row[4]))
    return Detections(
        np.array([row[:4] for row in rows], np.float32).reshape(-1, 4),
        np.array([row[4] for row in rows], np.float32),
        np.array([row[5] for row in rows], np.int64),
    )


def listed(detections: Detections) -> list[tuple[float, ...]]:
    return [tuple(map(float, box)) for box in detections.boxes_xyxy]


@given(width=st.integers(1, 900), height=st.integers(1, 900), side=st.integers(20, 400), overlap=st.floats(0, 0.9))
def test_tiles_cover_the_picture_have_one_size_and_overlap_by_the_share_or_more(
    width: int, height: int, side: int, overlap: float
) -> None:
    tiles = make_tiles(width, height, side=side, overlap=overlap)
    seen = np.zeros((height, width), bool)
    for tile in tiles:
        assert (tile.xmax - tile.xmin, tile.ymax - tile.ymin) == (min(side, width), min(side, height))
        seen[tile.ymin : tile.ymax, tile.xmin : tile.xmax] = True
    assert seen.all()
    lefts = sorted({tile.xmin for tile in tiles})
    assert all(left + side - following >= round(side * overlap) - 1 for left, following in itertools.pairwise(lefts))


def test_a_picture_smaller_than_a_tile_is_one() -> None:
    assert make_tiles(300, 200, side=640) == [Tile(0, 0, 300, 200)]


@pytest.mark.parametrize(("side", "overlap"), [(0, 0.2), (100, 1.0), (100, -0.1)])
def test_what_makes_no_tiles_is_refused(side: int, overlap: float) -> None:
    with pytest.raises(ValueError, match="must have a side"):
        make_tiles(100, 100, side=side, overlap=overlap)


TWO = [Tile(0, 0, 100, 100), Tile(80, 0, 180, 100)]


def test_boxes_come_back_in_the_pixels_of_the_picture() -> None:
    merged = merge_tiles(TWO, [found(), found((30, 10, 50, 30, 0.9, 1))], width=180, height=100)
    assert listed(merged) == [(110, 10, 130, 30)]


def test_an_object_in_the_overlap_is_counted_once_with_its_best_score() -> None:
    merged = merge_tiles(TWO, [found((82, 10, 97, 30, 0.6, 1)), found((2, 10, 17, 30, 0.8, 1))], width=180, height=100)
    assert listed(merged) == [(82, 10, 97, 30)]
    assert merged.scores.tolist() == pytest.approx([0.8])


def test_a_whole_box_swallows_the_piece_of_another_tile_however_high_its_score_and_stays_as_it_is() -> None:
    piece, whole = (85, 10, 100, 30, 0.95, 1), (5, 10, 40, 30, 0.5, 1)
    merged = merge_tiles(TWO, [found(piece), found(whole)], width=180, height=100)
    assert listed(merged) == [(85, 10, 120, 30)]


def test_pieces_alone_grow_together() -> None:
    left, right = (30, 10, 100, 30, 0.9, 1), (0, 10, 70, 30, 0.8, 1)
    tiles = [Tile(0, 0, 100, 100), Tile(50, 0, 150, 100)]
    merged = merge_tiles(tiles, [found(left), found(right)], width=150, height=100)
    assert listed(merged) == [(30, 10, 120, 30)]


def test_another_class_is_another_object_and_the_picture_s_own_border_cuts_nothing() -> None:
    merged = merge_tiles(
        TWO, [found((85, 10, 100, 30, 0.9, 1), (0, 10, 20, 30, 0.3, 1)), found((5, 10, 40, 30, 0.5, 2))],
        width=180, height=100,
    )  # fmt: skip
    assert listed(merged) == [(85, 10, 100, 30), (85, 10, 120, 30), (0, 10, 20, 30)]


def test_what_is_larger_than_a_tile_is_found_in_the_picture_as_a_whole() -> None:
    whole = found((10, 10, 170, 90, 0.7, 1))
    pieces = [found((10, 10, 100, 90, 0.9, 1)), found((0, 10, 90, 90, 0.9, 1))]
    assert listed(merge_tiles(TWO, pieces, width=180, height=100, whole=whole)) == [(10, 10, 170, 90)]


def test_nothing_found_is_nothing() -> None:
    assert len(merge_tiles(TWO, [found(), found()], width=180, height=100)) == 0

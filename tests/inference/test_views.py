from __future__ import annotations

import numpy as np
import pytest

from tfodkit.annotations.detections import Detections
from tfodkit.errors import UsageError
from tfodkit.inference.fusion import Fusion
from tfodkit.inference.views import View
from tfodkit.inference.ways_of_looking import in_tiles, in_views, require_same_classes, with_models


def look_for_white(pixels: np.ndarray) -> Detections:
    """A detector of one class: the box around all white pixels."""
    rows, columns = np.nonzero((pixels > 200).all(axis=2))
    if not len(rows):
        return Detections(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int64))
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    return Detections(np.array([box], np.float32), np.array([0.9], np.float32), np.array([1], np.int64))


@pytest.fixture
def picture() -> np.ndarray:
    pixels = np.zeros((120, 200, 3), np.uint8)
    pixels[30:60, 20:80] = 255
    return pixels


OBJECT = [20, 30, 80, 60]


@pytest.mark.parametrize("view", [View(), View(is_flipped=True), View(scale=0.5), View(is_flipped=True, scale=0.7)])
def test_what_is_found_in_a_view_lies_where_it_is_in_the_picture(view: View, picture: np.ndarray) -> None:
    found = view.undo(look_for_white(view.show(picture)), width=200, height=120)
    np.testing.assert_allclose(found.boxes_xyxy, [OBJECT], atol=2)


def test_a_view_has_the_size_of_the_picture_unless_it_is_larger(picture: np.ndarray) -> None:
    assert View(is_flipped=True, scale=0.5).show(picture).shape == picture.shape
    assert View(scale=1.5).show(picture).shape == (180, 300, 3)


def test_a_scale_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="scale must be above 0, but got 0"):
        View(scale=0)


def test_views_put_together_find_the_object_once_a_larger_one_too(picture: np.ndarray) -> None:
    look = in_views(look_for_white, [View(), View(is_flipped=True), View(scale=1.5), View(scale=0.7)])
    found = look(picture)
    np.testing.assert_allclose(found.boxes_xyxy, [OBJECT], atol=2)
    assert found.scores.tolist() == pytest.approx([0.9])


def test_tiles_find_every_object_once_and_what_lies_across_them(picture: np.ndarray) -> None:
    picture[90:100, 180:190] = 255
    looks: list[tuple[int, ...]] = []

    def look(pixels: np.ndarray) -> Detections:
        looks.append(pixels.shape)
        return look_for_white(pixels) if pixels.shape[1] <= 100 else look_for_white(pixels[:0])

    found = in_tiles(look, side=100, overlap=0.2)(picture)
    assert sorted(map(tuple, found.boxes_xyxy.tolist())) == [(20, 30, 80, 60), (180, 90, 190, 100)]
    assert looks[0] == (120, 200, 3)
    assert set(looks[1:]) == {(100, 100, 3)}


def test_a_picture_no_larger_than_a_tile_is_looked_at_once(picture: np.ndarray) -> None:
    looks: list[tuple[int, ...]] = []

    def look(pixels: np.ndarray) -> Detections:
        looks.append(pixels.shape)
        return look_for_white(pixels)

    np.testing.assert_allclose(in_tiles(look, side=640)(picture).boxes_xyxy, [OBJECT])
    assert len(looks) == 1


def test_models_put_together(picture: np.ndarray) -> None:
    def blind(pixels: np.ndarray) -> Detections:
        return look_for_white(pixels[:0])

    assert with_models([look_for_white, blind])(picture).scores.tolist() == pytest.approx([0.45])
    assert with_models([look_for_white, blind], Fusion.NMS)(picture).scores.tolist() == pytest.approx([0.9])


def test_models_of_other_classes_are_refused_by_name() -> None:
    require_same_classes({1: "mug"}, {"b": {1: "mug"}})
    with pytest.raises(UsageError, match=r"b: its classes are not those of the first model: 1 'cup', 1 'mug'"):
        require_same_classes({1: "mug"}, {"b": {1: "cup"}})

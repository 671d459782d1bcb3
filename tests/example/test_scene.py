from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from tfodkit.example.scene import CLASSES, MOST_ITEMS, PAINTERS, Scene, paint_scene
from tfodkit.example.sprite import Frame, Light

SHAPE = (180, 240)
LIGHT = Light(0.6, 0.0, 0.8)


def scene(index: int, seed: int = 0) -> Scene:
    return paint_scene(np.random.default_rng([seed, index]), SHAPE)


def extent(mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """``xyxy`` of the set pixels, half-open, counted without the code under test."""
    ys, xs = np.nonzero(mask)
    return (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


@pytest.mark.parametrize("index", range(12))
def test_every_box_is_tight_around_its_item_and_inside_the_picture(index: int) -> None:
    for item in scene(index).items:
        assert item.box.xyxy == extent(item.mask)
        assert item.box.clip(width=SHAPE[1], height=SHAPE[0]) == item.box


@pytest.mark.parametrize("shape", [(120, 120), (400, 120), (120, 400)])
def test_items_fit_into_pictures_of_any_shape(shape: tuple[int, int]) -> None:
    for index in range(8):
        drawn = paint_scene(np.random.default_rng(index), shape)
        assert drawn.items
        assert drawn.pixels.shape == (*shape, 3)


@pytest.mark.parametrize("index", range(12))
def test_items_are_where_their_masks_say(index: int) -> None:
    """Without its items, the same picture differs from itself under the masks far more than beside them."""
    whole = scene(index)
    masks = np.any([item.mask for item in whole.items], axis=0)
    inside, outside = whole.pixels[masks], whole.pixels[~masks]
    assert inside.size
    assert abs(inside.astype(float).mean(axis=0) - outside.astype(float).mean(axis=0)).max() > 5


def test_one_to_six_items_that_hardly_overlap() -> None:
    scenes = [scene(index) for index in range(40)]
    counts = {len(drawn.items) for drawn in scenes}
    assert counts == set(range(1, MOST_ITEMS + 1))
    for drawn in scenes:
        covered = sum(item.mask.astype(int) for item in drawn.items)
        for item in drawn.items:
            assert (covered[item.mask] > 1).mean() < 0.1


def test_all_classes_occur_and_mugs_are_the_rarest() -> None:
    names = [item.class_name for index in range(60) for item in scene(index).items]
    counts = {name: names.count(name) for name in CLASSES}
    assert min(counts.values()) > 0
    assert min(counts, key=lambda name: counts[name]) == "mug"


def test_the_generator_alone_decides() -> None:
    assert np.array_equal(scene(3).pixels, scene(3).pixels)
    assert [item.box for item in scene(3).items] == [item.box for item in scene(3).items]
    assert not np.array_equal(scene(3).pixels, scene(4).pixels)
    assert not np.array_equal(scene(3).pixels, scene(3, seed=1).pixels)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("seed", range(6))
def test_an_item_stays_inside_its_frame_and_has_finite_colours(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sprite = PAINTERS[name](rng, Frame.turned(30.0, rng.uniform(0, 2 * math.pi), LIGHT))
    edge = np.concatenate([sprite.alpha[0], sprite.alpha[-1], sprite.alpha[:, 0], sprite.alpha[:, -1]])
    assert edge.max() == 0
    assert sprite.mask.sum() > 400
    assert np.isfinite(sprite.colour).all()
    assert sprite.colour.shape == (3, *sprite.alpha.shape)
    assert (sprite.colour.dtype, sprite.alpha.dtype) == (np.float32, np.float32)


def test_a_bagel_has_a_hole_and_a_mug_a_handle() -> None:
    frame = Frame.turned(30.0, 0.0, LIGHT)
    middle = frame.shape[0] // 2
    bagel = PAINTERS["bagel"](np.random.default_rng(0), frame)
    assert not bagel.mask[middle, middle]
    mug = PAINTERS["mug"](np.random.default_rng(0), frame)
    assert mug.mask[middle, middle]
    left, _, right, _ = extent(mug.mask)
    assert right - middle > middle - left

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tfodkit.inference.resizing import Resizing, resize_bilinear

SIDES = st.integers(1, 40)


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 1000 + width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def value_at(picture: np.ndarray, row: float, column: float) -> np.ndarray:
    """The rule, one point: a pixel's value lies at its upper left corner, and beyond the last one it goes on."""
    top, left = int(row), int(column)
    bottom, right = min(top + 1, picture.shape[0] - 1), min(left + 1, picture.shape[1] - 1)
    pixels = picture.astype(float)
    upper = pixels[top, left] * (1 - column % 1) + pixels[top, right] * (column % 1)
    lower = pixels[bottom, left] * (1 - column % 1) + pixels[bottom, right] * (column % 1)
    return upper * (1 - row % 1) + lower * (row % 1)


@given(SIDES, SIDES, SIDES, SIDES)
def test_each_place_takes_from_the_four_pixels_around_it(height: int, width: int, down: int, across: int) -> None:
    picture = noise(height, width)
    resized = resize_bilinear(picture, down, across)
    row, column = down - 1, across // 2
    expected = value_at(picture, row * height / down, column * width / across)
    assert resized.shape == (down, across, 3)
    np.testing.assert_allclose(resized[row, column], expected, atol=0.05)  # float32 of places and of lerps


def test_a_picture_of_the_input_s_size_stays_as_it_is() -> None:
    picture = noise(9, 7)
    np.testing.assert_array_equal(Resizing(9, 7).apply(picture), picture)


def test_shrunk_by_two_every_second_pixel_is_left() -> None:
    picture = noise(8, 6)
    np.testing.assert_array_equal(Resizing(4, 3).apply(picture), picture[::2, ::2])


@pytest.mark.parametrize(
    ("picture", "taken"),
    [
        ((100, 200), (32, 64)),
        ((200, 100), (64, 32)),
        ((50, 50), (64, 64)),
        ((10, 1000), (1, 64)),
        ((3, 200), (1, 64)),  # 0.96 pixels
    ],
)
def test_a_kept_shape_fills_the_longer_side(picture: tuple[int, int], taken: tuple[int, int]) -> None:
    assert Resizing(64, 64, shorter=64).place(*picture) == taken


def test_the_shorter_side_is_no_longer_than_it_may_be() -> None:
    assert Resizing(64, 64, shorter=32).place(50, 60) == (32, 38)


def test_what_a_picture_leaves_free_is_padding() -> None:
    padded = Resizing(8, 8, shorter=8, padding=(1.5, 2, 3)).apply(np.full((4, 8, 3), 255, np.uint8))
    np.testing.assert_array_equal(padded[:4], 255)
    np.testing.assert_array_equal(padded[4:], np.broadcast_to([1.5, 2, 3], (4, 8, 3)))


def test_boxes_go_back_to_the_picture_that_was_padded() -> None:
    boxes = np.array([[0, 0, 0.5, 1], [0.25, 0.1, 0.375, 0.2], [0.4, 0.5, 0.9, 1.2]], np.float32)
    undone = Resizing(64, 64, shorter=64).undo(boxes, 100, 200)
    np.testing.assert_allclose(undone, [[0, 0, 1, 1], [0.5, 0.1, 0.75, 0.2], [0.8, 0.5, 1, 1]], rtol=1e-6)


def test_boxes_of_a_stretched_picture_are_clipped_alone() -> None:
    undone = Resizing(64, 64).undo(np.array([[-0.1, 0.2, 0.3, 1.4]], np.float32), 100, 200)
    np.testing.assert_allclose(undone, [[0, 0.2, 0.3, 1]], rtol=1e-6)


@pytest.mark.tensorflow
@pytest.mark.parametrize("size", [(480, 640), (333, 500), (300, 200), (96, 96), (7, 401), (1, 1)])
def test_pictures_come_out_as_the_api_resizes_them(size: tuple[int, int]) -> None:
    from tfodkit.odapi.install import install

    install()
    import tensorflow as tf
    from object_detection.core import preprocessor

    picture = noise(*size)
    image = tf.constant(picture.astype(np.float32))
    fixed, _ = preprocessor.resize_image(image, new_height=96, new_width=128)
    np.testing.assert_allclose(Resizing(96, 128).apply(picture), fixed, atol=1e-3)
    for shorter in (128, 64):
        kept, _ = preprocessor.resize_to_range(
            image, min_dimension=shorter, max_dimension=128, pad_to_max_dimension=True, per_channel_pad_value=(1, 2, 3)
        )
        np.testing.assert_allclose(Resizing(128, 128, shorter, (1, 2, 3)).apply(picture), kept, atol=1e-3)

"""Pictures of plain colours, whose brightness and contrast are known."""

import numpy as np
import pytest
from evaluation_sets import Box, make_found, make_set, make_truth
from numpy.typing import NDArray

from tfodkit.errors import DataError
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes.looks import ImageLooks, measure_looks

BOX: Box = (100, 100, 180, 140)
GREY, WHITE, BLACK = (128, 128, 128), (255, 255, 255), (0, 0, 0)
Colour = tuple[int, int, int]


def picture(ground: Colour, *patches: tuple[Box, Colour]) -> NDArray[np.uint8]:
    """400 x 300 pixels of one colour, with rectangles of others."""
    pixels = np.full((300, 400, 3), ground, np.uint8)
    for (xmin, ymin, xmax, ymax), colour in patches:
        pixels[int(ymin) : int(ymax), int(xmin) : int(xmax)] = colour
    return pixels


def objects(*boxes: Box) -> EvaluationSet:
    return make_set(make_truth(*((0, 1, box) for box in boxes)), make_found())


def looks(pixels: NDArray[np.uint8], box: Box = BOX) -> tuple[float, float]:
    measured = measure_looks(objects(box), [(0, pixels)])
    return float(measured.brightness[0]), float(measured.contrast[0])


def test_black_on_white_is_dark_and_of_the_highest_contrast() -> None:
    assert looks(picture(WHITE, (BOX, BLACK))) == pytest.approx((0, 100), abs=1e-6)


def test_brightness_is_luma_of_what_the_box_holds_alone() -> None:
    red: Colour = (200, 0, 0)
    assert looks(picture(WHITE, (BOX, red)))[0] == pytest.approx(0.299 * 200)


def test_an_object_of_the_colour_of_its_surroundings_has_no_contrast() -> None:
    assert looks(picture(GREY)) == pytest.approx((128, 0), abs=1e-6)


def test_colours_of_the_same_brightness_differ_all_the_same() -> None:
    green: Colour = (0, 100, 0)  # luma 58.7
    red: Colour = (196, 0, 0)  # luma 58.6
    assert looks(picture(green, (BOX, red)))[1] > 80


def test_the_surroundings_are_a_quarter_of_the_box_wide_on_each_side() -> None:
    around: Box = (80, 90, 200, 150)
    assert looks(picture(BLACK, (around, WHITE), (BOX, GREY)))[1] == pytest.approx(
        looks(picture(WHITE, (BOX, GREY)))[1]
    )
    nearly: Box = (82, 92, 198, 148)
    assert looks(picture(BLACK, (nearly, WHITE), (BOX, GREY)))[1] < looks(picture(WHITE, (BOX, GREY)))[1] - 1


def test_mean_light_decides_and_not_mean_levels() -> None:
    """A checkerboard of black and white looks, from afar, like grey of level 188."""
    pixels = picture((188, 188, 188))
    checks = np.indices((40, 80)).sum(axis=0) % 2 * 255
    pixels[100:140, 100:180] = checks[..., None]
    brightness, contrast = looks(pixels)
    assert brightness == pytest.approx(127.5)
    assert contrast < 1


def test_a_large_box_is_sampled_evenly() -> None:
    large: Box = (50, 50, 350, 250)
    left_half: Box = (50, 50, 200, 250)
    brightness, _ = looks(picture(WHITE, (large, BLACK), (left_half, GREY)), large)
    assert brightness == pytest.approx(64, abs=2)


def test_what_lies_outside_the_picture_is_left_out() -> None:
    corner: Box = (-20, -20, 20, 20)
    assert looks(picture(WHITE, ((0, 0, 20, 20), BLACK)), corner) == pytest.approx((0, 100), abs=1e-6)


@pytest.mark.parametrize("box", [(500, 10, 600, 20), (10, 10, 10, 50), (40, 40, 20, 20), (10.6, 10.6, 10.9, 10.9)])
def test_a_box_without_pixels_has_no_looks(box: Box) -> None:
    assert np.isnan(looks(picture(WHITE), box)).all()


def test_a_box_that_fills_its_picture_has_no_contrast() -> None:
    brightness, contrast = looks(picture(GREY), (0, 0, 400, 300))
    assert brightness == pytest.approx(128)
    assert np.isnan(contrast)


def test_pictures_come_in_any_order_and_may_lack() -> None:
    truth = make_truth((0, 1, BOX), (0, 1, BOX), (1, 1, BOX), (2, 1, BOX))
    images = make_set(truth, make_found(), images=4)
    measured = measure_looks(images, [(3, picture(GREY)), (2, picture(WHITE)), (0, picture(BLACK))])
    assert isinstance(measured, ImageLooks)
    np.testing.assert_allclose(measured.brightness, [0, 0, np.nan, 255])
    np.testing.assert_array_equal(np.isnan(measured.contrast), [False, False, True, False])


def test_a_pixel_is_where_its_middle_is() -> None:
    column: Box = (100, 0, 101, 300)
    brightness, _ = looks(picture(BLACK, (column, WHITE)), (100.4, 100, 102.4, 102))
    assert brightness == pytest.approx(255 / 2)  # of the columns 100 and 101


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        measure_looks(objects(BOX), [(0, np.zeros((400, 300, 3), np.uint8))])
    assert str(caught.value) == (
        "0.jpg: the picture is 300 x 400 pixels, but its boxes are of one of 400 x 300. "
        "Give the pictures that were evaluated."
    )

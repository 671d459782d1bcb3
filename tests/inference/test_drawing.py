from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageColor

from tfodkit.annotations.detections import Detections
from tfodkit.inference.colours import colour_of, contrast
from tfodkit.inference.drawing import draw

NAMES = {1: "bagel", 2: "žemľa", 3: "\U00012000"}


def detections(*found: tuple[tuple[float, float, float, float], float, int]) -> Detections:
    boxes, scores, class_ids = zip(*found, strict=True) if found else ((), (), ())
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32), np.array(class_ids, np.int64)
    )


def drawn(image: Image.Image, *found: tuple[tuple[float, float, float, float], float, int]) -> np.ndarray:
    return np.asarray(draw(image, detections(*found), NAMES.__getitem__))


def test_without_detections_the_picture_is_copied_as_it_is() -> None:
    image = Image.new("RGB", (60, 40), "white")
    copy = draw(image, detections(), NAMES.__getitem__)
    assert copy is not image
    assert np.asarray(copy).min() == 255


def test_the_original_is_not_drawn_on() -> None:
    image = Image.new("RGB", (60, 40), "white")
    drawn(image, ((10, 10, 50, 30), 0.9, 1))
    assert np.asarray(image).min() == 255


def test_the_line_of_a_box_lies_on_its_edges_in_the_colour_of_its_class() -> None:
    pixels = drawn(Image.new("RGB", (400, 300), "white"), ((100, 120, 300, 250), 0.9, 1))
    for x, y in ((100, 180), (299, 180), (200, 120), (200, 249)):
        assert tuple(pixels[y, x]) == colour_of(1), (x, y)
    assert tuple(pixels[180, 200]) == (255, 255, 255), "the inside of a box stays clear"


@pytest.mark.parametrize("background", ["white", "black", "grey", "#{:02x}{:02x}{:02x}".format(*colour_of(1))])
def test_a_box_can_be_seen_on_any_background(background: str) -> None:
    pixels = drawn(Image.new("RGB", (400, 300), background), ((100, 120, 300, 250), 0.9, 1))
    across_the_edge = {tuple(map(int, pixel)) for pixel in pixels[180, 90:110]}
    assert max(contrast(pixel, ImageColor.getrgb(background)) for pixel in across_the_edge) >= 3


def test_boxes_beyond_the_picture_and_without_area_do_no_harm() -> None:
    pixels = drawn(
        Image.new("RGB", (60, 40), "white"),
        ((-50, -50, 500, 500), 0.9, 1),
        ((10, 10, 10, 10), 0.8, 2),
        ((9, 9, 9.2, 9.2), 0.7, 2),
    )
    assert pixels.shape == (40, 60, 3)


def test_an_unwritable_name_is_replaced_by_its_number() -> None:
    image = Image.new("RGB", (400, 300), "white")
    unwritable = drawn(image, ((100, 120, 300, 250), 0.9, 3))
    replaced = np.asarray(draw(image, detections(((100, 120, 300, 250), 0.9, 3)), lambda _: "class 3"))
    np.testing.assert_array_equal(unwritable, replaced)


def test_a_picture_of_one_pixel_can_be_drawn_on() -> None:
    assert drawn(Image.new("RGB", (1, 1)), ((0, 0, 1, 1), 0.9, 1)).shape == (1, 1, 3)

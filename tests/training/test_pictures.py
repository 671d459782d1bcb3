"""What is drawn of a run; looked at by the colour of a class at a box's edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.examples import ExampleImage
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.inference.colours import colour_of
from tfodkit.training.pictures import GAP, LEAST_SIDE, LONGEST_SIDE, Gallery, augmented_inputs

NAMES = {1: "mug", 2: "bagel"}
GREY = (90, 90, 90)
WIDTH, HEIGHT = 400, 300


def make_detections(*scores: float, class_id: int = 2, box: tuple[float, ...] = (20, 30, 120, 130)) -> Detections:
    count = len(scores)
    return Detections(
        np.tile(np.array(box, np.float32), (count, 1)), np.array(scores, np.float32), np.full(count, class_id, np.int64)
    )


@pytest.fixture
def example() -> ExampleImage:
    truth = GroundTruth(
        name="a.jpg",
        width=WIDTH,
        height=HEIGHT,
        boxes_xyxy=np.array([[40.0, 50.0, 140.0, 120.0]]),
        class_ids=np.array([1]),
        is_crowd=np.zeros(1, bool),
    )
    return ExampleImage(1, Image.new("RGB", (WIDTH, HEIGHT), GREY), truth)


def has_colour(picture: Image.Image, class_id: int) -> bool:
    return bool((np.asarray(picture) == colour_of(class_id)).all(axis=2).any())


def halves(picture: Image.Image) -> tuple[Image.Image, Image.Image]:
    assert picture.size == (2 * WIDTH + GAP, HEIGHT)
    return picture.crop((0, 0, WIDTH, HEIGHT)), picture.crop((WIDTH + GAP, 0, 2 * WIDTH + GAP, HEIGHT))


def test_truth_stands_on_the_left_and_what_was_found_on_the_right(example: ExampleImage) -> None:
    gallery = Gallery([example], NAMES, least_score=0.5, most_boxes=20)
    (picture,) = gallery.shown([make_detections(), make_detections(0.9)])
    left, right = halves(picture)
    assert (has_colour(left, 1), has_colour(left, 2)) == (True, False)
    assert (has_colour(right, 1), has_colour(right, 2)) == (False, True)
    assert left.getpixel((40, 80)) == colour_of(1), "the left edge of the truth"
    assert right.getpixel((20, 80)) == colour_of(2)
    assert left.getpixel((399, 299)) == GREY


def test_what_the_config_does_not_show_is_not_drawn(example: ExampleImage) -> None:
    (picture,) = Gallery([example], NAMES, least_score=0.5, most_boxes=20).shown(
        [make_detections(), make_detections(0.49)]
    )
    assert not has_colour(halves(picture)[1], 2)
    (picture,) = Gallery([example], NAMES, least_score=0.1, most_boxes=0).shown(
        [make_detections(), make_detections(0.9)]
    )
    assert not has_colour(halves(picture)[1], 2)


def test_a_box_that_is_no_number_is_left_out(example: ExampleImage) -> None:
    sick = make_detections(0.9, box=(np.nan, 0, 50, np.inf))
    (picture,) = Gallery([example], NAMES, least_score=0.5, most_boxes=20).shown([sick, sick])
    assert not has_colour(halves(picture)[1], 2)


def test_a_large_picture_is_scaled_down_with_its_boxes() -> None:
    images = np.full((1, 400, 2 * LONGEST_SIDE, 3), 90, np.uint8)
    (picture,) = augmented_inputs(images, [[[0.5, 0.75, 0.9, 0.875]]], [[1]], NAMES)
    assert picture.size == (LONGEST_SIDE, 200)
    assert picture.getpixel((LONGEST_SIDE * 3 // 4, 140)) == colour_of(1), "the left edge"
    assert picture.getpixel((LONGEST_SIDE // 2, 140)) == GREY


def test_the_boxes_of_a_large_validation_image_are_scaled_with_it(example: ExampleImage) -> None:
    large = replace(
        example,
        picture=Image.new("RGB", (2 * LONGEST_SIDE, LONGEST_SIDE), GREY),
        truth=replace(example.truth, boxes_xyxy=np.array([[400.0, 200.0, 600.0, 400.0]])),
    )
    found = make_detections(0.9, box=(600, 200, 800, 400))
    (picture,) = Gallery([large], NAMES, least_score=0.5, most_boxes=20).shown([found, found])
    assert picture.size == (2 * LONGEST_SIDE + GAP, LONGEST_SIDE // 2)
    assert picture.getpixel((200, 160)) == colour_of(1)
    assert picture.getpixel((LONGEST_SIDE + GAP + 300, 160)) == colour_of(2)


def test_a_small_picture_is_scaled_up_so_that_letters_have_room_and_not_all_of_a_batch_is_shown() -> None:
    images = np.full((20, 48, 96, 3), 90, np.uint8)
    pictures = augmented_inputs(images, [[[0.25, 0.5, 0.75, 1.0]]] * 20, [[1]] * 20, NAMES)
    assert [picture.size for picture in pictures] == [(LEAST_SIDE, LEAST_SIDE // 2)] * 8
    assert pictures[0].getpixel((LEAST_SIDE // 2, 80)) == colour_of(1)


def test_an_input_without_boxes_and_one_of_an_unknown_class_are_shown() -> None:
    images = np.full((2, 300, 400, 3), 90, np.uint8)
    empty, other = augmented_inputs(images, [np.zeros((0, 4)), [[0.2, 0.2, 0.8, 0.8]]], [[], [9]], NAMES)
    assert np.array_equal(np.asarray(empty), images[0])
    assert has_colour(other, 9)

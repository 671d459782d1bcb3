"""Which group an object belongs to, at the borders above all."""

from collections.abc import Callable

import numpy as np
import pytest
from evaluation_sets import Box, make_found, make_set, make_truth

from tfodkit.evaluation.columns import EvaluatedImage, EvaluationSet
from tfodkit.evaluation.mistakes import scene_qualities as scene, shape_qualities as shape
from tfodkit.evaluation.mistakes.looks import ImageLooks
from tfodkit.evaluation.mistakes.picture_source import picture_source
from tfodkit.evaluation.mistakes.qualities import NO_GROUP, Quality, by_borders

Give = Callable[[EvaluationSet], list[Quality]]


def groups(give: Give, *boxes: Box, crowd: tuple[int, ...] = ()) -> list[str]:
    """The group of each object of one image of 400 x 300."""
    (quality,) = give(make_set(make_truth(*((0, 1, box) for box in boxes), crowd=crowd), make_found()))
    return [quality.groups[number].name for number in quality.group_of]


def square(side: float, at: float = 50) -> Box:
    return (at, at, at + side, at + side)


def test_sizes_are_thirds_whose_borders_are_whole_pixels() -> None:
    names = groups(shape.box_size, *(square(side) for side in (10, 12, 20.2, 30, 40, 50)))
    assert names == ["below 17 x 17 pixels"] * 2 + ["17 x 17 to 33 x 33"] * 2 + ["from 33 x 33 on"] * 2


def test_an_object_on_the_border_is_above_it() -> None:
    assert by_borders(np.array([0.9, 1, 1.9, 2, np.nan]), (1, 2)).tolist() == [0, 1, 1, 2, NO_GROUP]


def test_sizes_that_are_too_much_alike_are_no_quality() -> None:
    images = make_set(make_truth(*((0, 1, square(side)) for side in (20, 20.1, 20.2, 20.3))), make_found())
    assert shape.box_size(images) == []


def test_the_share_of_the_image_is_told_where_images_differ_in_size() -> None:
    truth = make_truth(*((place % 2, 1, square(20 + 10 * place)) for place in range(6)))
    images = make_set(truth, make_found(), images=2)
    assert shape.share_of_image(images) == []
    small, large = EvaluatedImage("a", 200, 100), EvaluatedImage("b", 2000, 1000)
    (quality,) = shape.share_of_image(EvaluationSet((small, large), images.class_names, truth, images.found))
    # 2, 8, 18 % of the small one, 0.045, 0.125, 0.245 % of the large one
    assert quality.group_of.tolist() == [1, 0, 2, 0, 2, 1]
    assert [group.name for group in quality.groups] == ["below 0.2%", "0.2% to 4%", "from 4% on"]


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (40, 81, "over twice as high as wide"),
        (40, 80, "higher than wide"),
        (40, 51, "higher than wide"),
        (40, 50, "about square"),
        (49, 40, "about square"),
        (50, 40, "wider than high"),
        (79, 40, "wider than high"),
        (81, 40, "over twice as wide as high"),
    ],
)
def test_shapes(width: float, height: float, name: str) -> None:
    assert groups(shape.aspect_ratio, (50, 50, 50 + width, 50 + height)) == [name]


def test_a_box_without_height_has_no_shape() -> None:
    (quality,) = shape.aspect_ratio(make_set(make_truth((0, 1, (10, 10, 20, 10))), make_found()))
    assert quality.group_of.tolist() == [NO_GROUP]


def test_positions_are_ninths_of_the_image() -> None:
    boxes: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for y in (50, 150, 250) for x in (60, 200, 340)]
    assert groups(shape.position, *boxes, (380, 280, 460, 340)) == [
        "top left", "top middle", "top right",
        "middle left", "middle", "middle right",
        "bottom left", "bottom middle", "bottom right",
        "bottom right",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("box", "touches"),
    [
        ((0, 50, 20, 70), True),
        ((1, 50, 20, 70), True),
        ((2, 50, 20, 70), False),
        ((50, 0, 70, 20), True),
        ((350, 50, 399, 70), True),
        ((350, 50, 398, 70), False),
        ((50, 250, 70, 300), True),
    ],
)
def test_the_edge_is_touched_from_a_pixel_away(box: Box, touches: bool) -> None:
    assert groups(shape.edge_of_image, box) == ["touching the edge" if touches else "away from the edge"]


@pytest.mark.parametrize(
    ("objects", "name"),
    [(1, "1"), (2, "2 to 4"), (4, "2 to 4"), (5, "5 to 9"), (10, "10 to 19"), (20, "20 or more")],
)
def test_the_objects_in_the_image_are_counted_without_crowds(objects: int, name: str) -> None:
    boxes = [square(5, at=6 * place) for place in range(objects)]
    assert groups(scene.objects_in_image, *boxes, (0, 0, 300, 300), crowd=(objects,)) == [name] * (objects + 1)


def test_overlap_is_the_share_of_an_object_that_another_covers() -> None:
    large, inside, beside, far = (0, 0, 100, 100), (10, 10, 30, 30), (90, 0, 140, 100), (300, 200, 320, 220)
    names = groups(scene.overlap_with_others, large, inside, beside, far)
    assert names == ["covered up to a third", "covered by more", "covered up to a third", "free of others"]


def test_crowds_cover_nothing() -> None:
    assert groups(scene.overlap_with_others, (0, 0, 100, 100), (10, 10, 30, 30), crowd=(0,))[1] == "free of others"


def test_objects_of_other_images_cover_nothing() -> None:
    images = make_set(make_truth((0, 1, square(20)), (1, 2, square(20))), make_found(), images=2, classes=2)
    (quality,) = scene.overlap_with_others(images)
    assert quality.group_of.tolist() == [0, 0]


def test_objects_of_other_classes_cover_as_well() -> None:
    images = make_set(make_truth((0, 1, square(20)), (0, 2, square(20))), make_found(), classes=2)
    (quality,) = scene.overlap_with_others(images)
    assert quality.group_of.tolist() == [2, 2]


def test_looks_are_thirds_of_those_that_are_known() -> None:
    values = np.array([10, np.nan, 60.4, 100, 140, 200, 250])
    for give, written in ((scene.brightness, "below 87 of 255"), (scene.contrast, "Delta E below 87")):
        (quality,) = give(ImageLooks(brightness=values, contrast=values))
        assert quality.group_of.tolist() == [0, NO_GROUP, 0, 1, 1, 2, 2]
        assert written in quality.groups[0].subject
        assert give(ImageLooks(np.full(5, np.nan), np.full(5, np.nan))) == []


def sources(*names: str) -> list[str] | None:
    truth = make_truth(*((place, 1, square(20)) for place in range(len(names))))
    images = make_set(truth, make_found(), images=len(names))
    named = tuple(EvaluatedImage(name, 400, 300) for name in names)
    qualities = picture_source(EvaluationSet(named, images.class_names, truth, images.found))
    if not qualities:
        return None
    (quality,) = qualities
    return ["?" if number == NO_GROUP else quality.groups[number].name for number in quality.group_of]


def test_folders_are_sources_before_names_are() -> None:
    names = [f"{folder}/{camera}_{number}.jpg" for folder in "ab" for camera in "xy" for number in range(5)]
    assert sources(*names) == ["a/…"] * 10 + ["b/…"] * 10


def test_names_without_their_numbers_are_sources() -> None:
    names = [f"IMG_20190801_{number}.jpg" for number in range(6)] + [f"video2-{number}.png" for number in range(6)]
    assert sources(*names) == ["IMG …"] * 6 + ["video …"] * 6


def test_names_of_numbers_alone_are_a_source() -> None:
    assert sources(*(f"{number}.jpg" for number in range(6)), *(f"b{number}.jpg" for number in range(6))) == (
        ["numbers alone"] * 6 + ["b …"] * 6
    )


def test_first_words_are_sources_where_whole_names_are_too_many() -> None:
    names = [f"{first}_{letter}{letter}.jpg" for first in ("dog", "cat") for letter in "abcdefgh"]
    assert sources(*names) == ["dog …"] * 8 + ["cat …"] * 8


def test_a_few_images_from_elsewhere_are_of_no_source() -> None:
    names = [f"a{number}.jpg" for number in range(10)] + [f"b{number}.jpg" for number in range(10)] + ["c1.jpg"]
    assert sources(*names) == ["a …"] * 10 + ["b …"] * 10 + ["?"]


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["raccoon-1.jpg", "raccoon-2.jpg"] * 10,
        [f"{chr(97 + i)}{chr(97 + j)}.jpg" for i in range(13) for j in range(6)],
        [f"{a}{number}.jpg" for a in "abcdefghijklm" for number in range(6)],  # thirteen
        [f"a{number}.jpg" for number in range(5)] + [f"b{number}.jpg" for number in range(4)],
        [*["a.jpg"] * 5, *["b.jpg"] * 5, *(f"{letter}.jpg" for letter in "cdefg")],  # a third is of neither
    ],
)
def test_names_that_tell_no_sources(names: list[str]) -> None:
    assert sources(*names) is None

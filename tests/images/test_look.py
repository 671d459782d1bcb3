"""Copies of a picture look alike, different pictures do not."""

import random

import pytest
from builders import shared_data
from hypothesis import given, strategies as st
from image_builders import encoded, photo
from PIL import Image, ImageEnhance

from tfodkit.images.examination import examine
from tfodkit.images.look import ALIKE, FLAT, look_of, near_pairs, shrink_factor, shrunk


def look(image):
    return look_of(shrunk(image))


def jpeg_look(image, quality=75):
    return examine(encoded(image, quality=quality), decode=True).look


def distance(one, other):
    return (one ^ other).bit_count()


def copies(image):
    yield "at quality 50", jpeg_look(image, 50)
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.BICUBIC)
    yield "at half the size", jpeg_look(half, 85)
    yield "brighter", jpeg_look(ImageEnhance.Brightness(image).enhance(1.1), 90)
    yield "as PNG", examine(encoded(image, "PNG", compress_level=1), decode=True).look


@pytest.mark.parametrize("seed", range(20))
def test_copies_look_alike_and_others_do_not(seed):
    image = photo(seed, (240, 180))
    own = jpeg_look(image)
    assert all(distance(own, other) <= ALIKE for _, other in copies(image))
    assert distance(own, jpeg_look(photo(seed + 100, (240, 180)))) > 2 * ALIKE


@pytest.mark.parametrize("size", [(1, 1), (7, 200), (31, 31), (32, 32), (64, 500), (256, 256), (4000, 3000)])
def test_a_picture_is_shrunk_as_far_as_its_look_allows(size):
    factor = shrink_factor(*size)
    assert factor in (1, 2, 4, 8)
    assert factor == 1 or min(size) / factor >= 32
    assert factor == 8 or min(size) < 2 * factor * 32


@pytest.mark.parametrize("grey", [0, 7, 128, 255])
def test_a_flat_picture_has_no_look(grey):
    image = Image.new("L", (100, 80), grey)
    assert look(image) == FLAT
    image.paste(min(255, grey + 5), (0, 0, 50, 80))
    assert look(image) == FLAT or grey == 255
    image.paste((grey + 100) % 256, (0, 0, 50, 80))
    assert look(image) != FLAT


def test_noise_does_not_decide_how_an_even_slope_looks():
    slope = Image.linear_gradient("L").convert("RGB")
    assert all(distance(jpeg_look(slope), other) <= 2 for _, other in copies(slope))


def groups_by_force(looks, threshold):
    groups = []
    for name in sorted(looks):
        near = [
            group
            for group in groups
            if looks[name] != FLAT and any(distance(looks[name], looks[other]) <= threshold for other in group)
        ]
        groups = [group for group in groups if group not in near] + [sorted(sum(near, [name]))]
    return sorted(tuple(group) for group in groups if len(group) > 1)


@given(st.integers(0, 7), st.integers(0, 2**32))
def test_near_pairs_are_those_found_by_comparing_all_with_all(threshold, seed):
    generator = random.Random(seed)
    looks = {"flat": FLAT, "flat too": FLAT}
    for number in range(30):
        found = generator.choice([*looks.values()]) or generator.getrandbits(64)
        for _ in range(generator.randrange(12)):
            found ^= 1 << generator.randrange(64)
        looks[f"{number}"] = found
    assert near_pairs(looks, threshold) == groups_by_force(looks, threshold)


def test_groups_do_not_depend_on_the_order_of_pictures():
    looks = {"c": 0b1, "a": 0b111, "b": 0xFF << 40, "d": 0xFF << 40 | 0b11 << 50}
    expected = [("a", "c"), ("b", "d")]
    assert near_pairs(looks, 2) == near_pairs(dict(reversed(looks.items())), 2) == expected


def test_a_chain_of_alike_pictures_is_one_group():
    looks = {f"{number:02}": (1 << 3 * number) - 1 or 1 << 63 for number in range(1, 21)}
    assert near_pairs(looks, 3) == [tuple(sorted(looks))]
    assert near_pairs(looks, 2) == []


@pytest.mark.parametrize("threshold", [-1, 8])
def test_a_threshold_beyond_what_bands_can_find_is_refused(threshold):
    with pytest.raises(ValueError, match=f"threshold must be 0 to 7, but got {threshold}"):
        near_pairs({}, threshold)


REAL = {
    "bccd": [("BloodImage_00037", "BloodImage_00038")],
    "raccoon": [
        ("raccoon-11", "raccoon-116"),
        ("raccoon-120", "raccoon-83"),
        ("raccoon-21", "raccoon-45"),
        ("raccoon-50", "raccoon-52", "raccoon-74"),
        ("raccoon-51", "raccoon-85"),
        ("raccoon-65", "raccoon-98"),
    ],
}
"""Seen by eye: the same animal a moment later, the same photograph with a caption; the slide moved a little."""


@pytest.mark.parametrize("name", REAL)
def test_of_real_pictures_those_are_alike_that_people_call_alike(name):
    looks = {}
    for path in sorted((shared_data(name) / {"bccd": "JPEGImages"}.get(name, "images")).iterdir()):
        looks[path.stem] = examine(path.read_bytes(), decode=True).look
    assert near_pairs(looks) == REAL[name]
    between = [distance(looks[one], looks[other]) for one in looks for other in looks if one < other]
    assert [count for count in between if ALIKE < count <= 8] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_copies_of_real_pictures_are_alike(name):
    for path in sorted((shared_data(name) / {"bccd": "JPEGImages"}.get(name, "images")).iterdir()):
        own = examine(path.read_bytes(), decode=True).look
        with Image.open(path) as image:
            far = {copy: distance(own, found) for copy, found in copies(image.convert("RGB"))}
        assert max(far.values()) <= ALIKE, (path.name, far)

"""Masks become the pixels that pycocotools, TensorFlow and Pillow see."""

import io

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image
from pycocotools import mask as coco_mask

from tfodkit.annotations.mask_pixels import from_bitmap, to_bitmap, to_bitmaps, to_png, to_run_lengths
from tfodkit.annotations.masks import InstanceMask, PolygonMask, RunLengthMask
from tfodkit.annotations.run_lengths import decode_run_lengths
from tfodkit.errors import DataError

SIZE = {"width": 40, "height": 30}
SQUARE = PolygonMask([(4, 6, 20, 6, 20, 24, 4, 24)])
ignore_pycocotools = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
"""Of its ``decode`` alone, which only tests call."""
VOC_COLOURS = {0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 20: (0, 64, 128), 255: (224, 224, 192)}
"""From the palette that Pascal VOC's devkit has in ``VOClabelcolormap.m``."""


def draw_instances(path, values, mode="P"):
    image = Image.fromarray(np.asarray(values, np.uint8)).convert("L")
    if mode == "P":
        image.putpalette([number for number in range(256) for _ in range(3)])
    elif mode != "L":
        image = Image.fromarray(np.array([[VOC_COLOURS[value] for value in row] for row in values], np.uint8)).convert(
            mode
        )
    image.save(path)
    return path


coordinates = st.floats(-20, 60)
polygons = st.lists(
    st.lists(coordinates, min_size=6, max_size=16).filter(lambda p: len(p) % 2 == 0), min_size=1, max_size=3
)


@ignore_pycocotools
@given(polygons)
def test_polygons_are_filled_as_coco_does(polygons):
    mask = PolygonMask(polygons)
    expected = coco_mask.decode(coco_mask.frPyObjects(polygons, SIZE["height"], SIZE["width"])).any(axis=2)
    bitmap = to_bitmap(mask, **SIZE)
    assert bitmap.dtype == bool
    assert np.array_equal(bitmap, expected)
    assert to_run_lengths(mask, **SIZE) == from_bitmap(expected)


@ignore_pycocotools
@given(st.integers(1, 60), st.integers(1, 60), st.floats(0, 1), st.integers(0, 99))
@settings(max_examples=60)
def test_run_lengths_are_those_of_pycocotools(width, height, share, seed):
    bitmap = np.random.default_rng(seed).random((height, width)) < share
    mask = from_bitmap(bitmap)
    encoded = coco_mask.encode(np.asfortranarray(bitmap, np.uint8))
    assert list(mask.counts) == decode_run_lengths(encoded["counts"].decode())
    assert np.array_equal(to_bitmap(mask, width=width, height=height), bitmap)
    assert to_run_lengths(mask, width=width, height=height) is mask
    uncompressed = coco_mask.frPyObjects({"size": [height, width], "counts": list(mask.counts)}, height, width)
    assert np.array_equal(coco_mask.decode(uncompressed), bitmap)


def test_long_runs_are_decoded():
    counts = (1 << 30, 3, (1 << 31) - 5, 2)
    encoded = coco_mask.frPyObjects({"size": [sum(counts), 1], "counts": list(counts)}, sum(counts), 1)
    assert decode_run_lengths(encoded["counts"].decode()) == list(counts)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("42/0", "compressed run lengths must be characters from 0 to o, but character 2 is not"),
        ("42p", "compressed run lengths must be characters from 0 to o, but character 2 is not"),
        ("o" * 5000, "compressed run lengths must be numbers, but the one at character 13 never ends"),
        ("42P", "compressed run lengths must end with a whole number, but break off"),
    ],
)
def test_broken_run_lengths_are_refused(text, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared in full
        decode_run_lengths(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "RGBA"])
def test_an_instance_is_one_value_of_a_png(tmp_path, mode):
    path = draw_instances(tmp_path / "a.png", [[0, 1, 255], [20, 1, 2]], mode)
    bitmap = to_bitmap(InstanceMask(path, 1), width=3, height=2)
    assert bitmap.tolist() == [[False, True, False], [False, True, False]]
    assert to_run_lengths(InstanceMask(path, 20), width=3, height=2).counts == (1, 1, 4)


def test_instances_of_one_file_are_read_once(tmp_path, monkeypatch):
    opened = []
    real = Image.open
    monkeypatch.setattr(Image, "open", lambda path, **options: opened.append(path) or real(path, **options))
    first, second = (draw_instances(tmp_path / name, [[0, 1], [2, 2]]) for name in ("a.png", "b.png"))
    masks = [InstanceMask(first, 1), None, InstanceMask(first, 2), InstanceMask(second, 2)]
    bitmaps = list(to_bitmaps(masks, width=2, height=2))
    assert [None if bitmap is None else int(bitmap.sum()) for bitmap in bitmaps] == [1, None, 2, 2]
    assert opened == [first, second]


def _truncated(path):
    draw_instances(path, np.arange(200 * 200).reshape(200, 200) % 251)
    path.write_bytes(path.read_bytes()[:-2000])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: None, "the mask is not there"),
        (lambda path: path.write_bytes(b"\x89PNG no more"), "the mask is no PNG, or damaged"),
        (_truncated, "the mask is no PNG, or damaged"),
        (lambda path: Image.new("L", (200, 200)).save(path, "JPEG"), "the mask is no PNG, or damaged"),
        (lambda path: path.mkdir(), "the mask is no PNG, or damaged"),
        (
            lambda path: Image.new("P", (200, 1)).save(path),
            "the mask has 200 x 1 pixels, but the image 200 x 200",
        ),
        (
            lambda path: Image.new("I;16", (200, 200)).save(path),
            "the mask must be a PNG with a palette, but its pixels are I;16",
        ),
        (
            lambda path: Image.new("RGB", (200, 200), (1, 2, 3)).save(path),
            "the mask has colours that Pascal VOC's palette lacks",
        ),
    ],
)
def test_a_png_that_holds_no_masks_is_refused(tmp_path, make, message):
    path = tmp_path / "a.png"
    make(path)
    with pytest.raises(DataError) as caught:
        to_bitmap(InstanceMask(path, 1), width=200, height=200)
    assert str(caught.value) == f"{path}: {message}. Replace the mask, or remove it."


def test_run_lengths_of_another_size_are_refused():
    mask = RunLengthMask(4, 3, (4, 2, 6))
    for convert in (to_bitmap, to_run_lengths):
        with pytest.raises(ValueError, match="the mask has 4 x 3 pixels, but the image 40 x 30"):
            convert(mask, **SIZE)


def test_the_png_is_one_bit_a_pixel():
    png = to_png(SQUARE, **SIZE)
    with Image.open(io.BytesIO(png)) as image:
        assert (image.mode, image.size, image.format) == ("1", (40, 30), "PNG")
        assert np.array_equal(np.asarray(image), to_bitmap(SQUARE, **SIZE))
    assert int(to_bitmap(SQUARE, **SIZE).sum()) == 16 * 18


@pytest.mark.tensorflow
def test_tensorflow_reads_the_png():
    import tensorflow as tf

    decoded = tf.image.decode_image(to_png(SQUARE, **SIZE), channels=1).numpy()
    assert decoded.shape == (30, 40, 1)
    assert np.array_equal(decoded[..., 0] > 0, to_bitmap(SQUARE, **SIZE))

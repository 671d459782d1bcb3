"""Instances of a devkit's PNG go to the objects whose boxes they fit."""

import math

import numpy as np
from PIL import Image

from tfodkit.annotations.masks import InstanceMask
from tfodkit.annotations.voc_masks import instance_masks


def draw_instances(path, *instances, size=(40, 30)):
    """Each ``(value, xmin, ymin, xmax, ymax)``, drawn one over the other with a border of 255."""
    values = np.zeros(size[::-1], np.uint8)
    for value, xmin, ymin, xmax, ymax in instances:
        values[ymin:ymax, xmin:xmax] = 255
        values[ymin + 1 : ymax - 1, xmin + 1 : xmax - 1] = value
    image = Image.fromarray(values).convert("L")
    image.putpalette([number for number in range(256) for _ in range(3)])
    image.save(path)
    return path


def numbers(masks):
    return [mask and mask.instance for mask in masks]


def test_an_instance_goes_to_the_box_that_it_fits_best(tmp_path):
    png = draw_instances(tmp_path / "a.png", (1, 0, 0, 20, 20), (2, 22, 2, 38, 28), (9, 2, 22, 12, 30))
    boxes = [(22, 2, 38, 28), (2, 22, 12, 30), (0, 0, 20, 20)]
    masks, findings = instance_masks(png, boxes, size=(40, 30))
    assert masks == (InstanceMask(png, 2), InstanceMask(png, 9), InstanceMask(png, 1))
    assert findings == ()


def test_where_two_boxes_fit_alike_numbers_decide(tmp_path):
    png = draw_instances(tmp_path / "a.png", (2, 0, 0, 20, 20))
    masks, _ = instance_masks(png, [(0, 0, 20, 20), (0, 0, 20, 20), (0, 0, 20, 20)])
    assert numbers(masks) == [None, 2, None]


def test_the_better_fit_goes_first_and_the_other_takes_what_is_left(tmp_path):
    png = draw_instances(tmp_path / "a.png", (1, 0, 0, 20, 20), (2, 12, 0, 30, 20))
    masks, findings = instance_masks(png, [(0, 0, 30, 20), (0, 0, 38, 20)])
    assert numbers(masks) == [2, 1]
    assert findings == ()


def test_objects_without_an_instance_and_boxes_that_are_none_get_no_mask(tmp_path):
    png = draw_instances(tmp_path / "a.png", (1, 0, 0, 20, 20))
    boxes = [(25, 5, 30, 10), (0, 0, 20, 20), (math.nan, 0, 1, 1), (20, 20, 0, 0)]
    masks, findings = instance_masks(png, boxes)
    assert numbers(masks) == [None, 1, None, None]
    assert findings == ()


def test_an_instance_without_a_box_is_named_and_left_out(tmp_path):
    png = draw_instances(tmp_path / "a.png", (7, 0, 0, 20, 20))
    masks, (finding,) = instance_masks(png, [(25, 5, 30, 10)])
    assert masks == (None,)
    assert str(finding.problem) == (
        f"{png}: instance 7: no box fits its pixels, which reach (1, 1, 19, 19). "
        "Draw the mask again, or pass --drop-invalid. [TFK310]"
    )
    assert not finding.is_error


def test_a_png_of_another_size_is_an_error(tmp_path):
    png = draw_instances(tmp_path / "a.png", (1, 0, 0, 20, 20))
    masks, (finding,) = instance_masks(png, [(0, 0, 20, 20)], size=(30, 40))
    assert masks == (None,)
    assert finding.is_error
    assert (finding.code, finding.what) == ("TFK310", "the mask has 40 x 30 pixels, but the image 30 x 40")


def test_a_png_that_cannot_be_read_is_an_error(tmp_path):
    masks, (finding,) = instance_masks(tmp_path / "a.png", [(0, 0, 20, 20), (0, 0, 1, 1)])
    assert (masks, finding.path, finding.what) == ((None, None), tmp_path / "a.png", "the mask is not there")

import numpy as np
import pytest
from hypothesis import given, strategies as st
from pycocotools import mask as coco_mask

from tfodkit.annotations.coco_rle import rle_area, to_rle
from tfodkit.annotations.mask_pixels import from_bitmap
from tfodkit.annotations.masks import PolygonMask, RunLengthMask


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=7))
def test_run_lengths_are_packed_as_pycocotools_packs_the_bitmap(rows: list[list[bool]]) -> None:
    bitmap = np.array(rows)
    height, width = bitmap.shape
    rle = to_rle(from_bitmap(bitmap), width=width, height=height)
    assert rle == coco_mask.encode(np.asfortranarray(bitmap.astype(np.uint8)))
    assert rle_area(rle) == bitmap.sum()


def test_polygons_are_merged_and_cut_off_at_the_picture() -> None:
    square, beside = (0, 0, 2, 0, 2, 2, 0, 2), (3, 0, 9, 0, 9, 2, 3, 2)
    rle = to_rle(PolygonMask([square, beside]), width=4, height=3)
    assert rle["size"] == [3, 4]
    assert rle_area(rle) == 2 * 2 + 2 * 1


def test_a_mask_of_another_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="the mask has 2 x 1 pixels, but the image 4 x 3"):
        to_rle(RunLengthMask(2, 1, (1, 1)), width=4, height=3)

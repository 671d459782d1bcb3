"""COCO's ``segmentation``: a mask as polygons or run lengths, read and written."""

from __future__ import annotations

import reprlib
from typing import Any

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.json_numbers import are_numbers, plain
from tfodkit.annotations.masks import PolygonMask, RunLengthMask
from tfodkit.annotations.rules import MASK_INVALID
from tfodkit.annotations.run_lengths import decode_run_lengths


def mask_of(segmentation: Any) -> PolygonMask | RunLengthMask | None:
    """The mask of a ``segmentation``; None where nothing is there, as in ``[]``.

    Raises:
        FaultError: it is no mask.
    """
    if segmentation in (None, [], [[]], {}):
        return None
    try:
        if isinstance(segmentation, dict):
            return _run_lengths(segmentation.get("size"), segmentation.get("counts"))
        if isinstance(segmentation, list):
            return _polygons(segmentation)
    except OverflowError as error:
        raise FaultError(MASK_INVALID, "a polygon must be finite, but is not") from error
    except ValueError as error:
        raise FaultError(MASK_INVALID, str(error)) from error
    what = f"segmentation must be polygons or run lengths, but got {reprlib.repr(segmentation)}"
    raise FaultError(MASK_INVALID, what)


def segmentation_of(mask: PolygonMask | RunLengthMask) -> list[list[float]] | dict[str, list[int]]:
    """A mask as :func:`mask_of` reads it; run lengths are not compressed, as every program can read them."""
    if isinstance(mask, PolygonMask):
        return [[*map(plain, polygon)] for polygon in mask.polygons]
    return {"size": [mask.height, mask.width], "counts": [*mask.counts]}


def _polygons(segmentation: list[Any]) -> PolygonMask:
    for polygon in segmentation:
        if not are_numbers(polygon):
            raise ValueError(f"a polygon must be a list of numbers, but got {reprlib.repr(polygon)}")
    return PolygonMask(segmentation)


def _run_lengths(size: Any, counts: Any) -> RunLengthMask:
    if not (isinstance(size, list) and [*map(type, size)] == [int, int]):
        raise ValueError(f"the size of run lengths must be height and width, but got {reprlib.repr(size)}")
    if isinstance(counts, str):
        counts = decode_run_lengths(counts)
    if not (isinstance(counts, list) and {int}.issuperset(map(type, counts))):
        raise ValueError(f"run lengths must be whole numbers, but got {reprlib.repr(counts)}")
    return RunLengthMask(size[1], size[0], counts)

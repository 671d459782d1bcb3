"""Ways to look at a picture with a model, made of each other: in one go, in tiles, in views, with several models.

All are a :class:`Look`: a function from upright pixels to detections, so that they can be laid around each other::

    look = in_views(in_tiles(detector.detect, side=640), [View(), View(is_flipped=True)])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.detections import Detections
from tfodkit.errors import UsageError
from tfodkit.inference.fusion import Fusion, fuse
from tfodkit.inference.tiles import OVERLAP, SIDE, make_tiles, merge_tiles
from tfodkit.inference.views import View

Look: TypeAlias = Callable[[NDArray[np.uint8]], Detections]
"""From ``uint8 [height, width, 3]``, upright RGB, to what is in it."""
LookAtAll: TypeAlias = Callable[[Sequence[NDArray[np.uint8]]], list[Detections]]
"""From pictures of one size, ``uint8 [height, width, 3]`` each, to what is in each of them."""
LEAST_SCORE = 0.05
"""What scores less in a tile or a view is left out before lists are put together: there would be thousands."""


def in_tiles(look: Look, *, side: int = SIDE, overlap: float = OVERLAP, look_at_all: LookAtAll | None = None) -> Look:
    """Look at tiles of a picture and at the whole of it; a picture that is no larger than a tile in one go.

    ``look_at_all`` does the same as ``look``, with all tiles at once, where that is quicker.
    """

    def tiled(pixels: NDArray[np.uint8]) -> Detections:
        height, width, _ = pixels.shape
        tiles = make_tiles(width, height, side=side, overlap=overlap)
        whole = look(pixels)
        if len(tiles) == 1:
            return whole
        cut = [tile.cut(pixels) for tile in tiles]
        looked = look_at_all(cut) if look_at_all else [look(each) for each in cut]
        found = [each.above(LEAST_SCORE) for each in looked]
        return merge_tiles(tiles, found, width=width, height=height, whole=whole.above(LEAST_SCORE))

    return tiled


def in_views(look: Look, views: Sequence[View], how: Fusion = Fusion.WBF) -> Look:
    """Look at several views of a picture and put together what is found."""

    def viewed(pixels: NDArray[np.uint8]) -> Detections:
        height, width, _ = pixels.shape
        found = [view.undo(_at(look, view)(view.show(pixels)), width=width, height=height) for view in views]
        return fuse([each.above(LEAST_SCORE) for each in found], how)

    return viewed


def with_models(looks: Sequence[Look], how: Fusion = Fusion.WBF, *, weights: Sequence[float] | None = None) -> Look:
    """Look with several models of the same classes and put together what they find."""

    def looked(pixels: NDArray[np.uint8]) -> Detections:
        return fuse([look(pixels).above(LEAST_SCORE) for look in looks], how, weights=weights)

    return looked


def require_same_classes(first: Mapping[int, str], others: Mapping[str, Mapping[int, str]]) -> None:
    """Refuse models whose label maps differ from that of the first one; ``others`` by where they lie.

    Raises:
        UsageError: a class has another id, or is in one alone.
    """
    for where, names in others.items():
        if dict(names) != dict(first):
            apart = sorted(set(names.items()) ^ set(first.items()))
            listed = ", ".join(f"{class_id} {name!r}" for class_id, name in apart[:4])
            what = f"its classes are not those of the first model: {listed}"
            raise UsageError(where, what, "Fuse models that were trained with the same label map.")


def _at(look: Look, view: View) -> Look:
    """A larger view is looked at in tiles of the picture's own size, without the whole, which is the picture again."""
    if view.scale <= 1:
        return look

    def closer(pixels: NDArray[np.uint8]) -> Detections:
        height, width, _ = pixels.shape
        across, down = round(width / view.scale), round(height / view.scale)
        tiles = make_tiles(width, height, side=max(across, down))
        return merge_tiles(tiles, [look(tile.cut(pixels)) for tile in tiles], width=width, height=height)

    return closer

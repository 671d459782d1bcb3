"""How a run looks at its pictures: plainly in batches, or in tiles, in views and with several models."""

from __future__ import annotations

from collections.abc import Mapping

from tfodkit.errors import UsageError
from tfodkit.inference.detector import Detector
from tfodkit.inference.fusion import Fusion
from tfodkit.inference.options import DetectOptions
from tfodkit.inference.tiles import OVERLAP
from tfodkit.inference.ways_of_looking import Look, LookAtAll, in_tiles, in_views, require_same_classes, with_models


def look_as(options: DetectOptions, detectors: Mapping[str, Detector]) -> LookAtAll:
    """What ``options`` ask for, with models by where they lie, the first of them the one that gives the classes.

    Raises:
        UsageError: the models' classes differ, there is not a weight for each, or nothing to fuse.
    """
    first, *others = detectors.values()
    require_same_classes(first.class_names, {where: each.class_names for where, each in [*detectors.items()][1:]})
    require_use(options, len(detectors))
    if not others and options.tile is None and len(options.views) == 1:
        return first.detect_all
    fusion = options.fusion or Fusion.WBF
    looks = [_look(options, detector, fusion) for detector in detectors.values()]
    look = with_models(looks, fusion, weights=options.weights) if others else looks[0]
    return lambda pictures: [look(pixels) for pixels in pictures]


def _look(options: DetectOptions, detector: Detector, fusion: Fusion) -> Look:
    look: Look = detector.detect
    if options.tile is not None:
        overlap = OVERLAP if options.overlap is None else options.overlap
        look = in_tiles(look, side=options.tile, overlap=overlap, look_at_all=_by(options.batch, detector.detect_all))
    return look if len(options.views) == 1 else in_views(look, options.views, fusion)


def _by(batch: int, look_at_all: LookAtAll) -> LookAtAll:
    """The same, with so many at once and no more."""
    return lambda pictures: [
        found for first in range(0, len(pictures), batch) for found in look_at_all(pictures[first : first + batch])
    ]


def require_use(options: DetectOptions, models: int) -> None:
    """Refuse what would do nothing with so many models.

    Raises:
        UsageError: there is not a weight for each model, or nothing to fuse.
    """
    if options.weights is not None and len(options.weights) != models:
        what = f"must be one for each of {models} models, but got {len(options.weights)}"
        raise UsageError("--weights", what, "The first is that of the first model; --model names further ones.")
    if options.fusion is not None and models == 1 and len(options.views) == 1:
        remedy = "Pass --model, --flip or --scale, or leave it out."
        raise UsageError("--fusion", "there is one model and one view: nothing to fuse", remedy)

"""Anchors that would do better for the boxes at hand: :func:`fitted_anchors`, :func:`fitted_image_size`.

Aspect ratios and sizes are found by k-means with 1 - IoU as the distance, as in YOLOv2 (Redmon & Farhadi 2017, section
2, "Dimension Clusters"); the scales of a pyramid, which has one number for all, by trying. What comes of each is then
measured as it would be trained, and the best is told, if it is better at all. The number of anchors a cell has stays as
it is, so that the weights of a checkpoint still fit; wide ones stay wide.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from tfodkit.config.anchors.match import Floats
from tfodkit.config.anchors.reach import AnchorReach, anchor_reach
from tfodkit.config.anchors.values import (
    AnchorValues,
    anchor_generator,
    anchor_values,
    set_anchor_scales,
    set_aspect_ratios,
)
from tfodkit.config.model.image_size import set_image_size
from tfodkit.config.model.input_grid import side_step
from tfodkit.config.model.resizing import resized
from tfodkit.config.pipeline import Message
from tfodkit.errors import TfodkitError
from tfodkit.records.manifest import SampledBox

WORTH_IT = 0.01
"""Of the boxes: what has to be reached more for a change to be told of."""
_PYRAMID_SCALES = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0)
_LOW_QUANTILES = (0.02, 0.05, 0.1, 0.25, 0.5)
_LARGER = (1.25, 1.5, 2.0, 3.0)
_LARGEST = 2048
"""What is larger than this takes more memory than a GPU has."""
_MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class FittedAnchors:
    """Other values, and the share of the boxes that would have an anchor at the threshold."""

    values: AnchorValues
    flags: tuple[str, ...]
    """Of make-config, for what is not as it was."""
    reached: float


@dataclass(frozen=True, slots=True)
class FittedImageSize:
    """Another ``--image-size``, and the share of the boxes that would have an anchor at the threshold."""

    size: int | tuple[int, int]
    """A side, or width and height."""
    reached: float

    @property
    def flag(self) -> str:
        """``--image-size 640`` or ``--image-size 640x480``."""
        return f"--image-size {self.size if isinstance(self.size, int) else 'x'.join(map(str, self.size))}"


def k_means(sizes: Floats, k: int) -> Floats:
    """The middles of at most ``k`` clusters of boxes: [clusters, 2], in the order of their first side.

    The distance of two boxes is 1 - IoU when both have one centre. Begins at the quantiles of the first side, so that
    it gives the same for the same boxes.

    Args:
        sizes: [boxes, 2], both sides of each box; at least one.
        k: 1 or more.
    """
    ordered = sizes[np.argsort(sizes[:, 0], kind="stable")]
    middles = ordered[((np.arange(k) + 0.5) / k * len(ordered)).astype(int)]
    nearest = np.full(len(ordered), -1)
    for _ in range(_MOST_ROUNDS):
        shared = np.minimum(ordered[:, None], middles).prod(-1)
        ious = shared / (ordered.prod(-1)[:, None] + middles.prod(-1) - shared)
        if (ious.argmax(1) == nearest).all():
            break
        nearest = ious.argmax(1)
        middles = np.array([ordered[nearest == number].mean(0) for number in np.unique(nearest)])
        nearest = np.searchsorted(np.unique(nearest), nearest)
    return np.unique(middles, axis=0)


def fitted_anchors(model: Message, sample: Sequence[SampledBox], names: Sequence[str]) -> FittedAnchors | None:
    """Scales and aspect ratios that reach more of the boxes than those of a ``DetectionModel``; None where none do.

    Raises:
        ValueError: as :func:`~tfodkit.config.anchors.reach.anchor_reach`.
    """
    now = anchor_reach(model, sample, names)
    own = _values(model)
    if now is None or own is None or not own.aspect_ratios or _is_best(now):
        return None
    best, most = own, now.all_classes.reached
    for ratios, scales in product(_ratios(own, now), _scales(model, own, now)):
        values = AnchorValues(scales, ratios)
        other = type(model)()
        other.CopyFrom(model)
        _set(other, values)
        found = anchor_reach(other, sample, names)
        if found and found.all_classes.reached >= most + WORTH_IT:
            best, most = values, found.all_classes.reached
    return None if best == own else FittedAnchors(best, tuple(best.flags(unlike=own)), most)


def fitted_image_size(
    pipeline: Message, sample: Sequence[SampledBox], names: Sequence[str], *, enough: float
) -> FittedImageSize | None:
    """The least larger image size that reaches the share ``enough``, else the one that reaches most.

    None where none reaches more than the config's own.

    Raises:
        ValueError: as :func:`~tfodkit.config.anchors.reach.anchor_reach`.
    """
    now = anchor_reach(pipeline.model, sample, names)
    if now is None or _is_best(now):
        return None
    best: FittedImageSize | None = None
    for size in _larger_sizes(pipeline.model):
        other = type(pipeline)()
        other.CopyFrom(pipeline)
        try:
            set_image_size(other, size, "")
        except TfodkitError:
            continue
        found = anchor_reach(other.model, sample, names)
        if found and found.all_classes.reached >= (best or now.all_classes).reached + WORTH_IT:
            best = FittedImageSize(size, found.all_classes.reached)
            if best.reached >= enough:
                break
    return best


def _is_best(now: AnchorReach) -> bool:
    return now.all_classes.unreached < WORTH_IT


def _generator(model: Message) -> Message:
    """None where there is none."""
    kind = model.WhichOneof("model")
    return anchor_generator(kind, getattr(model, kind))


def _values(model: Message) -> AnchorValues | None:
    generator = _generator(model)
    return None if generator is None else anchor_values(generator)


def _set(model: Message, values: AnchorValues) -> None:
    generator = _generator(model)
    set_anchor_scales(generator, values.scales)
    set_aspect_ratios(generator, values.aspect_ratios)


def _ratios(own: AnchorValues, now: AnchorReach) -> Iterator[tuple[float, ...]]:
    """Its own, then those of the boxes: as many, the widest in the place of the widest."""
    yield own.aspect_ratios
    roots = np.sqrt(now.widths / now.heights)
    middles = k_means(np.stack([roots, 1 / roots], 1), len(own.aspect_ratios))
    found = sorted({_rounded(width / height) for width, height in middles})
    spare = sorted(own.aspect_ratios, key=lambda ratio: -min(abs(math.log(ratio / each)) for each in found))
    found = sorted(found + spare[: len(own.aspect_ratios) - len(found)])
    ranks = np.argsort(np.argsort(own.aspect_ratios, kind="stable"), kind="stable")
    yield tuple(found[rank] for rank in ranks)


def _scales(model: Message, own: AnchorValues, now: AnchorReach) -> Iterator[tuple[float, ...]]:
    """Its own, then those of the boxes: as many."""
    yield own.scales
    generator = _generator(model)
    if generator.DESCRIPTOR.name == "MultiscaleAnchorGenerator":
        yield from ((scale,) for scale in _PYRAMID_SCALES)
        return
    is_ssd = generator.DESCRIPTOR.name == "SsdAnchorGenerator"
    unit = min(now.input_width, now.input_height) if is_ssd else math.sqrt(generator.height * generator.width)
    sides = np.sqrt(now.widths * now.heights) / unit
    count = generator.num_layers if is_ssd else len(own.scales)
    middles = [_rounded(side) for side, _ in k_means(np.stack([sides, sides], 1), count)]
    if is_ssd and not generator.scales:
        yield from _spans(sides, own.scales, highest=middles[-1], maps=count)
    elif len(middles) == len(own.scales):
        yield tuple(middles)


def _spans(sides: Floats, own: Sequence[float], *, highest: float, maps: int) -> Iterator[tuple[float, float]]:
    """The smallest and the largest scale of an SSD, between which the maps' are spread evenly."""
    least, most = own
    median = float(np.median(sides))
    for low in (*(_rounded(side) for side in np.quantile(sides, _LOW_QUANTILES)), least):
        median_on_second_map = _rounded(low + (maps - 1) * (median - low))
        yield from ((low, high) for high in (most, highest, median_on_second_map) if low < high)


def _larger_sizes(model: Message) -> Iterator[int | tuple[int, int]]:
    """What the resizer makes of a square, times so much, as multiples of what the model takes."""
    body = getattr(model, model.WhichOneof("model"))
    square = resized(body.image_resizer, width=1000, height=1000)
    if square is None or body.image_resizer.WhichOneof("image_resizer_oneof") == "identity_resizer":
        return
    step = side_step(body.feature_extractor)
    for factor in _LARGER:
        width, height = (-(-round(side * factor) // step) * step for side in (square.width, square.height))
        if max(width, height) <= _LARGEST:
            yield width if width == height else (width, height)


def _rounded(value: float) -> float:
    """To two digits: more would say more than a sample knows."""
    return float(f"{value:.2g}")

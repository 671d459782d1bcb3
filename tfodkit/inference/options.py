"""How pictures are looked at, and what is written about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tfodkit.errors import UsageError
from tfodkit.inference.fusion import Fusion
from tfodkit.inference.views import View

BATCH = 8


class Output(StrEnum):
    """What can be written beside ``detections.json``."""

    PICTURES = "pictures"
    """Each picture with its boxes drawn."""
    CSV = "csv"
    """``detections.csv``: a row an object."""
    COCO = "coco"
    """``coco_results.json``: COCO's list of results, for ``loadRes``."""
    CROPS = "crops"
    """``crops/<class>/``: each object cut out."""
    VOC = "voc"
    """``annotations/``: Pascal VOC XML, which labelImg opens beside the pictures."""


@dataclass(frozen=True, slots=True)
class DetectOptions:
    """What :func:`~tfodkit.inference.detect` may be asked for; ``UsageError`` for values that can't be meant."""

    threshold: float = 0.5
    """The lowest score that counts, 0 to 1."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Those of single classes, by name, in place of ``threshold``."""
    top: int | None = None
    """The most objects of a picture, those of highest score."""
    batch: int = BATCH
    """How many pictures of one size go through the model at once."""
    tile: int | None = None
    """The side of the tiles that larger pictures are looked at in, in pixels."""
    overlap: float | None = None
    """The share of a tile that the next one has too, 0 to below 1; 0.2 unless given. As wide as the objects is good:
    each is whole in some tile then."""
    flip: bool = False
    """Look at each picture mirrored, too."""
    scales: tuple[float, ...] = ()
    """Look at each picture larger or smaller, too: by these factors of its sides."""
    fusion: Fusion | None = None
    """How the lists of several views or models become one; weighted boxes fusion unless given."""
    weights: tuple[float, ...] | None = None
    """How much each of several models counts."""
    outputs: frozenset[Output] = frozenset({Output.PICTURES})

    def __post_init__(self) -> None:
        _require_shares({"--threshold": self.threshold, **{f"--thresholds {k}": v for k, v in self.thresholds.items()}})
        for flag, number in (("--top", self.top), ("--batch", self.batch), ("--tile", self.tile)):
            if number is not None and number < 1:
                raise UsageError(flag, f"must be 1 or more, but got {number}", "Pass a larger number or leave it out.")
        if self.overlap is not None and not 0 <= self.overlap < 1:
            raise UsageError("--overlap", f"must be 0 to below 1, but got {self.overlap}", "0.2 is a fifth of a tile.")
        if self.overlap is not None and self.tile is None:
            raise UsageError("--overlap", "there are no tiles without --tile", "Pass --tile 640, or leave it out.")
        for flag, factors in (("--scale", self.scales), ("--weights", self.weights or ())):
            for factor in factors:
                if not 0 < factor < float("inf"):
                    raise UsageError(flag, f"must be above 0, but got {factor}", "1.5 is half as much again.")

    @property
    def views(self) -> tuple[View, ...]:
        """The views of each picture; the first is the picture as it is."""
        scales = dict.fromkeys((1.0, *self.scales))
        return tuple(View(flipped, scale) for flipped in ((False, True) if self.flip else (False,)) for scale in scales)


def _require_shares(thresholds: Mapping[str, float]) -> None:
    for flag, threshold in thresholds.items():
        if not 0 <= threshold <= 1:
            raise UsageError(flag, f"must be 0 to 1, but got {threshold}", "Scores are shares: 0.5 is 50 percent.")

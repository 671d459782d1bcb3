"""The kinds of mistakes after TIDE, and what they have to do with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Mistake(StrEnum):
    """The error types of Bolya et al., TIDE, ECCV 2020, section 2.2, in its order."""

    CLASSIFICATION = "classification"
    LOCALISATION = "localisation"
    BOTH = "both"
    DUPLICATE = "duplicate"
    BACKGROUND = "background"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, eq=False)
class MistakeAnalysis:
    """What each kind of mistake costs: mAP at the foreground IoU, and how much more it were without that kind.

    ``ap_lost`` is in AP, 0 to 1, by kind; ``false_positive_ap_lost`` and ``false_negative_ap_lost`` are TIDE's special
    errors. ``counts`` are the detections (missed: the objects) of each kind. ``mistake_of`` holds a detection's kind,
    object array ``[detections]`` with ``None`` for a right or an ignored one; ``object_of`` int64 ``[detections]`` the
    object that it is a mistake about, or -1; ``is_missed`` bool ``[objects]``.
    """

    foreground_iou: float
    background_iou: float
    ap: float | None
    ap_lost: dict[Mistake, float]
    false_positive_ap_lost: float
    false_negative_ap_lost: float
    counts: dict[Mistake, int]
    mistake_of: NDArray[np.object_]
    object_of: NDArray[np.int64]
    is_missed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """The objects that share a quality: how many, how many found under their own class, how many under another."""

    name: str
    objects: int
    correct: int
    misclassified: int

    @property
    def missed(self) -> int:
        return self.objects - self.correct - self.misclassified

    @property
    def recall(self) -> float | None:
        return self.correct / self.objects if self.objects else None


@dataclass(frozen=True, slots=True)
class Cause:
    """Recall and confusion along one quality of objects or images, such as ``box size`` or ``contrast``.

    ``spread`` is how far apart the recalls of the bins are (of bins with enough objects), 0 to 1, and ``p_value`` the
    chance of seeing such a spread were the quality of no matter. ``words`` say it in a sentence.
    """

    quality: str
    bins: tuple[Bin, ...]
    spread: float
    p_value: float
    words: str


@dataclass(frozen=True, slots=True)
class Causes:
    """All qualities that were looked at, the strongest first."""

    threshold: float
    iou: float
    qualities: tuple[Cause, ...]

    @property
    def strongest(self) -> tuple[Cause, ...]:
        """Those that are no accident (p below 0.01 after Bonferroni) and make 10 points of recall or more."""
        return tuple(
            cause
            for cause in self.qualities
            if cause.p_value * len(self.qualities) < 0.01 and cause.spread >= 0.1  # noqa: PLR2004 - said above
        )

"""What an annotation format can't hold of what it was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tfodkit.annotations.values import UNSPECIFIED, ImageAnnotation, ObjectAnnotation

MASKS, KEYPOINTS, CROWD = "masks", "sets of keypoints", "crowd flags"
DIFFICULT, TRUNCATED, POSES = "difficult flags", "truncated flags", "poses"

_HAS: Mapping[str, Callable[[ObjectAnnotation], bool]] = {
    MASKS: lambda found: found.mask is not None,
    KEYPOINTS: lambda found: bool(found.keypoints),
    CROWD: lambda found: found.is_crowd,
    DIFFICULT: lambda found: found.difficult,
    TRUNCATED: lambda found: found.truncated,
    POSES: lambda found: found.pose != UNSPECIFIED,
}


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of thing that a writer had to leave out, and how often."""

    what: str
    """In the plural, as counts name it: ``masks``."""
    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"a loss must be counted from 1, but got {self.count}")


def count_extras(annotations: Iterable[ImageAnnotation], *extras: str) -> Counter[str]:
    """How many objects have each of the ``extras``, such as :data:`MASKS`, beside their box and label."""
    has = [(what, _HAS[what]) for what in extras]
    return Counter(what for annotation in annotations for found in annotation.objects for what, of in has if of(found))


def losses_of(counts: Mapping[str, int]) -> tuple[Loss, ...]:
    """What was counted, sorted by name; what was counted 0 times is no loss."""
    return tuple(Loss(what, count) for what, count in sorted(counts.items()) if count)

"""What sample weights come to: each class's share of what is drawn, and images that are drawn too often."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tfodkit.config.weights import DrawnGroup
from tfodkit.records.manifest import RecordGroup

OFTEN = 20


@dataclass(frozen=True, slots=True)
class DrawnClass:
    """One class and what is seen of it."""

    name: str
    images: int
    """Training images that it occurs in; those of weight 0 too."""
    boxes: int
    image_share: float
    """Of all images drawn, those with the class, 0 to 1; the shares add up to more than 1 where images are mixed."""
    box_share: float
    """Of all boxes drawn, 0 to 1."""


def drawn_classes(
    groups: Sequence[RecordGroup], drawn: Sequence[DrawnGroup], names: Sequence[str]
) -> tuple[DrawnClass, ...]:
    """Each of ``names``, in order. A group's images are drawn equally often, so that its boxes are too.

    Args:
        groups: the training records, none of them empty.
        drawn: the same, in the same order, with their shares.
        names: of all classes.
    """
    images, boxes = Counter[str](), Counter[str]()
    images_drawn, boxes_drawn = defaultdict[str, float](float), defaultdict[str, float](float)
    for group, share in zip(groups, (group.share for group in drawn), strict=True):
        for file in group.files:
            for name, count in file.images_with:
                images[name] += count
                images_drawn[name] += share * count / group.images
            for name, count in file.boxes:
                boxes[name] += count
                boxes_drawn[name] += share * count / group.images
    total = sum(boxes_drawn.values()) or 1
    return tuple(
        DrawnClass(name, images[name], boxes[name], images_drawn[name], boxes_drawn[name] / total) for name in names
    )


def drawn_too_often(drawn: Sequence[DrawnGroup], epochs: float) -> list[str]:
    """A sentence on each group whose images are drawn more than 20 times as often as those of the commonest group.

    Args:
        drawn: the groups; the commonest is the one with the most images among those that are drawn.
        epochs: how often a training image is drawn in the run, on average.
    """
    alive = [group for group in drawn if group.share > 0]
    commonest = max(alive, key=lambda group: group.images)
    usual = commonest.share / commonest.images
    total = sum(group.images for group in alive)
    sentences = []
    for group in alive:
        rate = group.share / group.images
        if rate > OFTEN * usual:
            sentences.append(
                f"each of the {group.images} images of {group.pattern} is drawn {rate / usual:.0f} times as often as "
                f"one of {commonest.pattern}, {epochs * total * rate:.0f} times in the run, and may be learned by heart"
            )
    return sentences

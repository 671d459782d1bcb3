"""Classes that have no image in a split, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.rules import CLASS_NOT_IN_SPLIT
from tfodkit.dataset.shares import Side
from tfodkit.findings import Finding


def lacking_classes(
    annotations: Iterable[ImageAnnotation],
    side_of: Mapping[str, Side],
    sides: Sequence[Side],
    *,
    groups: Iterable[Iterable[str]],
    listed: Collection[str],
) -> Iterator[Finding]:
    """One finding for each class and each of ``sides`` that has no image of it; by class, then by side.

    ``groups`` are images that were kept together, ``listed`` those whose split was given. Images that are not in
    ``side_of`` don't count.
    """
    group_of = {name: number for number, names in enumerate(groups) for name in names}
    images: dict[str, list[ImageAnnotation]] = defaultdict(list)
    for item in annotations:
        if item.name in side_of:
            for label in item.labels:
                images[label].append(item)
    for label, members in sorted(images.items()):
        names = [item.name for item in members]
        units = len({group_of.get(name, name) for name in names})
        covered = [side for side in sides if any(side_of[name] == side for name in names)]
        for side in sides:
            if side not in covered:
                reason = _reason(names, units, covered, len(sides), listed)
                what = f"no image with it is in {side}: {reason}"
                yield Finding(CLASS_NOT_IN_SPLIT, members[0].image, what, subject=f'class "{label}"')


def _reason(names: Sequence[str], units: int, covered: Sequence[Side], sides: int, listed: Collection[str]) -> str:
    there = " and ".join(covered)
    if all(name in listed for name in names):
        return f"the lists have its {_images(len(names))} in {there}"
    if len(names) == 1:
        return f"its only image is in {there}"
    if units == 1:
        return f"its {_images(len(names))} belong together, and are in {there}"
    if units < sides:
        kept = "" if units == len(names) else f", some of which belong together, so that there are {units} to draw"
        return f"it has {_images(len(names))}{kept}, fewer than there are splits"
    return f"each of its {_images(len(names))} is needed in {there}, for this class or a rarer one"


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count} images"

"""Images into training, validation and test, by lists, by groups and by a seed: :func:`split_dataset`."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.dataset import Dataset
from tfodkit.dataset.groups import merged_groups
from tfodkit.dataset.label_map import BACKGROUND
from tfodkit.dataset.lacking import lacking_classes
from tfodkit.dataset.rules import GROUP_DIVIDED, NOT_LISTED
from tfodkit.dataset.shares import SIDES, Side, SplitShares
from tfodkit.dataset.stratify import Unit, stratify
from tfodkit.findings import Finding

__all__ = ["Split", "SplitShares", "draw_key", "split_dataset"]

DEFAULT_SHARES = SplitShares()

_Images = tuple[ImageAnnotation, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Which image is for what, and how that came."""

    side_of: Mapping[str, Side]
    """``train``, ``val`` or ``test`` by image name, in the order of names; who is not in it is in no split."""
    shares: SplitShares
    """What was asked for."""
    seed: int
    findings: tuple[Finding, ...] = ()
    """Classes that a split lacks, with the reason; groups that lists divide; images that no list names."""

    def __post_init__(self) -> None:
        if list(self.side_of) != sorted(self.side_of):
            raise ValueError("side_of must be in the order of names")

    @property
    def counts(self) -> dict[Side, int]:
        """How many images each side has, 0 included."""
        counts = Counter(self.side_of.values())
        return {side: counts[side] for side in SIDES}

    def names(self, side: Side) -> list[str]:
        """The names of the images of one side, sorted."""
        return [name for name, found in self.side_of.items() if found == side]

    def annotations(self, dataset: Dataset, side: Side) -> _Images:
        """The images of ``dataset`` that are on one side, sorted by name."""
        return tuple(item for item in dataset.annotations if self.side_of.get(item.name) == side)


def split_dataset(
    dataset: Dataset,
    *,
    shares: SplitShares = DEFAULT_SHARES,
    seed: int = 0,
    together: Iterable[Iterable[str]] = (),
    fixed: Mapping[str, Side] | None = None,
) -> Split:
    """Draw every image into one split, so that each class has its share of images in each.

    ``together`` are sets of image names that stay in one split, such as copies of one picture; sets that share a name
    are one. ``fixed`` are images whose split is known, as from :func:`read_split_lists`; the others are drawn into the
    splits that ``fixed`` has no image of, by their shares, and are left out where it has images of all. One that
    belongs together with a fixed image goes where that is.

    The whole split has its share of images rounded down or up, as suits the classes, where images are not in groups
    and each class can be had in training and validation that way. What a class lacks is in the findings. The same
    images and seed give the same split in whatever order they come; an image more or less moves few of the others.
    """
    fixed = fixed or {}
    groups = merged_groups(together)
    units = list(_units(dataset, groups, seed))
    listed = set(fixed.values())
    open_sides = [side for side in shares.sides if side not in listed]
    side_of = dict(_placed(units, fixed, follow=bool(open_sides)))
    if open_sides:
        side_of.update(_drawn([unit for unit in units if unit[0].name not in side_of], open_sides, shares))
    side_of = dict(sorted(side_of.items()))
    wanted = [side for side in SIDES if side in listed or side in open_sides]
    findings = [
        *lacking_classes(dataset.annotations, side_of, wanted, groups=groups, listed=fixed.keys()),
        *(finding for unit in units for finding in _divided(unit, side_of)),
        *(_not_listed(item) for item in dataset.annotations if item.name not in side_of),
    ]
    return Split(side_of, shares, seed, tuple(findings))


def draw_key(name: str, seed: int) -> bytes:
    """Sorts images into the order of a draw: that of a hash, so that no image has a say in another's place."""
    return hashlib.sha256(f"{seed}\0{name}".encode("utf-8", "surrogateescape")).digest()


def _units(dataset: Dataset, groups: Iterable[Iterable[str]], seed: int) -> Iterator[_Images]:
    """What can't be parted, in the order of the draw; within a unit by name."""
    number_of = {name: number for number, names in enumerate(groups) for name in names}
    units: dict[int | str, list[ImageAnnotation]] = defaultdict(list)
    for item in dataset.annotations:
        units[number_of.get(item.name, item.name)].append(item)
    for members in sorted(units.values(), key=lambda members: draw_key(members[0].name, seed)):
        yield tuple(members)


def _placed(units: Iterable[_Images], fixed: Mapping[str, Side], *, follow: bool) -> Iterator[tuple[str, Side]]:
    """The sides of fixed images; with ``follow`` also of those that belong together with them."""
    for unit in units:
        sides = {item.name: fixed[item.name] for item in unit if item.name in fixed}
        if follow and sides:
            first = next(iter(sides.values()))
            yield from ((item.name, sides.get(item.name, first)) for item in unit)
        else:
            yield from sides.items()


def _drawn(units: list[_Images], open_sides: list[Side], shares: SplitShares) -> Iterator[tuple[str, Side]]:
    chosen = [share for side, share in zip(SIDES, shares.values, strict=True) if side in open_sides]
    for unit, index in zip(units, stratify([_counted(unit) for unit in units], chosen), strict=True):
        for item in unit:
            yield item.name, open_sides[index]


def _counted(unit: _Images) -> Unit:
    counts = Counter(label for item in unit for label in item.labels or (BACKGROUND,))
    return Unit(len(unit), tuple(sorted(counts.items())))


def _divided(unit: _Images, side_of: Mapping[str, Side]) -> Iterator[Finding]:
    """One finding for each image that its list parts from the first one of its unit."""
    placed = [(item, side_of[item.name]) for item in unit if item.name in side_of]
    for other, side in placed[1:]:
        first, first_side = placed[0]
        if side != first_side:
            what = f"it is in {side}, but {first.name}, which it belongs together with, is in {first_side}"
            yield Finding(GROUP_DIVIDED, other.image, what)


def _not_listed(item: ImageAnnotation) -> Finding:
    return Finding(NOT_LISTED, item.image, "the lists say of no split that the image is in it").left_out()

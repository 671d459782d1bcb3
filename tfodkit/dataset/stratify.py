"""Deals units of images into sides so that each class has its share of images on each side.

After Sechidis, Tsoumakas and Vlahavas, On the Stratification of Multi-Label Data, 2011: the rarest class is dealt
first, because what it needs can't be mended later; the next one takes into account where its images went with the
classes before it. Unlike there, what one class still needs is not dealt one by one to the side that wants most, which
an image more would turn over from there on, but cut out of one fixed order: so each image mostly stays where it was.

Three passes follow: ``_cover`` gives a side the class that it lacks, ``_level`` makes the sums of images right, and
``_polish`` exchanges units between sides as long as that brings the classes nearer to their shares. ``_fill`` gives
images without objects to a side that would have nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations

from tfodkit.dataset.label_map import BACKGROUND
from tfodkit.dataset.shares import apportioned, seated

_EXCHANGES = 2
"""How many pairs of units are exchanged for each class at most: enough, as each helps the worst one first."""
_CHOICE = 1000
"""Of how many units that can be moved the best one is looked for: of a large set more would only take time."""
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Unit:
    """Images that can't be parted."""

    size: int
    classes: tuple[tuple[str, int], ...]
    """In how many of the images each class occurs, as (name, count); sorted, each count at least 1."""


def stratify(units: Sequence[Unit], shares: Sequence[float]) -> list[int]:
    """The side of each unit, as an index into ``shares``, which need not be 1 together; sides of share 0 get nothing.

    Where units are single images the sum of each side is its exact share rounded down or up, unless that would take the
    last image of a class from a side. Each class is on each side, first sides first, where it has as many images and
    they are not needed for rarer classes. The order of ``units`` is the order of the draw.
    """
    table = _Table(units, shares)
    table.deal()
    _cover(table)
    _level(table)
    _polish(table)
    _level(table)  # what the exchanges made possible
    while _cover(table):  # likewise; ends, as no side loses a class to a later one
        _level(table)
    _fill(table)
    return table.sides


class _Table:
    """Where each unit lies, and how many images of each class and in all lie on each side."""

    def __init__(self, units: Sequence[Unit], shares: Sequence[float]) -> None:
        self.units = units
        self.shares = [share / sum(shares) for share in shares]
        self.sides = [-1] * len(units)
        self.totals = [0] * len(shares)
        self.with_class: dict[str, list[int]] = defaultdict(list)
        for index, unit in enumerate(units):
            for name, _ in unit.classes:
                self.with_class[name].append(index)
        self.images_with = {
            name: sum(dict(units[index].classes)[name] for index in members)
            for name, members in self.with_class.items()
        }
        self.classes = sorted(self.images_with, key=lambda name: (self.images_with[name], name))
        self.images = {name: [0] * len(shares) for name in self.classes}
        self.wanted = [0] * len(shares)

    def put(self, index: int, side: int) -> None:
        """Lay a unit onto ``side``, from wherever it lies."""
        unit, before = self.units[index], self.sides[index]
        for place, sign in ((before, -1), (side, 1)):
            if place >= 0:
                self.totals[place] += sign * unit.size
                for name, count in unit.classes:
                    self.images[name][place] += sign * count
        self.sides[index] = side

    def deal(self) -> None:
        """Every unit onto a side, the classes one by one; and how many images each side should have in the end."""
        claims = [0] * len(self.shares)
        for name in self.classes:
            free = [index for index in self.with_class[name] if self.sides[index] < 0]
            if not free:
                continue
            wanted = apportioned(self.images_with[name], self.shares)
            needs = [max(0, want - have) for want, have in zip(wanted, self.images[name], strict=True)]
            for side, share in enumerate(apportioned(sum(self.units[index].size for index in free), self.shares)):
                claims[side] += share
            for index, side in self._dealt(free, name, needs):
                self.put(index, side)
        self.wanted = seated(
            sum(claims),
            self.shares,
            [claim - int(sum(claims) * share + _NOISE) for claim, share in zip(claims, self.shares, strict=True)],
        )

    def _dealt(self, free: list[int], name: str, needs: list[int]) -> Iterator[tuple[int, int]]:
        weight = {index: dict(self.units[index].classes)[name] for index in free}
        amounts = apportioned(sum(weight.values()), needs)
        for side, amount in enumerate(amounts[:-1]):
            chosen = self._cut(free, weight, amount)
            free = [index for index in free if index not in chosen]
            yield from ((index, side) for index in sorted(chosen))
        yield from ((index, len(amounts) - 1) for index in free)

    def _cut(self, free: list[int], weight: dict[int, int], amount: int) -> set[int]:
        """Units of about ``amount`` images of the class: of alike units the same share, the first ones.

        What rounding leaves is filled up with one more of those that were rounded down the farthest, groups first.
        """
        alike: dict[Unit, list[int]] = defaultdict(list)
        for index in free:
            alike[self.units[index]].append(index)
        share = min(1.0, amount / max(1, sum(weight[index] for index in free)))
        chosen: set[int] = set()
        spare = []
        for members in alike.values():
            exact = len(members) * share
            whole = int(exact + _NOISE)
            chosen.update(members[:whole])
            if exact - whole > _NOISE:
                following = members[whole]
                is_single = weight[following] == 1
                spare.append((is_single, round(whole - exact, 6) if is_single else 0, following))
        left = amount - sum(weight[index] for index in chosen)
        for _, _, index in sorted(spare):
            if weight[index] < 2 * left:
                chosen.add(index)
                left -= weight[index]
        return chosen

    def strips(self, index: int) -> bool:
        """True where taking the unit away takes the last image of a class from its side."""
        side = self.sides[index]
        return any(self.images[name][side] == count for name, count in self.units[index].classes)

    def stripped(self, index: int) -> set[str]:
        """The classes that would lose their last image on the unit's side without it."""
        side = self.sides[index]
        return {name for name, count in self.units[index].classes if self.images[name][side] == count}

    def costs(self, indices: Iterable[int], there: int) -> Iterator[tuple[float, int]]:
        """Of units on one side, how much worse it is to have them ``there``, as ``(cost, index)``; better is negative.

        The cost is the change of the sum, over classes and sides, of squared misses by the class's images.
        """
        slopes: dict[int, dict[str, float]] = {}
        for index in islice(indices, _CHOICE):
            here = self.sides[index]
            if here not in slopes:
                slopes[here] = {
                    name: 2 * (self._excess(name, there) - self._excess(name, here)) for name in self.images
                }
            slope = slopes[here]
            yield (
                sum(
                    count * (2 * count + slope[name]) / self.images_with[name]
                    for name, count in self.units[index].classes
                ),
                index,
            )

    def misses(self, side: int) -> bool:
        """True where a class has not its exact share on the side, rounded down or up."""
        return any(abs(self._excess(name, side)) >= 1 for name in self.images)

    def _excess(self, name: str, side: int) -> float:
        return self.images[name][side] - self.images_with[name] * self.shares[side]


def _cover(table: _Table) -> bool:
    """Give each side, the first one first, each class that it lacks, if that strips no side that comes before it.

    True where a unit was moved.
    """
    moved = False
    for side, share in enumerate(table.shares):
        for name in table.classes:
            if not share or table.images[name][side]:
                continue
            able = (index for index in table.with_class[name] if table.sides[index] > side or not table.strips(index))
            if best := min(table.costs(able, side), default=None):
                table.put(best[1], side)
                moved = True
    return moved


def _fill(table: _Table) -> None:
    """Give a side without any image the smallest unit that can be had: images without objects are no class to cover."""
    for side, share in enumerate(table.shares):
        if share and side not in table.sides:
            able = [index for index in range(len(table.units)) if table.stripped(index) <= {BACKGROUND}]
            if able := [index for index in able if table.sides.count(table.sides[index]) > 1]:
                table.put(min(able, key=lambda index: table.units[index].size), side)


def _level(table: _Table) -> None:
    """Move units, the cheapest first, as long as that brings the sums of images nearer (by the sum of squares)."""
    while moves := list(_levelling(table)):
        _, index, side = min(moves)
        table.put(index, side)


def _levelling(table: _Table) -> Iterator[tuple[float, int, int]]:
    over = [have - want for have, want in zip(table.totals, table.wanted, strict=True)]
    for here, there in permutations(range(len(over)), 2):
        if over[here] - over[there] <= 1:
            continue
        able = (
            index
            for index, side in enumerate(table.sides)
            if side == here and table.units[index].size < over[here] - over[there] and not table.strips(index)
        )
        if best := min(table.costs(able, there), default=None):
            yield (*best, there)


def _polish(table: _Table) -> None:
    """Exchange units of one size between two sides while a class misses its share there, as long as classes gain."""
    for _ in range(_EXCHANGES * len(table.classes)):
        pairs = permutations(range(len(table.shares)), 2)
        if not any(_exchange(table, here, there) for here, there in pairs if table.misses(here) or table.misses(there)):
            return


def _exchange(table: _Table, here: int, there: int) -> bool:
    first = _best(table, here, there)
    if first is None:
        return False
    cost, index = first
    table.put(index, there)
    second = _best(table, there, here, size=table.units[index].size)
    if second is None or cost + second[0] > -_NOISE:
        table.put(index, here)
        return False
    table.put(second[1], here)
    return True


def _best(table: _Table, here: int, there: int, size: int | None = None) -> tuple[float, int] | None:
    able = (
        index
        for index, side in enumerate(table.sides)
        if side == here and size in (None, table.units[index].size) and not table.strips(index)
    )
    return min(table.costs(able, there), default=None)

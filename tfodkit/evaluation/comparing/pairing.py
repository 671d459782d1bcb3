"""Which image of one set is which of the other: sets name the same picture ``a``, ``a.jpg`` or ``photos/a.png``."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TypeAlias

from tfodkit.images.index import IMAGE_SUFFIXES

Names: TypeAlias = Mapping[int, str]
"""Of images by their places."""


def pair_images(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the images that two sets have in common, in the order of ``a``.

    Names are equal as they stand; else without their extension, in either of Unicode's two ways to write an accent;
    else one is the end of the other, as ``a.jpg`` is of ``photos/a.jpg``. What could be more than one image is none.
    """
    pairs: dict[int, int] = {}
    for alike in (_same_names, _same_bare_names, _same_ends):
        taken = set(pairs.values())
        free_a = {place: name for place, name in enumerate(a) if place not in pairs}
        free_b = {place: name for place, name in enumerate(b) if place not in taken}
        candidates = alike(free_a, free_b)
        suitors = [Counter(pair[side] for pair in candidates) for side in (0, 1)]
        pairs.update((i, j) for i, j in candidates if suitors[0][i] == suitors[1][j] == 1)
    return sorted(pairs.items())


def _same_names(a: Names, b: Names) -> set[tuple[int, int]]:
    return _sharing({i: [name] for i, name in a.items()}, {j: [name] for j, name in b.items()})


def _same_bare_names(a: Names, b: Names) -> set[tuple[int, int]]:
    return _sharing(*({place: [_bare(name)] for place, name in names.items()} for names in (a, b)))


def _same_ends(a: Names, b: Names) -> set[tuple[int, int]]:
    """The one's name is the end of the other's."""
    bare = [{place: [_bare(name)] for place, name in names.items()} for names in (a, b)]
    ends = [{place: _ends(name) for place, name in names.items()} for names in (a, b)]
    return _sharing(bare[0], ends[1]) | _sharing(ends[0], bare[1])


def _sharing(a: Mapping[int, Sequence[str]], b: Mapping[int, Sequence[str]]) -> set[tuple[int, int]]:
    """The pairs that have a key in common."""
    by_key: dict[str, list[int]] = defaultdict(list)
    for place, keys in b.items():
        for key in keys:
            by_key[key].append(place)
    return {(place, other) for place, keys in a.items() for key in keys for other in by_key.get(key, ())}


def _bare(name: str) -> str:
    """Without the extension, where it is that of an image."""
    composed = unicodedata.normalize("NFC", name)
    path = PurePosixPath(composed)
    return str(path.with_suffix("")) if path.suffix.lower() in IMAGE_SUFFIXES else composed


def _ends(name: str) -> list[str]:
    """What is left of the name without its first folder, its first two, and so on."""
    parts = PurePosixPath(_bare(name)).parts
    return ["/".join(parts[start:]) for start in range(1, len(parts))]

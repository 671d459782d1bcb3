"""Which images of records to look at: a few of each class, drawn by a seed."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tfodkit.records.reading import RecordedImage

Place: TypeAlias = tuple[Path, int]
"""A record file, and the number of a record in it."""

SPARE = 4
"""So many times more are remembered than wanted, so that an image that several classes drew is shown once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen out of what."""

    shown: Mapping[str, tuple[Place, ...]]
    """By class, those of most images first; blank for images without objects."""
    images: int
    boxes: Mapping[str, int]
    images_with: Mapping[str, int]
    """Of each class; blank for images without objects."""
    splits: Mapping[str, int]
    """Images by split."""


def choose(records: Iterable[RecordedImage], per_class: int, *, seed: int = 0, classes: Collection[str] = ()) -> Choice:
    """``per_class`` images of each class, or of ``classes``; the same for the same names and seed, in any order.

    The class that occurs in the fewest images chooses first, and no image is shown twice as long as others are left.
    """
    drawn: dict[str, list[tuple[int, Place]]] = {}
    boxes: Counter[str] = Counter()
    images_with: Counter[str] = Counter()
    splits: Counter[str] = Counter()
    for recorded in records:
        splits[recorded.split] += 1
        boxes.update(found.label for found in recorded.annotation.objects)
        rank = _rank(recorded.annotation.name, seed)
        for label in recorded.annotation.labels or {""}:
            images_with[label] += 1
            if not classes or label in classes:
                heap = drawn.setdefault(label, [])
                _keep_smallest(heap, (-rank, (recorded.file, recorded.number)), per_class * SPARE)
    by_rarity = sorted(drawn, key=lambda label: (images_with[label], label))
    chosen = _without_doubles({label: drawn[label] for label in by_rarity}, per_class)
    shown = {label: chosen[label] for label in sorted(drawn, key=lambda label: (not label, -images_with[label], label))}
    return Choice(shown, splits.total(), boxes, images_with, splits)


def _rank(name: str, seed: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode(errors="surrogatepass")).digest()[:8])


def _keep_smallest(heap: list[tuple[int, Place]], item: tuple[int, Place], size: int) -> None:
    """Ranks are negative, so that the largest is the first to go."""
    if len(heap) < size:
        heapq.heappush(heap, item)
    else:
        heapq.heappushpop(heap, item)


def _without_doubles(drawn: Mapping[str, list[tuple[int, Place]]], per_class: int) -> dict[str, tuple[Place, ...]]:
    taken: set[Place] = set()
    chosen = {}
    for label, heap in drawn.items():
        places = [place for _, place in sorted(heap, reverse=True)]
        places.sort(key=lambda place: place in taken)  # stable: by rank, those that are shown already last
        chosen[label] = tuple(places[:per_class])
        taken.update(chosen[label])
    return chosen

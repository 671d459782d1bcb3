"""Pictures of one size through the model together, and their results in the pictures' order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST_PIXELS = 48_000_000
"""Of the pictures that are held together, unless one alone has more: 144 MB."""
WINDOW = 2
"""Batches that are looked through for pictures of one size: a camera's lie both ways."""


def in_batches(
    run: Callable[[Sequence[T]], Sequence[R]],
    items: Iterable[T],
    *,
    batch: int,
    size_of: Callable[[T], Hashable],
    pixels_of: Callable[[T], int],
) -> Iterator[tuple[T, R]]:
    """Each item with its result, in their order; ``run`` gets up to ``batch`` items of the same size at once."""
    for window in windows(items, most=batch * WINDOW, pixels_of=pixels_of):
        by_size: dict[Hashable, list[int]] = {}
        for place, item in enumerate(window):
            by_size.setdefault(size_of(item), []).append(place)
        results: dict[int, R] = {}
        for places in by_size.values():
            for first in range(0, len(places), batch):
                chosen = places[first : first + batch]
                results.update(zip(chosen, run([window[place] for place in chosen]), strict=True))
        yield from ((item, results[place]) for place, item in enumerate(window))


def windows(items: Iterable[T], *, most: int, pixels_of: Callable[[T], int]) -> Iterator[list[T]]:
    """Runs of ``items``: up to ``most`` of them, and up to ``MOST_PIXELS`` where it is more than one."""
    window: list[T] = []
    pixels = 0
    for item in items:
        if window and (len(window) == most or pixels + pixels_of(item) > MOST_PIXELS):
            yield window
            window, pixels = [], 0
        window.append(item)
        pixels += pixels_of(item)
    if window:
        yield window

"""Where pictures come from, as far as their names tell: their folder, or what cameras and people call them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np

from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes.qualities import NO_GROUP, Group, Quality

MORE_FROM_THERE = "Add pictures from that source."
ENOUGH_IMAGES = 5
"""Of a source; a name that fewer share is chance."""
FEWEST, MOST = 2, 12
"""Sources that are told apart."""
NUMBERS = "numbers alone"
NEARLY_ALL = 0.8
"""The share of the images that must come from them: else the names say something else."""


def picture_source(images: EvaluationSet) -> list[Quality]:
    """By the first reading of the names that gives 2 to 12 sources of five or more images each, if one does."""
    names = [PurePosixPath(image.name) for image in images.images]
    for reading, written in READINGS:
        source_of = [reading(name) for name in names]
        sources = sorted(source for source, count in Counter(source_of).items() if count >= ENOUGH_IMAGES)
        number_of = {source: number for number, source in enumerate(sources)}
        group_of = np.array([number_of.get(source, NO_GROUP) for source in source_of], np.int64)
        if FEWEST <= len(sources) <= MOST and (group_of != NO_GROUP).mean() >= NEARLY_ALL:
            groups = tuple(_group(written.format(source) if source else NUMBERS) for source in sources)
            return [Quality("picture source", groups, group_of[images.truth.image])]
    return []


def _group(source: str) -> Group:
    return Group(source, f"objects in pictures named {source}", MORE_FROM_THERE)


def _folder(name: PurePosixPath) -> str:
    return str(name.parent)


def _words(name: PurePosixPath) -> str:
    """The name without its numbers.

    >>> [_words(PurePosixPath(name)) for name in ("IMG_20190801_1200.jpg", "left-camera_07b.png", "0001.jpg")]
    ['IMG', 'left camera b', '']
    """
    return " ".join(re.findall(r"[^\W\d_]+", name.stem))


def _first_word(name: PurePosixPath) -> str:
    return _words(name).partition(" ")[0]


READINGS: tuple[tuple[Callable[[PurePosixPath], str], str], ...] = (
    (_folder, "{}/…"),
    (_words, "{} …"),
    (_first_word, "{} …"),
)
"""How a name is read, and how the source is written."""

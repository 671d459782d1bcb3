"""The order in which training draws its images, as a function of the seed: the batch of any step can be told.

The Object Detection API shuffles through buffers, one for each record file, whose state nobody can save: a run that is
started again begins its images anew, and buffers of pictures fill the memory. Here a draw is two lookups. First a group
of records, at random by weight, as ``sample_from_datasets`` does; then the next image of that group, each of whose
passes goes through all of its images in an order of its own. Nothing but positions in files is held in memory.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from tfodkit.errors import RecordError
from tfodkit.records.example import example_class
from tfodkit.records.tfrecord import read_place, record_places

BLOCK = 4096
"""Draws whose groups are chosen at once."""
_GROUPS, _ORDER = range(2)


@dataclass(frozen=True, slots=True)
class DrawnFrom:
    """Record files that are drawn from as from one, at one weight; 0 is never drawn from."""

    files: tuple[Path, ...]
    weight: float = 1.0


class DrawOrder:
    """Which record is drawn as the first, the second, …, without end.

    Args:
        groups: what is drawn from; their weights count relative to each other.
        seed: 0 or more.
        shuffle: without it every group is gone through in the order of its files, again and again.

    Raises:
        RecordError: a file can't be read or is damaged, or no group of weight holds a record.
    """

    def __init__(self, groups: Sequence[DrawnFrom], *, seed: int, shuffle: bool = True) -> None:
        drawn = [group for group in groups if group.weight > 0]
        self._places = [
            [(path, offset, length) for path in group.files for offset, length in record_places(path)]
            for group in drawn
        ]
        for group, places in zip(drawn, self._places, strict=True):
            if not places:
                what = "the record holds no image, so that drawing from it would never end"
                raise RecordError(str(group.files[0]), what, "Take it out of the config, or run make-records again.")
        if not drawn:
            raise RecordError("train_input_reader", "no record has a weight above 0", "Mend the weights.")
        self._shares = np.cumsum([group.weight for group in drawn]) / sum(group.weight for group in drawn)
        self._seed, self._shuffle = seed, shuffle
        self._lock = threading.Lock()  # TensorFlow's threads ask, and so may the one that trains
        self._blocks: list[np.ndarray] = [np.zeros(len(drawn), np.int64)]
        self._permutation = lru_cache(maxsize=2 * len(drawn))(self._draw_permutation)

    @property
    def images(self) -> int:
        """Images that can be drawn."""
        return sum(map(len, self._places))

    def place(self, draw: int) -> tuple[Path, int, int]:
        """The file, and the offset and length in bytes, of the record of draw number ``draw``, from 0."""
        block, within = divmod(draw, BLOCK)
        groups = self._groups_of(block)
        group = int(groups[within])
        number = int(self._before(block)[group] + np.count_nonzero(groups[:within] == group))
        places = self._places[group]
        turn, index = divmod(number, len(places))
        return places[self._permutation(group, turn)[index] if self._shuffle else index]

    def record(self, draw: int) -> bytes:
        """The serialized example of draw number ``draw``, verified by its checksum.

        Raises:
            RecordError: the file has changed since.
        """
        return read_place(*self.place(draw))

    def image_names(self, draws: Iterable[int]) -> tuple[str, ...]:
        """The file names of the images of ``draws``."""
        names = []
        for draw in draws:
            feature = example_class().FromString(self.record(draw)).features.feature["image/filename"]
            names.append(os.fsdecode(feature.bytes_list.value[0]) if feature.bytes_list.value else "an unnamed image")
        return tuple(names)

    def _groups_of(self, block: int) -> np.ndarray:
        return _draw_groups(self._seed, block, tuple(self._shares))

    def _before(self, block: int) -> np.ndarray:
        """How often each group is drawn before ``block``."""
        with self._lock:
            while len(self._blocks) <= block:
                latest = self._groups_of(len(self._blocks) - 1)
                self._blocks.append(self._blocks[-1] + np.bincount(latest, minlength=len(self._shares)))
            return self._blocks[block]

    def _draw_permutation(self, group: int, turn: int) -> np.ndarray:
        generator = np.random.default_rng([self._seed, _ORDER, group, turn])
        return generator.permutation(len(self._places[group]))


@lru_cache(maxsize=4)
def _draw_groups(seed: int, block: int, shares: tuple[float, ...]) -> np.ndarray:
    uniform = np.random.default_rng([seed, _GROUPS, block]).random(BLOCK)
    return np.minimum(np.searchsorted(shares, uniform, side="right"), len(shares) - 1)

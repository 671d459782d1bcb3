"""What an image file is, and what is wrong with it."""

from __future__ import annotations

import builtins
from dataclasses import dataclass

from tfodkit.findings import Rule

FIRST_SIDEWAYS = 5
"""EXIF orientations from here on swap width and height."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One rule that an image file breaks."""

    rule: Rule
    what: str
    """Without a full stop."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What an image file is. Where it can't be read at all, ``flaws`` says so and the size is 0 x 0."""

    format: str
    """Pillow's name, such as ``JPEG``, ``PNG``, ``WEBP``; of the content, whatever the file is called; or blank."""
    width: int
    """Pixels as they are stored, before EXIF turns them; ``height`` likewise."""
    height: int
    orientation: int
    """EXIF's, 1 to 8; 1 is upright."""
    bytes: int
    sha256: builtins.bytes
    """Of the file, 32 bytes; none where it can't be read."""
    crc32c: int
    """Of the file: tells in a tenth of the time whether it is still the same."""
    look: int | None
    """A perceptual hash of 64 bits (:mod:`tfodkit.images.look`); None where the pixels were not decoded."""
    flaws: tuple[Flaw, ...] = ()

    @property
    def upright_size(self) -> tuple[int, int]:
        """``(width, height)`` after EXIF has turned the pixels."""
        return (self.height, self.width) if self.orientation >= FIRST_SIDEWAYS else (self.width, self.height)

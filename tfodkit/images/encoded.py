"""An image file's bytes as they go into a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """The bytes of a JPEG or PNG that TensorFlow decodes to ``width`` by ``height`` pixels."""

    content: bytes
    format: Literal["jpeg", "png"]
    """What the content is, whatever the file is called."""
    sha256: str
    """Of the content, in hexadecimal."""
    width: int
    """Pixels as they are stored; ``height`` likewise."""
    height: int

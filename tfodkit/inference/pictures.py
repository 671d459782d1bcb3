"""Pictures from files, as a person sees them: upright, RGB, eight bits a channel."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from tfodkit.errors import DataError
from tfodkit.files import list_files

PICTURE_SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})


def find_pictures(places: Iterable[Path]) -> list[Path]:
    """The files to look at, in the order of ``places``: a file as it is; of a folder, its pictures sorted by name.

    A picture that is named twice comes once.

    Raises:
        DataError: a place does not exist, or there is no picture at all.
    """
    found: dict[Path, None] = {}
    places = list(places)
    for place in places:
        if place.is_dir():
            found.update(dict.fromkeys(list_files(place, PICTURE_SUFFIXES)))
        elif place.exists():
            found[place] = None
        else:
            raise DataError(str(place), "there is no such picture or folder", "Check the path.")
    if not found:
        suffixes = ", ".join(sorted(PICTURE_SUFFIXES))
        raise DataError(
            ", ".join(map(str, places)) or "pictures",
            "there is no picture",
            f"Suffixes that are looked for: {suffixes}.",
        )
    return list(found)


def read_picture(path: Path) -> Image.Image:
    """The picture in a file: turned upright by its EXIF orientation, RGB; transparency is dropped, as in training.

    Raises:
        DataError: it is no picture, is truncated, or is so large that it looks like an attack (Pillow's limit).
    """
    try:
        with Image.open(path) as image:
            image.load()
            return as_upright_rgb(image)
    except Image.DecompressionBombError as error:
        raise DataError(str(path), f"the picture is too large: {error}", "Scale it down.") from error
    except (OSError, SyntaxError, ValueError) as error:
        reason = "it is no picture, or of a kind that can't be read" if "cannot identify" in str(error) else str(error)
        raise DataError(str(path), f"can't be read: {reason}", "Replace the file or leave it out.") from error


def as_upright_rgb(image: Image.Image) -> Image.Image:
    """An opened picture, turned upright by its EXIF orientation, in RGB."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        # Pillow clips 16 bits to 8: everything but the darkest would come out white.
        upright = Image.fromarray((np.asarray(upright).astype(np.uint32) >> 8).astype(np.uint8))
    return upright.convert("RGB")


def as_pixels(image: Image.Image | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``uint8 [height, width, 3]``, RGB, out of a Pillow image (turned upright) or of such an array (as it is)."""
    if isinstance(image, Image.Image):
        return np.asarray(as_upright_rgb(image))
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:  # noqa: PLR2004 - the axes
        raise ValueError(f"a picture must be uint8 [height, width, 3], but got {image.dtype} {list(image.shape)}")
    return image

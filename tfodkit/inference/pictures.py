"""Pictures from files, as a person sees them: upright, RGB, eight bits a channel."""

from __future__ import annotations

import glob
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from tfodkit.errors import DataError, Problem
from tfodkit.files import list_files, walk_files

PICTURE_SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
MEGAPIXEL = 1_000_000
FRAMES = "tfodkit-frames"
"""In the ``info`` of an image that was read: the frames of its file."""


UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error, zlib.error)
"""What Pillow's decoders raise for files that are damaged."""


@dataclass(frozen=True, slots=True)
class FoundPictures:
    """The pictures to look at, and folders in which there is none."""

    pictures: tuple[Path, ...]
    problems: tuple[Problem, ...]


def find_pictures(places: Iterable[Path], *, is_recursive: bool = False) -> FoundPictures:
    """The files to look at, in the order of ``places``: a file as it is; of a folder, its pictures sorted by name.

    A place that does not exist and has ``*``, ``?`` or ``[`` is a pattern, ``**`` in it any folders; of what it finds,
    files with a picture's suffix are taken, and folders as such. A picture that is named twice comes once.
    ``is_recursive`` takes the pictures in folders below folders, too.

    Raises:
        DataError: a place does not exist, or there is no picture at all.
    """
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    for place in places:
        below = _pictures_of(place, is_recursive=is_recursive)
        found.update(dict.fromkeys(below))
        if not below:
            remedy = f"Suffixes that are looked for: {', '.join(sorted(PICTURE_SUFFIXES))}."
            if not is_recursive and place.is_dir() and walk_files(place, PICTURE_SUFFIXES)[0]:
                remedy = "There are pictures in folders below: pass --recursive."
            problems.append(Problem(str(place), "there is no picture", remedy))
    if not found:
        raise DataError.collect(problems or [Problem("pictures", "there is no picture", "Name pictures or folders.")])
    return FoundPictures(tuple(found), tuple(problems))


def _pictures_of(place: Path, *, is_recursive: bool) -> list[Path]:
    if place.is_dir():
        return walk_files(place, PICTURE_SUFFIXES)[0] if is_recursive else list_files(place, PICTURE_SUFFIXES)
    if place.exists():
        return [place]
    if not glob.has_magic(str(place)):
        raise DataError(str(place), "there is no such picture or folder", "Check the path.")
    matches = map(Path, sorted(glob.glob(str(place), recursive=True)))  # noqa: PTH207 - absolute ones, too
    return [
        picture
        for match in matches
        if match.is_dir() or match.suffix.lower() in PICTURE_SUFFIXES
        for picture in ([match] if match.is_file() else _pictures_of(match, is_recursive=is_recursive))
    ]


def read_picture(path: Path) -> Image.Image:
    """The picture in a file: turned upright by its EXIF orientation, RGB; transparency is dropped, as in training.

    Of several frames it is the first, as :func:`count_frames` tells.

    Raises:
        DataError: it is no picture, is truncated, or has more pixels than Pillow takes (twice ``MAX_IMAGE_PIXELS``).
    """
    try:
        with Image.open(path) as image:
            image.load()
            upright = as_upright_rgb(image)
            upright.info[FRAMES] = getattr(image, "n_frames", 1)
            return upright
    except Image.DecompressionBombError as error:
        most = 2 * (Image.MAX_IMAGE_PIXELS or 0) / MEGAPIXEL
        what = f"the picture is too large: it has more than {most:.0f} megapixels"
        remedy = "Scale it down or cut it up; --tile is no help, as a picture is decoded whole."
        raise DataError(str(path), what, remedy) from error
    except MemoryError as error:
        raise DataError(str(path), "there is not enough memory to decode it", "Scale it down.") from error
    except UNREADABLE as error:
        raise DataError(
            str(path), f"can't be read: {_reason(path, error)}", "Replace the file or leave it out."
        ) from error


def count_frames(image: Image.Image) -> int:
    """How many frames there are in the file that :func:`read_picture` read ``image`` from."""
    return int(image.info.get(FRAMES, 1))


def _reason(path: Path, error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return error.strerror or str(error)
    if not path.stat().st_size:
        return "the file is empty"
    if "cannot identify" in str(error):
        return "it is no picture, or of a kind that can't be read"
    return str(error) or "it is damaged"


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

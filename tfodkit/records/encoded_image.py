"""An image file's bytes, known to be what TensorFlow will decode and what the annotation describes."""

from __future__ import annotations

import hashlib
import io
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

from tfodkit.annotations.values import ImageAnnotation
from tfodkit.errors import DataError

_FORMATS = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png"}
"""Pillow's name → the name in ``image/format``. MPO is what phones call a JPEG with a second picture behind it."""

_UPRIGHT = (0, 1)
"""EXIF orientations that turn nothing; 0 is written by some cameras for unknown."""


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """The bytes of a JPEG or PNG file as it lies on the disk, verified by decoding it."""

    content: bytes
    format: str
    """``jpeg`` or ``png``: what the content is, whatever the file is called."""

    sha256: str
    """Of the content, in hexadecimal."""


MAX_PIXELS = 1 << 26
"""67 million; TensorFlow would take 800 MB to hold one as floats. Below Pillow's own limit, which only warns."""

WORKERS = min(os.cpu_count() or 1, 8)
AHEAD = 4
"""Images that each worker may be ahead of who takes them: enough to even out large ones, few enough for any memory."""


def read_images(annotations: Iterable[ImageAnnotation]) -> Iterator[EncodedImage | DataError]:
    """What :func:`read_image` gives or raises for each annotation, in order, read ahead in threads."""
    waiting: deque[Future[EncodedImage | DataError]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        for annotation in annotations:
            waiting.append(pool.submit(_outcome, annotation))
            if len(waiting) > WORKERS * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _outcome(annotation: ImageAnnotation) -> EncodedImage | DataError:
    try:
        return read_image(annotation)
    except DataError as error:
        return error


def read_image(annotation: ImageAnnotation) -> EncodedImage:
    """The image of an annotation, decoded once as a check.

    TensorFlow takes pixels as they are stored and knows nothing of EXIF, while labelImg shows the picture upright: a
    turned image's boxes would lie elsewhere, so it is refused.

    Raises:
        DataError: not readable, truncated, neither JPEG nor PNG, turned by EXIF, of another size than the annotation
            says, or with a name that is no UTF-8.
    """
    where = str(annotation.image)
    try:
        annotation.image.name.encode()
        content = annotation.image.read_bytes()
    except UnicodeEncodeError as error:
        raise DataError(ascii(where), "the file name is not UTF-8", "Rename the image.") from error
    except OSError as error:
        raise DataError(where, f"the image can't be read: {error.strerror}", "Check the file.") from error
    found = _verified_format(content, annotation, where)
    return EncodedImage(content, found, hashlib.sha256(content).hexdigest())


def _verified_format(content: bytes, annotation: ImageAnnotation, where: str) -> str:
    remedy = "Replace the image, or remove it together with its annotation."
    try:
        with Image.open(io.BytesIO(content)) as image:
            found = _accepted_format(image, annotation, where)
            _decode(image, content)
            return found
    except UnidentifiedImageError as error:
        raise DataError(where, "the content is no image", remedy) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(where) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise DataError(where, f"the image is damaged: {error}", remedy) from error


def _accepted_format(image: Image.Image, annotation: ImageAnnotation, where: str) -> str:
    """What the header tells; pixels have not been decoded."""
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(where)
    if image.format not in _FORMATS:
        what = f"the content is {image.format}, but the Object Detection API trains on JPEG and PNG"
        raise DataError(where, what, "Convert the image.")
    orientation: Any = image.getexif().get(ExifTags.Base.Orientation, 1)
    if orientation not in _UPRIGHT:
        what = f"EXIF orientation {orientation}: TensorFlow would see the picture turned, and its boxes in other places"
        raise DataError(where, what, "Save it upright without the tag (mogrify -auto-orient) and check its boxes.")
    if image.size != (annotation.width, annotation.height):
        stated = f"{annotation.width} x {annotation.height}"
        what = f"the image has {image.width} x {image.height} pixels, but its annotation says {stated}"
        remedy = "Label the image again, or put back the image that was labelled."
        raise DataError(f"{where} ({annotation.source})" if annotation.source else where, what, remedy)
    return _FORMATS[image.format]


def _too_large(where: str) -> DataError:
    what = f"the image has more than {MAX_PIXELS} pixels"
    return DataError(where, what, "Shrink the image and label it again, or cut it into pieces.")


def _decode(image: Image.Image, content: bytes) -> None:
    """Read to the last pixel. A JPEG's pixels are asked for at an eighth of the size, which reads all of the file."""
    if image.format == "PNG":
        with Image.open(io.BytesIO(content)) as again:
            again.verify()  # the checksums, which load() does not look at
    image.draft("L", (1, 1))
    image.load()

"""Image files read from the disk: once to examine them, once more to record them."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import google_crc32c

from tfodkit.errors import DataError
from tfodkit.images.encoded import EncodedImage
from tfodkit.images.examination import Examination, examine
from tfodkit.images.facts import Flaw, ImageFacts
from tfodkit.images.mends import ImageMend, mend_image
from tfodkit.images.rules import IMAGE_UNREADABLE, NAME_LONG, NAME_NOT_ASCII, NAME_NOT_TEXT, SUFFIX_WRONG

MAX_BYTES = 1 << 28
"""268 million: a file of that size is no picture, and reading it would take the memory of everything else."""

LONG_NAME = 200
"""Bytes in UTF-8. Most file systems end at 255, some archives and encrypted folders at 140 to 230."""

_FORMATS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".bmp": "BMP",
    ".gif": "GIF",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".heic": "HEIC",
    ".heif": "HEIC",
    ".avif": "AVIF",
}


def examine_image(path: Path, *, decode: bool = True) -> ImageFacts:
    """What an image file is, and all that is wrong with it, sorted by rule; raises nothing.

    With ``decode``, every pixel of the file is decoded, a JPEG's at an eighth of its size, and ``look`` is filled in.
    Without, its structure is walked to the marker that ends it, but what stands in between is believed. Either way a
    file without errors is one that TensorFlow decodes to the size that is stated, as it is stored; without ``decode``
    that holds for files that were cut off, and not for those whose pixels were damaged.
    """
    found, content = Examination(), b""
    try:
        content = _read(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        found.note(IMAGE_UNREADABLE, f"the image can't be read: {reason or error}")
    except MemoryError:
        found.note(IMAGE_UNREADABLE, "the image can't be read: there is not enough memory")
    else:
        found = examine(content, decode=decode)
    flaws = sorted([*found.flaws, *_name_flaws(path, found.format)], key=lambda flaw: flaw.rule.code)
    return ImageFacts(
        format=found.format,
        width=found.width,
        height=found.height,
        orientation=found.orientation,
        bytes=len(content),
        sha256=hashlib.sha256(content).digest() if content else b"",
        crc32c=google_crc32c.value(content),
        look=found.look,
        flaws=tuple(flaws),
    )


def load_image(path: Path, facts: ImageFacts, mend: ImageMend | None = None) -> EncodedImage:
    """The image as it goes into a record: the bytes of its file, or what ``mend`` makes of them.

    Raises:
        DataError: it is not the file that ``facts`` were found out about, or it can't be mended.
    """
    where = str(path).encode(errors="backslashreplace").decode()
    try:
        content = _read(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise DataError(where, f"the image can't be read: {reason or error}", "Check the file.") from error
    if len(content) != facts.bytes or google_crc32c.value(content) != facts.crc32c:
        raise DataError(where, "the image changed while it was being read", "Run again when nothing writes to it.")
    return mend_image(content, facts, mend or ImageMend(), where=where)


def _read(path: Path) -> bytes:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is no file")  # opening a pipe would wait for ever
    if found.st_size > MAX_BYTES:
        raise ValueError(f"it has {found.st_size} bytes, more than {MAX_BYTES}")
    with path.open("rb", buffering=0) as file:
        return file.read()


def _name_flaws(path: Path, found: str) -> list[Flaw]:
    name, flaws = path.name, []
    expected = _FORMATS.get(path.suffix.lower())
    if expected and found and found != expected:
        flaws.append(Flaw(SUFFIX_WRONG, f"the name ends in {path.suffix}, but the content is {found}"))
    if name.isascii():
        size = len(name)
    else:
        encoded = name.encode(errors="surrogatepass")
        size = len(encoded)
        is_text = encoded.decode(errors="replace") == name
        rule, what = (NAME_NOT_ASCII, "beyond ASCII") if is_text else (NAME_NOT_TEXT, "no UTF-8")
        flaws.append(Flaw(rule, f"the file name is {what}"))
    if size > LONG_NAME:
        flaws.append(Flaw(NAME_LONG, f"the file name has {size} bytes, more than {LONG_NAME}"))
    return flaws

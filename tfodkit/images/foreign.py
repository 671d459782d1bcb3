"""Image files that are neither JPEG nor PNG: what they are, and the first picture of those that Pillow decodes."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import threading
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageFile

from tfodkit.images.damage import DamageError, KindError
from tfodkit.images.exif import UPRIGHT, find_orientation

_PLUGINS = {
    "AVIF": ("AvifImagePlugin", "AvifImageFile"),
    "BMP": ("BmpImagePlugin", "BmpImageFile"),
    "GIF": ("GifImagePlugin", "GifImageFile"),
    "JPEG2000": ("Jpeg2KImagePlugin", "Jpeg2KImageFile"),
    "PPM": ("PpmImagePlugin", "PpmImageFile"),
    "TIFF": ("TiffImagePlugin", "TiffImageFile"),
    "WEBP": ("WebPImagePlugin", "WebPImageFile"),
}
"""Those that can be decoded, by Pillow's name, and where. Named one by one: some others of Pillow's start programs."""

_MAGIC = (
    ("GIF", rb"GIF8[79]a"),
    ("WEBP", rb"RIFF....WEBP"),
    ("TIFF", rb"II[*+]\0|MM\0[*+]"),
    ("AVIF", rb"....ftypavi[fs]"),
    ("HEIC", rb"....ftyp(?:hei[cxms]|hev[cmxs]|mif1|msf1)"),
    ("JPEG2000", rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"),
    ("JPEG XL", rb"\0\0\0\x0cJXL \r\n\x87\n|\xff\x0a"),
    ("PPM", rb"P[1-6]\s"),
    ("BMP", rb"BM....\0\0\0\0"),
    ("PSD", rb"8BPS\0"),
    ("ICO", rb"\0\0\1\0[^\0]\0"),
    ("SVG", rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!DOCTYPE svg[^>]*>\s*)?<svg"),
    ("PDF", rb"%PDF-"),
)
_FORMAT = re.compile(b"|".join(b"(%s)" % pattern for _, pattern in _MAGIC), re.DOTALL)

_OTHERS = (
    (re.compile(rb"\s*<(?:!doctype html|html|head|body)", re.IGNORECASE), "a web page"),
    (re.compile(rb"version https://git-lfs"), "a pointer of Git LFS: run git lfs pull"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive"),
)
_LOOKED_AT = 512

_QUIET = threading.Lock()


def find_format(content: bytes) -> str:
    """The name of the format that the content starts like; blank where it is none."""
    found = _FORMAT.match(content[:_LOOKED_AT])
    return _MAGIC[found.lastindex - 1][0] if found and found.lastindex else ""


def describe(content: bytes) -> str:
    """What the content is, where it is no image."""
    if not content:
        return "the file is empty"
    if not content.strip(b"\0"):
        return "the file holds nothing but zeros"
    for pattern, name in _OTHERS:
        if pattern.match(content[:_LOOKED_AT]):
            return f"the content is {name}"
    return "the content is no image"


def open_foreign(content: bytes, found: str) -> ImageFile.ImageFile:
    """The image, its size known and its pixels not decoded yet.

    Raises:
        KindError: nothing here decodes the format.
        DamageError: it can't be opened.
    """
    try:
        module, name = _PLUGINS[found]
        plugin: Any = getattr(importlib.import_module(f"PIL.{module}"), name)
    except (KeyError, ImportError) as error:
        raise KindError(f"the content is {found}") from error
    try:
        with _quiet(found):
            image: ImageFile.ImageFile = plugin(io.BytesIO(content))
    except Exception as error:  # Pillow's plugins raise whatever they stumble over
        raise DamageError(f"the {found} is damaged: {_reason(error)}") from error
    return image


def decode(image: ImageFile.ImageFile, found: str) -> Image.Image:
    """The first picture; :class:`DamageError` where it can't be decoded."""
    try:
        with _quiet(found):
            image.seek(0)
            image.load()
    except Exception as error:
        raise DamageError(f"the {found} is damaged: {_reason(error)}") from error
    return image


def has_several_frames(image: ImageFile.ImageFile) -> bool:
    try:
        with _quiet(image.format or ""):
            return bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001 - as above; the first frame is what counts
        return False


def orientation_of(image: ImageFile.ImageFile) -> int:
    """EXIF's, 1 to 8; 1 where there is none, and for TIFF, which Pillow turns itself."""
    exif = image.info.get("exif")
    if image.format == "TIFF" or not isinstance(exif, bytes):
        return UPRIGHT
    exif = exif.removeprefix(b"Exif\0\0")
    found = find_orientation(exif, 0, len(exif))
    return found.value if found else UPRIGHT


@contextlib.contextmanager
def _quiet(found: str) -> Iterator[None]:
    """Keep back Pillow's warnings about single tags of a TIFF, one thread at a time: filters belong to the process."""
    if found != "TIFF":
        yield
        return
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__

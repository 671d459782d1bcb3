"""Image files made fit for training: turned upright, freed of EXIF's turn, or encoded again."""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import dataclass
from typing import Any, Literal

from PIL import Image

from tfodkit.errors import DataError
from tfodkit.findings import Rule
from tfodkit.images import foreign, jpeg, png
from tfodkit.images.damage import DamageError
from tfodkit.images.encoded import EncodedImage
from tfodkit.images.facts import ImageFacts
from tfodkit.images.flattening import flatten, has_content
from tfodkit.images.rules import (
    ALPHA,
    CMYK,
    FORMAT_UNSUPPORTED,
    IMAGE_DAMAGED,
    SEVERAL_FRAMES,
    SIXTEEN_BIT,
    TOO_MANY_PIXELS,
)
from tfodkit.images.turning import upright

MENDED_BY_ENCODING: frozenset[Rule] = frozenset(
    {IMAGE_DAMAGED, FORMAT_UNSUPPORTED, CMYK, ALPHA, SIXTEEN_BIT, SEVERAL_FRAMES}
)
"""Rules that an image no longer breaks once it has been encoded again."""

QUALITY = 95
"""Of JPEG, 1 to 100; beyond it files grow and no eye sees a difference."""

_LOSSLESS = frozenset({"PNG", "GIF", "BMP", "TIFF", "PPM"})
"""What is encoded again as a PNG; all else as a JPEG."""


@dataclass(frozen=True, slots=True)
class ImageMend:
    """What is done to an image file's bytes before they go into a record."""

    exif: Literal["apply", "strip"] | None = None
    """``apply`` turns the pixels upright; ``strip`` leaves them as they are stored and takes away the tag."""
    encode_again: bool = False
    """Decode what can be decoded, and write it as a JPEG or PNG that any program reads."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A decoded image, and how to encode it."""

    pixels: Image.Image
    options: dict[str, Any]
    """Of Pillow's ``save``."""


def mend_image(content: bytes, facts: ImageFacts, mend: ImageMend, *, where: str = "image") -> EncodedImage:
    """What ``mend`` makes of an image file's bytes; the same bytes whenever it is asked.

    Encoded again, transparent pixels lie on white, CMYK and 16 bits become RGB or grey of 8, and of several frames the
    first is kept; a damaged image is saved as far as it decodes, and the rest is grey or black. JPEG keeps its
    subsampling and colour profile; other lossy formats become JPEG, lossless ones PNG. ``strip`` alone changes
    nothing but EXIF's orientation, in place.

    Raises:
        DataError: it can't be mended; ``where`` is named.
    """
    if not mend.encode_again and facts.format not in {"JPEG", "PNG"}:
        raise DataError(where, f"the content is {facts.format or 'no image'}", "Convert the image to JPEG or PNG.")
    for flaw in facts.flaws:
        if flaw.rule == TOO_MANY_PIXELS:
            raise DataError(where, flaw.what, flaw.rule.remedy)
    if mend.encode_again or (mend.exif == "apply" and facts.orientation != 1):
        try:
            return _encode_again(content, facts, mend)
        except (DamageError, OSError, ValueError, MemoryError) as error:
            what = f"nothing of the image can be saved: {error}"
            raise DataError(where, what, "Replace the image, or leave it out.") from error
    name: Literal["jpeg", "png"] = "jpeg" if facts.format == "JPEG" else "png"
    if mend.exif == "strip" and facts.orientation != 1:
        stripped = _strip_jpeg(content) if name == "jpeg" else _strip_png(content)
        return EncodedImage(stripped, name, hashlib.sha256(stripped).hexdigest(), facts.width, facts.height)
    return EncodedImage(content, name, facts.sha256.hex(), facts.width, facts.height)


def _encode_again(content: bytes, facts: ImageFacts, mend: ImageMend) -> EncodedImage:
    decode = {"JPEG": _decode_jpeg, "PNG": _decode_png}.get(facts.format, _decode_foreign)
    picture = decode(content, facts, mend)
    pixels = upright(picture.pixels, facts.orientation) if mend.exif == "apply" else picture.pixels
    name: Literal["jpeg", "png"] = "png" if facts.format in _LOSSLESS else "jpeg"
    written = io.BytesIO()
    pixels.save(written, name, **picture.options)
    encoded = written.getvalue()
    return EncodedImage(encoded, name, hashlib.sha256(encoded).hexdigest(), *pixels.size)


def _decode_jpeg(content: bytes, facts: ImageFacts, mend: ImageMend) -> _Picture:
    header = jpeg.read_header(content)
    image, wrong = jpeg.decode(content, header)
    _refuse_empty(image, wrong)
    subsampling = jpeg.subsampling(content, header)
    if subsampling == 1 and mend.exif == "apply" and facts.upright_size != (facts.width, facts.height):
        subsampling = 0  # coarse across would be coarse down, which Pillow can't write
    options: dict[str, Any] = {"quality": QUALITY, "subsampling": subsampling}
    if mend.encode_again and header.channels == jpeg.CMYK:
        return _Picture(flatten(image), options)  # the profile is of CMYK
    if profile := jpeg.icc_profile(content, header):
        options["icc_profile"] = profile
    return _Picture(image, options)


def _decode_png(content: bytes, _: ImageFacts, mend: ImageMend) -> _Picture:
    image, wrong = png.decode(content, png.read_chunks(content, check_pixels=False))
    _refuse_empty(image, wrong)
    return _Picture(flatten(image) if mend.encode_again else image, {})


def _decode_foreign(content: bytes, facts: ImageFacts, _: ImageMend) -> _Picture:
    with foreign.open_foreign(content, facts.format) as image:
        flat = flatten(foreign.decode(image, facts.format)).copy()
    flat.info = {}
    return _Picture(flat, {} if facts.format in _LOSSLESS else {"quality": QUALITY})


def _refuse_empty(image: Image.Image, wrong: str) -> None:
    if wrong and not has_content(image):
        raise DamageError(wrong)


def _strip_jpeg(content: bytes) -> bytes:
    found = jpeg.read_header(content).orientation
    return (
        content if found is None else b"".join((content[: found.at], found.upright, content[found.at + found.size :]))
    )


def _strip_png(content: bytes) -> bytes:
    chunks = png.read_chunks(content, check_pixels=False)
    found, place = chunks.orientation, chunks.exif
    if found is None or place is None:
        return content
    start, end = place
    stripped = bytearray(content)
    stripped[found.at : found.at + found.size] = found.upright
    stripped[end : end + 4] = zlib.crc32(stripped[start - 4 : end]).to_bytes(4)
    return bytes(stripped)

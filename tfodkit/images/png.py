"""PNG files: what their chunks say, and the pixels.

Read by the rules of libpng, which is what TensorFlow decodes with (PNG specification, third edition)::

    89 "PNG" 0D 0A 1A 0A
    length (4 bytes)  type (4 letters)  data  CRC-32 of type and data      for each chunk:
    IHDR first; PLTE for colours by number; IDAT: the deflated pixels, chunk upon chunk; IEND last
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tfodkit.images.damage import DamageError
from tfodkit.images.exif import Orientation, find_orientation

MAGIC = b"\x89PNG\r\n\x1a\n"
CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})

PALETTE, GREY_ALPHA, RGB_ALPHA = 3, 4, 6
ALPHA = frozenset({GREY_ALPHA, RGB_ALPHA})
SIXTEEN_BITS = 16

MODES = {
    (1, 0): ("1", "1"),
    (2, 0): ("L", "L;2"),
    (4, 0): ("L", "L;4"),
    (8, 0): ("L", "L"),
    (16, 0): ("L", "L;16B"),
    (8, 2): ("RGB", "RGB"),
    (16, 2): ("RGB", "RGB;16B"),
    (1, 3): ("P", "P;1"),
    (2, 3): ("P", "P;2"),
    (4, 3): ("P", "P;4"),
    (8, 3): ("P", "P"),
    (8, 4): ("LA", "LA"),
    (16, 4): ("RGBA", "LA;16B"),
    (8, 6): ("RGBA", "RGBA"),
    (16, 6): ("RGBA", "RGBA;16B"),
}
"""(bits, colour type) → Pillow's mode, and the order of the decoder. Of 16 bits the upper 8 are taken."""

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The passes of an interlaced image: first column and line, and the steps to the next."""

_HEAD, _CHECKSUM = 8, 4
"""Bytes of a chunk before its data, and behind it."""
_ZLIB_HEAD = 2
_PIECE = 64


@dataclass(slots=True)
class PngChunks:
    """What the chunks of a file say, as far as they could be read."""

    width: int
    height: int
    bits: int
    """Of a channel."""
    colour: int
    """0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA."""
    is_interlaced: bool
    pixels: list[tuple[int, int]] = field(default_factory=list)
    """``(start, end)`` of the data of each IDAT."""
    palette: bytes | None = None
    transparency: bytes | None = None
    orientation: Orientation | None = None
    exif: tuple[int, int] | None = None
    """``(start, end)`` of the data of eXIf."""
    frames: int = 1
    damage: str = ""
    """The first thing that is wrong; blank where all chunks are there and whole."""

    @property
    def has_alpha(self) -> bool:
        return self.colour in ALPHA or self.transparency is not None


def read_chunks(content: bytes, *, check_pixels: bool) -> PngChunks:
    """What the chunks of a file that starts with :data:`MAGIC` say; of IDAT the checksum is looked at when asked.

    Raises:
        DamageError: it is damaged before its first pixel.
    """
    found = _read_header(content)
    try:
        _walk(content, found, check_pixels=check_pixels)
    except struct.error:
        found.damage = found.damage or "the PNG breaks off before its end"
    if not found.pixels or found.pixels[0][0] >= len(content):
        raise DamageError(found.damage or "the PNG has no pixels")
    if found.colour == PALETTE and not found.palette:
        raise DamageError("the PNG has colours by number, but no palette")
    return found


def _read_header(content: bytes) -> PngChunks:
    try:
        length, name, width, height, bits, colour, deflated, filters, interlaced, checksum = struct.unpack_from(
            ">I4sIIBBBBBI", content, len(MAGIC)
        )
    except struct.error as error:
        raise DamageError("the PNG breaks off before its first pixel") from error
    start = len(MAGIC) + 4
    is_known = (bits, colour) in MODES and not deflated and not filters and interlaced < 2  # noqa: PLR2004
    is_whole = (length, name) == (13, b"IHDR") and zlib.crc32(content[start : start + 17]) == checksum
    if not (is_known and is_whole and width and height):
        raise DamageError("the PNG's header is damaged")
    return PngChunks(width, height, bits, colour, bool(interlaced))


def _walk(content: bytes, found: PngChunks, *, check_pixels: bool) -> None:
    view = memoryview(content)
    at, name = len(MAGIC) + _HEAD + 13 + _CHECKSUM, b"IHDR"
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        start, end = at + _HEAD, at + _HEAD + length
        at = end + _CHECKSUM
        wrong = _take(content, found, name, start, end)
        (checksum,) = struct.unpack_from(">I", content, end)
        if (check_pixels or name != b"IDAT") and zlib.crc32(view[start - 4 : end]) != checksum:
            wrong = f"the checksum of the PNG's chunk {ascii(name)[2:-1]} is wrong"
        found.damage = found.damage or wrong


def _take(content: bytes, found: PngChunks, name: bytes, start: int, end: int) -> str:
    """Note what the chunk says; returns what is wrong with it, or nothing."""
    if name == b"IDAT":
        if found.pixels and found.pixels[-1][1] + _CHECKSUM + _HEAD != start:
            return "the PNG's pixels are interrupted"
        found.pixels.append((start, min(end, len(content))))
        return ""
    data = content[start:end]
    if name == b"PLTE":
        if found.palette or found.pixels or not data or len(data) % 3 or len(data) > 768:  # noqa: PLR2004
            return "the PNG's palette is damaged"
        found.palette = data
    elif name == b"tRNS" and not found.pixels and found.colour not in ALPHA:
        found.transparency = data
    elif name == b"acTL" and len(data) >= 4:  # noqa: PLR2004
        found.frames = max(1, int.from_bytes(data[:4]))
    elif name == b"eXIf" and found.orientation is None:
        found.orientation, found.exif = find_orientation(content, start, end), (start, end)
    elif not name.isalpha() or (name[:1].isupper() and name not in CRITICAL) or name == b"IHDR":
        return f"the PNG has an unknown chunk {ascii(name)[2:-1]}"
    return ""


def decode(content: bytes, chunks: PngChunks) -> tuple[Image.Image, str]:
    """The pixels in Pillow's ``1``, ``L``, ``P``, ``LA``, ``RGB`` or ``RGBA``; and what is wrong with them, or nothing.

    Where something is wrong, what can't be decoded is black, or transparent. The ``tRNS`` chunk stands where Pillow has
    it, in ``info["transparency"]``.
    """
    lines, wrong = _inflate(content, chunks)
    mode, order = MODES[chunks.bits, chunks.colour]
    image = Image.new(mode, (chunks.width, chunks.height))
    # As Pillow's own plugin calls it; without the plugin, which unpacks text and calls damage fine where another user
    # of Pillow has set LOAD_TRUNCATED_IMAGES. It takes lines that end too early for the end of the image, so that they
    # are inflated here, and handed over as a stream that is not compressed; the time is the same.
    decoder: Any = Image._getdecoder(mode, "zip", (order, chunks.is_interlaced))
    try:
        decoder.setimage(image.im, (0, 0, *image.size))
        consumed, error = decoder.decode(zlib.compress(lines, level=0))
    finally:
        decoder.cleanup()
    return _colour(image, chunks), wrong or ("the pixels can't be decoded" if error or consumed >= 0 else "")


def _inflate(content: bytes, chunks: PngChunks) -> tuple[bytes, str]:
    """The filtered lines of the image, zeros where they are missing; and what is wrong with them, or nothing."""
    deflated = b"".join([content[start:end] for start, end in chunks.pixels])
    size, wrong = _size_of_lines(chunks), ""
    stream = zlib.decompressobj()
    try:
        lines = stream.decompress(deflated, size + 1)
    except zlib.error:
        lines, wrong = _inflate_until_damaged(deflated, size), "the pixels can't be inflated"
    if len(lines) < size or not (stream.eof or len(lines) > size):
        wrong = wrong or "the pixels break off before the end of the image"
    return lines[:size].ljust(size, b"\0"), wrong


def _inflate_until_damaged(deflated: bytes, size: int) -> bytes:
    stream, lines = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()  # a bare one: the checksum is of no interest here
    try:
        for at in range(_ZLIB_HEAD, len(deflated), _PIECE):
            lines += stream.decompress(deflated[at : at + _PIECE], size + 1 - len(lines))
            if len(lines) > size:
                break
    except zlib.error:
        pass
    return bytes(lines)


def _size_of_lines(chunks: PngChunks) -> int:
    """Bytes of all lines, each with the byte of its filter in front."""
    bits = chunks.bits * CHANNELS[chunks.colour]
    size = 0
    for left, top, across, down in ADAM7 if chunks.is_interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(chunks.width - left) // across), -(-(chunks.height - top) // down)
        size += max(0, rows) * (1 + -(-columns * bits // 8)) if columns > 0 else 0
    return size


def _colour(image: Image.Image, chunks: PngChunks) -> Image.Image:
    transparency = chunks.transparency
    if chunks.colour == PALETTE:
        image.putpalette((chunks.palette or b"").ljust(768, b"\0"))
        if transparency:
            image.info["transparency"] = transparency
    elif transparency and chunks.bits < SIXTEEN_BITS and len(transparency) == 2 * CHANNELS[chunks.colour]:
        brightest = (1 << chunks.bits) - 1
        values = struct.unpack(f">{CHANNELS[chunks.colour]}H", transparency)
        scaled = tuple(value * 255 // brightest for value in values)
        image.info["transparency"] = scaled if len(scaled) > 1 else scaled[0]
    return image.convert("LA") if chunks.colour == GREY_ALPHA and image.mode != "LA" else image

"""Builders of image files' bytes, whole and broken."""

from __future__ import annotations

import io
import random
import struct
import zlib

from PIL import ExifTags, Image

PNG_KINDS = [
    *((bits, 0) for bits in (1, 2, 4, 8, 16)),
    *((bits, 3) for bits in (1, 2, 4, 8)),
    *((bits, colour) for colour in (2, 4, 6) for bits in (8, 16)),
]
"""Each (bits of a channel, colour type) that PNG has."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def photo(seed: int = 0, size: tuple[int, int] = (160, 120), mode: str = "RGB") -> Image.Image:
    """A picture of soft blotches, like no other of another seed."""
    generator = random.Random(seed)
    bands = [Image.frombytes("L", (8, 6), generator.randbytes(48)) for _ in Image.new(mode, (1, 1)).getbands()]
    return Image.merge(mode, [band.resize(size, Image.Resampling.BICUBIC) for band in bands])


def encoded(image: Image.Image, form: str = "JPEG", **save: object) -> bytes:
    written = io.BytesIO()
    image.save(written, form, **save)
    return written.getvalue()


def exif(orientation: int) -> Image.Exif:
    found = Image.Exif()
    found[ExifTags.Base.Orientation] = orientation
    return found


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def raw_png(
    bits: int, colour: int, *, size: tuple[int, int] = (13, 11), interlaced: bool = False, extra: bytes = b""
) -> bytes:
    """A PNG of any kind, of random pixels; ``extra`` are chunks in front of the pixels."""
    generator = random.Random(bits * 10 + colour)
    width, height = size
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    lines = b""
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0:
            stride = -(-columns * _CHANNELS[colour] * bits // 8)
            lines += b"".join(b"\0" + generator.randbytes(stride) for _ in range(rows))
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    palette = chunk(b"PLTE", generator.randbytes(3 << bits)) if colour == 3 else b""
    chunks = [chunk(b"IHDR", header), palette, extra, chunk(b"IDAT", zlib.compress(lines)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)

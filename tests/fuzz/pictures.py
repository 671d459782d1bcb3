"""Small pictures of every kind, whole and damaged."""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random

from fuzz import any_bytes, jpeg_parts, png_parts
from PIL import Image

SIZE = (40, 30)
# fmt: off
OTHER_FORMATS = (
    "GIF", "BMP", "WEBP", "TIFF", "ICO", "PPM", "TGA", "PCX", "SGI", "ICNS", "DDS", "MPO", "AVIF", "EPS", "PDF",
    "JPEG2000",
)
# fmt: on
OTHER_MODES = (("CMYK", "JPEG"), ("I;16", "PNG"), ("RGBA", "PNG"), ("LA", "PNG"), ("1", "PNG"), ("P", "PNG"))
HEADS = (
    *(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"8BPS\0\1", b"%PDF-1.7\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"PK\3\4"),
    *(b"<html>404</html>", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"version https://git-lfs.github.com/spec/v1\n"),
    *(b"GIF89a", b"<svg/>"),
)
"""How files begin that are no pictures, or none that anything here reads."""


def draw_picture(draw: Random, mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """Coarse noise, so that it is no two times alike."""
    coarse = Image.frombytes("RGB", (4, 3), draw.randbytes(36)).resize(size, Image.Resampling.BICUBIC)
    return coarse.convert(mode) if mode != "I;16" else coarse.convert("I").convert("I;16")


def sound_jpeg(draw: Random) -> bytes:
    """Baseline or progressive, grey or colour, at any quality."""
    options = {"quality": draw.randint(30, 95), "progressive": draw.random() < 0.3, "subsampling": draw.randrange(3)}
    if draw.random() < 0.3:
        options["restart_marker_blocks"] = 2
    return saved(draw_picture(draw, draw.choice(("RGB", "RGB", "L"))), "JPEG", **options)


def sound_png(draw: Random) -> bytes:
    return saved(draw_picture(draw, draw.choice(("RGB", "RGB", "L", "P", "1", "RGBA", "LA"))), "PNG")


def saved(image: Image.Image, format: str, **options: object) -> bytes:  # noqa: A002 - Pillow's name
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def mutate_jpeg(draw: Random) -> bytes:
    return _mutated(sound_jpeg(draw), jpeg_parts.MUTATIONS, draw)


def mutate_png(draw: Random) -> bytes:
    return _mutated(sound_png(draw), png_parts.MUTATIONS, draw)


def _mutated(content: bytes, own: Sequence[any_bytes.Mutation], draw: Random) -> bytes:
    for _ in range(draw.choice((1, 1, 1, 2))):
        if content:
            content = draw.choice(own if draw.random() < 0.6 else any_bytes.MUTATIONS)(content, draw)
    return content


def other_picture(draw: Random) -> bytes:
    """A file of another kind: a format, a mode, the head of something."""
    kind = draw.random()
    if kind < 0.2:
        return draw.choice(HEADS) + draw.choice((b"", draw.randbytes(100)))
    if kind < 0.5:
        mode, format_ = draw.choice(OTHER_MODES)
        return saved(draw_picture(draw, mode), format_)
    several = draw.random() < 0.3
    format_ = draw.choice(("GIF", "WEBP", "TIFF", "MPO", "PNG") if several else OTHER_FORMATS)
    options = {"save_all": True, "append_images": [draw_picture(draw)]} if several else {}
    try:
        return saved(draw_picture(draw), format_, **options)
    except (OSError, KeyError):  # not in this build of Pillow
        return b"RIFF\0\0\0\0WEBP"

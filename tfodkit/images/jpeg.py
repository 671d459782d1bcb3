"""JPEG files: what their header says, where their pixels end, and the pixels.

The header is walked as libjpeg walks it, and whatever libjpeg would only warn about at this place is refused, so that
the size read here is the size that it will decode to (ITU-T T.81, annex B)::

    FFD8                                          start of image
    FFxx  length (2 bytes, counts itself)  …      segments: EXIF (FFE1), the frame with the size (FFC0 to FFC2), tables
    FFDA  length  …                               start of scan, then its entropy-coded bytes, in which FF is followed
                                                  by 00 or by a restart marker (FFD0 to FFD7)
    FFD9                                          end of image
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Any

from PIL import Image

from tfodkit.images.damage import DamageError, KindError
from tfodkit.images.exif import Orientation, find_orientation

MAGIC = b"\xff\xd8\xff"
END = b"\xff\xd9"

BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2
DECODED = frozenset({BASELINE, EXTENDED, PROGRESSIVE})
OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Lossless, hierarchical and arithmetic coding, which TensorFlow's libjpeg does not have."""
START_OF_SCAN = 0xDA
PASSED_OVER = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)})
"""Tables, restart interval, comments and applications' segments."""
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""
EXIF_SEGMENT, ICC_OR_MPF_SEGMENT = 0xE1, 0xE2

MODES = {1: ("L", "L"), 3: ("RGB", "RGB"), 4: ("CMYK", "CMYK;I")}
"""Channels → Pillow's mode, and the order of the decoder; CMYK is stored inverted, as Adobe has it."""
CMYK = 4

CUT_OFF = "the JPEG breaks off: its end marker is missing"

MAX_SCANS = 200
"""Of a progressive file. Encoders write about ten; each passes over the whole image, so that a few kilobytes of empty
scans would keep a decoder busy for hours."""

_READ_AHEAD = 64
"""More bytes than the decoder may have read beyond the pixel it is at."""
_FILLER = bytes(16)
"""Enough for the decoder to look ahead, too few for a missing block."""
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """What stands before the pixels."""

    width: int
    height: int
    channels: int
    """1 grey, 3 colour, 4 CMYK."""
    process: int
    """The marker of the frame: baseline, extended or progressive."""
    is_single_scan: bool
    """True where one scan holds all channels."""
    pixels: int
    """Offset of the first entropy-coded byte."""
    orientation: Orientation | None
    segments: tuple[tuple[int, int, int], ...]
    """``(marker, start, end)`` of each segment's content."""


def read_header(content: bytes) -> JpegHeader:
    """The header of a file that starts with :data:`MAGIC`.

    Raises:
        KindError: it is a JPEG of a kind that nobody decodes.
        DamageError: it is damaged before its first pixel.
    """
    try:
        return _walk(content)
    except (IndexError, struct.error, ValueError) as error:
        raise DamageError("the JPEG breaks off before its first pixel") from error


def _walk(content: bytes) -> JpegHeader:
    at = 2
    frame: tuple[int, int, int, int] | None = None
    orientation: Orientation | None = None
    segments: list[tuple[int, int, int]] = []
    while True:
        at = content.index(0xFF, at)
        while content[at] == 0xFF:  # noqa: PLR2004
            at += 1
        marker = content[at]
        at += 1
        if marker == 0 or marker in ALONE:
            continue
        (length,) = struct.unpack_from(">H", content, at)
        start, end = at + 2, at + length
        if length < 2:  # noqa: PLR2004
            raise DamageError(f"the JPEG's segment FF{marker:02X} has a length of {length}")
        if marker == START_OF_SCAN:
            return _header(content, start, end, frame, orientation, segments)
        if marker in DECODED or marker in OTHER_FRAMES:
            if frame is not None:
                raise DamageError("the JPEG has two frames")
            frame = _frame(content, marker, start, end)
        elif marker not in PASSED_OVER:
            raise DamageError(f"the JPEG has an unknown segment FF{marker:02X}")
        elif marker == EXIF_SEGMENT and orientation is None and content.startswith(b"Exif\0\0", start):
            orientation = find_orientation(content, start + 6, end)
        segments.append((marker, start, end))
        at = end


def _frame(content: bytes, marker: int, start: int, end: int) -> tuple[int, int, int, int]:
    bits, height, width, channels = struct.unpack_from(">BHHB", content, start)
    if marker not in DECODED:
        raise KindError(f"the content is a JPEG coded in a way that trainers can't decode (SOF{marker - BASELINE})")
    if bits != 8 or channels not in MODES:  # noqa: PLR2004
        raise KindError(f"the content is a JPEG of {channels} channels of {bits} bits, which trainers can't decode")
    if end - start != 6 + 3 * channels or not width or not height:
        raise DamageError(f"the JPEG's frame is damaged: {width} x {height} pixels, {channels} channels")
    return marker, width, height, channels


def _header(
    content: bytes,
    start: int,
    end: int,
    frame: tuple[int, int, int, int] | None,
    orientation: Orientation | None,
    segments: list[tuple[int, int, int]],
) -> JpegHeader:
    if frame is None:
        raise DamageError("the JPEG has pixels but no size")
    marker, width, height, channels = frame
    if end >= len(content):
        raise DamageError("the JPEG breaks off before its first pixel")
    single = content[start] == channels
    return JpegHeader(width, height, channels, marker, single, end, orientation, tuple(segments))


def find_end(content: bytes, header: JpegHeader) -> int | None:
    """Offset of the marker that ends the image; None where there is none, because the file was cut off.

    Behind it may lie zeros, or more, such as the second picture of a phone's MPO.
    """
    stripped = len(content)
    while stripped and content[stripped - 1] == 0:
        stripped = len(content[:stripped].rstrip(b"\0"))
    has_more = any(content.startswith(b"MPF\0", at) for kind, at, _ in header.segments if kind == ICC_OR_MPF_SEGMENT)
    if not has_more and content.endswith(END, header.pixels, stripped):
        return stripped - len(END)
    if header.process != PROGRESSIVE and header.is_single_scan:
        found = _MARKER.search(content, header.pixels)
        return found.start() if found and found.group().endswith(END[1:]) else None
    at = content.find(END, header.pixels)
    return at if at >= 0 else None


def subsampling(content: bytes, header: JpegHeader) -> int:
    """How coarse the colours are, as Pillow's encoder wants it: 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0 and all else."""
    start = next(start for marker, start, _ in header.segments if marker == header.process)
    factors = content[start + 7 : start + 6 + 3 * header.channels : 3]
    return {b"\x11\x11\x11": 0, b"\x21\x11\x11": 1}.get(factors, 2)


def icc_profile(content: bytes, header: JpegHeader) -> bytes | None:
    """The colour profile, which may go over several segments; None where there is none, or a part is missing."""
    name = b"ICC_PROFILE\0"
    found = (content[start:end] for kind, start, end in header.segments if kind == ICC_OR_MPF_SEGMENT)
    parts = sorted(part[len(name) :] for part in found if part.startswith(name) and len(part) > len(name) + 1)
    numbers = [part[0] for part in parts]
    if not parts or numbers != list(range(1, parts[0][1] + 1)):
        return None
    return b"".join(part[2:] for part in parts)


def has_too_many_scans(content: bytes, header: JpegHeader) -> bool:
    """True for a progressive file that would keep any decoder busy for minutes or hours."""
    return header.process == PROGRESSIVE and content.count(b"\xff\xda", header.pixels) >= MAX_SCANS


def decode(
    content: bytes, header: JpegHeader, *, scale: int = 1, channels: int | None = None
) -> tuple[Image.Image, str]:
    """The pixels as they are stored, in Pillow's ``L``, ``RGB`` or ``CMYK``; and what is wrong with them, or nothing.

    ``scale`` 2, 4 or 8 gives a picture of that fraction of the size, rounded up; all of the file is read nevertheless.
    ``channels`` 1 gives the luma of a colour picture. Where something is wrong, what can't be decoded is grey.
    """
    size = (-(-header.width // scale), -(-header.height // scale))
    mode, order = MODES[channels or header.channels]
    end = find_end(content, header)
    while True:
        image = Image.new(mode, size)
        # As Pillow's own plugin calls it; without the plugin, which passes 64 KB at a time, reads all metadata once
        # more, and calls damage fine where another user of Pillow has set LOAD_TRUNCATED_IMAGES.
        decoder: Any = Image._getdecoder(mode, "jpeg", (order, "", scale, 0))
        try:
            decoder.setimage(image.im, (0, 0, *size))
            if end is None or header.process == PROGRESSIVE or not header.is_single_scan:
                return image, _feed_all(decoder, content, end)
            try:
                return image, _feed(decoder, content, header, end)
            except _EarlierEnd as earlier:
                end = earlier.at
        finally:
            decoder.cleanup()


class _EarlierEnd(Exception):  # noqa: N818 - no error
    """The image ends before the last marker that looks like its end."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def _feed(decoder: Any, content: bytes, header: JpegHeader, end: int) -> str:
    """What is wrong, once the decoder has been given all bytes.

    libjpeg fills with grey what is missing before an end marker, and says nothing. So it is given the bytes before the
    marker only, and then a few zeros: it must need its last byte, and none beyond the zeros.
    """
    view = memoryview(content)
    consumed, error = decoder.decode(view[: max(end - _READ_AHEAD, header.pixels)])
    if consumed >= 0:
        consumed, error = decoder.decode(bytes(view[consumed:end]) + _FILLER)
        if consumed >= 0:
            decoder.decode(END)
            return "the pixels break off before the end of the image"
    elif not error and (stray := _MARKER.search(content, header.pixels, end)):
        if stray.group().endswith(END[1:]):
            raise _EarlierEnd(stray.start())
        return f"a stray marker FF{stray.group()[-1]:02X} interrupts the pixels"
    return "the pixels can't be decoded" if error else ""


def _feed_all(decoder: Any, content: bytes, end: int | None) -> str:
    consumed, error = decoder.decode(content)
    if end is None:
        if consumed >= 0:
            decoder.decode(content[consumed:] + END)
        return CUT_OFF
    if consumed >= 0:
        return "the pixels break off before the end of the image"
    return "the pixels can't be decoded" if error else ""

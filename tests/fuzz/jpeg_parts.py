"""Mutations of JPEG files by their segments: a marker, two bytes of length, content; a scan follows the last."""

from __future__ import annotations

import struct
from random import Random

from fuzz.any_bytes import Mutation
from fuzz.exif import exif

SIDES = (0, 1, 2, 39, 41, 30, 300, 16_384, 65_500, 65_535)
FRAME_BYTES = (0, 1, 2, 4, 5, 8, 12, 16, 0x11, 0x44, 0xFF)
# fmt: off
MARKERS = (
    0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC9, 0xCB, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xE0, 0xE1, 0xFE, 0x01, 0xFF, 0x00,
)
# fmt: on
PAYLOADS = (
    *(b"", b"\0" * 65_533, b"Exif\0\0", b"ICC_PROFILE\0\2\1", b"Adobe\0\x64\0\0\0\0\2", b"JFIF\0", b"MPF\0II*\0"),
)


def split_jpeg(content: bytes) -> list[bytes]:
    """The segments, as far as there are; whatever follows the first scan stays with it."""
    parts, place = [content[:2]], 2
    while place + 4 <= len(content) and content[place] == 0xFF and content[place + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", content, place + 2)
        parts.append(content[place : place + 2 + length])
        place += 2 + max(length, 2)
    return [*parts, content[place:]]


def remove_segment(content: bytes, draw: Random) -> bytes:
    parts = split_jpeg(content)
    del parts[draw.randrange(len(parts))]
    return b"".join(parts)


def double_segment(content: bytes, draw: Random) -> bytes:
    parts = split_jpeg(content)
    which = draw.randrange(len(parts))
    return b"".join([*parts[:which], parts[which] * draw.choice((2, 2, 500)), *parts[which + 1 :]])


def shuffle_segments(content: bytes, draw: Random) -> bytes:
    parts = split_jpeg(content)
    middle = parts[1:-1]
    draw.shuffle(middle)
    return b"".join([parts[0], *middle, parts[-1]])


def change_marker(content: bytes, draw: Random) -> bytes:
    """Such as a baseline frame that says it is arithmetic or lossless."""
    parts = split_jpeg(content)
    which = draw.randrange(len(parts))
    marker = draw.choice(MARKERS)
    parts[which] = parts[which][:1] + bytes([marker]) + parts[which][2:]
    return b"".join(parts)


def change_length(content: bytes, draw: Random) -> bytes:
    parts = split_jpeg(content)
    which = draw.randrange(1, len(parts)) if len(parts) > 1 else 0
    length = struct.pack(">H", draw.choice((0, 1, 2, 3, 0x7FFF, 0xFFFF, draw.randrange(1 << 16))))
    parts[which] = parts[which][:2] + length + parts[which][4:]
    return b"".join(parts)


def change_frame(content: bytes, draw: Random) -> bytes:
    """Precision, height, width, number of components or sampling, as the frame's header states them."""
    parts = split_jpeg(content)
    for which, part in enumerate(parts):
        if len(part) >= 12 and part[1] in (0xC0, 0xC2):
            frame = bytearray(part)
            if draw.random() < 0.7:
                struct.pack_into(">H", frame, draw.choice((5, 7)), draw.choice(SIDES))
            else:
                frame[draw.choice((4, 9, 10, 11))] = draw.choice(FRAME_BYTES)
            parts[which] = bytes(frame)
    return b"".join(parts)


def insert_segment(content: bytes, draw: Random) -> bytes:
    """A comment, profiles and EXIF that are full, empty, cut off or wrong."""
    payload = draw.choice((*PAYLOADS, draw.randbytes(50)))
    marker = draw.choice((0xE0, 0xE1, 0xE2, 0xEE, 0xFE, 0xDD, 0xDC))
    return content[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload + content[2:]


def exif_in_jpeg(content: bytes, draw: Random) -> bytes:
    payload = b"Exif\0\0" + exif(draw)
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + content[2:]


MUTATIONS: tuple[Mutation, ...] = (
    *(remove_segment, double_segment, shuffle_segments, change_marker, change_length, insert_segment),
    *(change_frame, exif_in_jpeg) * 2,
)

"""Mutations of PNG files by their chunks: four bytes of length, a name, content, a checksum."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from random import Random

from fuzz.any_bytes import Mutation
from fuzz.exif import exif

SIDES = (0, 1, 39, 41, 20_000, 65_536, 1_000_000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
BOMB_BYTES = 80 << 20
"""What a bomb unpacks to."""
CHUNKS = (
    *(
        (b"tRNS", b"\0\1"),
        (b"PLTE", b"\0" * 5),
        (b"tEXt", b"a\0" + b"x" * 100_000),
        (b"iCCP", b"a\0\0x"),
        (b"gAMA", b"\0"),
    ),
    *((b"acTL", b"\0\0\0\5\0\0\0\0"), (b"fcTL", b"\0" * 26), (b"IDAT", b""), (b"IEND", b""), (b"IHDR", b"\0" * 13)),
    *((b"zzzz", b"z"), (b"ZZZZ", b"z"), (b"\0\0\0\0", b"")),
)
PACKED = ((b"zTXt", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0"), (b"iCCP", b"a\0\0"))
"""Chunks whose content is compressed, and what comes before it."""


def split_png(content: bytes) -> list[bytes]:
    """The signature and the chunks, as far as there are."""
    parts, place = [content[:8]], 8
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        parts.append(content[place : place + 12 + length])
        place += 12 + length
    return [part for part in parts if part]


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def remove_chunk(content: bytes, draw: Random) -> bytes:
    parts = split_png(content)
    del parts[draw.randrange(len(parts))]
    return b"".join(parts)


def reorder_chunks(content: bytes, draw: Random) -> bytes:
    first, *rest = split_png(content)
    draw.shuffle(rest)
    return b"".join([first, *rest, *draw.choices([b"", *rest], k=1)])


def break_checksum(content: bytes, draw: Random) -> bytes:
    parts = split_png(content)
    which = draw.randrange(len(parts))
    parts[which] = parts[which][:-1] + bytes([parts[which][-1] ^ 1])
    return b"".join(parts)


def change_header(content: bytes, draw: Random) -> bytes:
    """Width, height, depth, colour type, compression, filter or interlace, with a checksum that is right."""
    parts = split_png(content)
    if len(parts) < 2 or parts[1][4:8] != b"IHDR" or len(parts[1]) != 25:
        return content
    header = bytearray(parts[1][8:-4])
    if draw.random() < 0.5:
        struct.pack_into(">I", header, draw.choice((0, 4)), draw.choice(SIDES))
    else:
        header[draw.randrange(8, 13)] = draw.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 255))
    return b"".join([parts[0], chunk(b"IHDR", bytes(header)), *parts[2:]])


def insert_chunk(content: bytes, draw: Random) -> bytes:
    first, *rest = split_png(content)
    name, payload = draw.choice((*CHUNKS, (b"eXIf", exif(draw)), *((name, head + bomb()) for name, head in PACKED)))
    place = draw.randint(0, len(rest))
    return b"".join([first, *rest[:place], chunk(name, payload), *rest[place:]])


def bomb_of_pixels(content: bytes, draw: Random) -> bytes:
    """A few bytes that unpack to far more than the header says, or to as much as a huge header says."""
    side = draw.choice((1, 40, 5000, 12_000, 30_000))
    header = struct.pack(">IIBBBBB", side, side, 8, draw.choice((0, 2)), 0, 0, 0)
    return b"".join([content[:8], chunk(b"IHDR", header), chunk(b"IDAT", bomb()), chunk(b"IEND", b"")])


@lru_cache(maxsize=1)
def bomb() -> bytes:
    """Compressed zeros."""
    return zlib.compress(bytes(BOMB_BYTES), 9)


MUTATIONS: tuple[Mutation, ...] = (
    *(remove_chunk, reorder_chunks, break_checksum, insert_chunk, change_header, insert_chunk, bomb_of_pixels),
)

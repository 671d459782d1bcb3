"""Damage that any file can take, on its bytes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, Random], bytes]

CHUNK = 64
"""Bytes, at most, that are moved or doubled at a time."""


def flip_bits(content: bytes, draw: Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 8, 64))):
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
    return bytes(damaged)


def flip_early_bits(content: bytes, draw: Random) -> bytes:
    """In the first bytes, where headers are."""
    return flip_bits(content[:CHUNK], draw) + content[CHUNK:]


def truncate(content: bytes, draw: Random) -> bytes:
    return content[: draw.randrange(len(content))]


def cut_off_end(content: bytes, draw: Random) -> bytes:
    return content[: -draw.randint(1, min(len(content), 8))]


def remove_chunk(content: bytes, draw: Random) -> bytes:
    start, end = _chunk(content, draw)
    return content[:start] + content[end:]


def double_chunk(content: bytes, draw: Random) -> bytes:
    start, end = _chunk(content, draw)
    return content[:end] + content[start:]


def move_chunk(content: bytes, draw: Random) -> bytes:
    start, end = _chunk(content, draw)
    rest = content[:start] + content[end:]
    place = draw.randint(0, len(rest))
    return rest[:place] + content[start:end] + rest[place:]


def zero_chunk(content: bytes, draw: Random) -> bytes:
    start, end = _chunk(content, draw)
    return content[:start] + bytes(end - start) + content[end:]


def insert_noise(content: bytes, draw: Random) -> bytes:
    place = draw.randint(0, len(content))
    return content[:place] + draw.randbytes(draw.randint(1, CHUNK)) + content[place:]


def append_noise(content: bytes, draw: Random) -> bytes:
    return content + draw.randbytes(draw.randint(1, 1000))


def double_file(content: bytes, draw: Random) -> bytes:
    return content + content


def only_noise(content: bytes, draw: Random) -> bytes:
    return draw.randbytes(draw.choice((1, 2, 3, 4, 100)))


def nothing_left(content: bytes, draw: Random) -> bytes:
    return b""


MUTATIONS: tuple[Mutation, ...] = (
    *(flip_bits, flip_early_bits, truncate, cut_off_end, remove_chunk, double_chunk, move_chunk, zero_chunk),
    *(insert_noise, append_noise, double_file, only_noise, nothing_left),
)


def _chunk(content: bytes, draw: Random) -> tuple[int, int]:
    start = draw.randrange(len(content))
    return start, min(len(content), start + draw.randint(1, CHUNK))

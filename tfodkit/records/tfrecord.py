"""TFRecord: the framing of records in a file, as TensorFlow reads and writes it.

From ``tensorflow/core/lib/io/record_writer.{h,cc}`` and ``tensorflow/core/lib/hash/crc32c.h``::

    +----------------------+----------------------------+----------------+--------------------------+
    | length of the record | masked CRC-32C of those 8  | the record     | masked CRC-32C of the    |
    | 8 bytes, unsigned    | bytes, 4 bytes, unsigned   | length bytes   | record, 4 bytes unsigned |
    +----------------------+----------------------------+----------------+--------------------------+

All numbers are little-endian; one record follows the other, with nothing before, between or behind. A checksum is
masked by turning it right by 15 bits and adding a constant, so that a checksum over checksums stays useful.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import google_crc32c

from tfodkit.errors import RecordError

LENGTH = struct.Struct("<Q")
CHECKSUM = struct.Struct("<I")
HEADER_BYTES = LENGTH.size + CHECKSUM.size
FRAME_BYTES = HEADER_BYTES + CHECKSUM.size
"""Round each record."""
BLOCK_BYTES = 1 << 20
MASK_TURN = 15
MASK_DELTA = 0xA282EAD8
MAX_RECORD_BYTES = 1 << 31
"""Protocol buffers end here; a longer length is damage."""


class RecordWriter:
    """Writes records to an open binary file; knows the bytes and the CRC-32C of what it wrote."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._crc = 0
        self.bytes = 0

    @property
    def crc32c(self) -> str:
        """Of everything written, 8 hexadecimal digits; not masked."""
        return f"{self._crc:08x}"

    def write(self, *parts: bytes) -> None:
        """Append one record, given as one or more parts, so that nobody has to copy a large one together."""
        size = sum(map(len, parts))
        length = LENGTH.pack(size)
        crc = 0
        for part in parts:
            crc = google_crc32c.extend(crc, part)
        header, footer = length + CHECKSUM.pack(masked_crc32c(length)), CHECKSUM.pack(masked(crc))
        self._file.writelines((header, *parts, footer))
        for part in (header, *parts, footer):
            self._crc = google_crc32c.extend(self._crc, part)
        self.bytes += size + FRAME_BYTES


def read_tfrecord(path: Path) -> Iterator[bytes]:
    """The records of the file ``path`` in their order, each verified by its checksum, one at a time in memory.

    Raises:
        RecordError: the file can't be read, ends within a record, or a checksum is wrong; with the record's number.
    """
    try:
        with path.open("rb") as file:
            number = 1
            while header := file.read(HEADER_BYTES):
                yield _record(file, header, f"{path}: record {number}")
                number += 1
    except OSError as error:
        raise RecordError(str(path), f"the records can't be read: {error.strerror}", "Check the file.") from error


def record_places(path: Path) -> list[tuple[int, int]]:
    """The offset and length in bytes of each record's content in the file ``path``; only lengths are read and verified.

    Raises:
        RecordError: the file can't be read, a length's checksum is wrong, or the file does not end with a record.
    """
    places: list[tuple[int, int]] = []
    try:
        with path.open("rb") as file:
            size, at = os.fstat(file.fileno()).st_size, 0
            while at < size:
                file.seek(at)
                where = f"{path}: record {len(places) + 1}"
                length = _length(file.read(HEADER_BYTES), where)
                places.append((at + HEADER_BYTES, length))
                at += length + FRAME_BYTES
                if at > size:
                    raise _damaged(where, f"the file ends within its {length} bytes")
    except OSError as error:
        raise RecordError(str(path), f"the records can't be read: {error.strerror}", "Check the file.") from error
    return places


def read_place(path: Path, offset: int, length: int) -> bytes:
    """The record of ``length`` bytes at ``offset``, one of :func:`record_places`, verified by its checksum.

    Raises:
        RecordError: the file can't be read, or is not what it was.
    """
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(offset)
            content = file.read(length + CHECKSUM.size)
    except OSError as error:
        raise RecordError(str(path), f"the records can't be read: {error.strerror}", "Check the file.") from error
    record, footer = content[:length], content[length:]
    if len(footer) < CHECKSUM.size or CHECKSUM.unpack(footer)[0] != masked_crc32c(record):
        raise _damaged(f"{path}: byte {offset}", "the checksum of its content is wrong")
    return record


def file_crc32c(path: Path) -> str:
    """The CRC-32C of a file's content, as :attr:`RecordWriter.crc32c` has it."""
    crc = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            crc = google_crc32c.extend(crc, block)
    return f"{crc:08x}"


def masked_crc32c(content: bytes) -> int:
    """The masked CRC-32C of ``content``, 32 bits.

    >>> hex(masked_crc32c(b"123456789"))
    '0xc7899ad6'
    """
    return masked(google_crc32c.value(content))


def masked(crc: int) -> int:
    """The checksum as it stands in a file, 32 bits."""
    return (((crc >> MASK_TURN) | (crc << (32 - MASK_TURN))) + MASK_DELTA) & 0xFFFFFFFF


def _length(header: bytes, where: str) -> int:
    if len(header) < HEADER_BYTES:
        raise _damaged(where, "the file ends within its length")
    length_bytes = header[: LENGTH.size]
    (length,) = LENGTH.unpack(length_bytes)
    if CHECKSUM.unpack(header[LENGTH.size :])[0] != masked_crc32c(length_bytes) or length > MAX_RECORD_BYTES:
        raise _damaged(where, "the checksum of its length is wrong")
    return int(length)


def _record(file: BinaryIO, header: bytes, where: str) -> bytes:
    length = _length(header, where)
    record, footer = file.read(length), file.read(CHECKSUM.size)
    if len(record) < length or len(footer) < CHECKSUM.size:
        raise _damaged(where, f"the file ends within its {length} bytes")
    if CHECKSUM.unpack(footer)[0] != masked_crc32c(record):
        raise _damaged(where, "the checksum of its content is wrong")
    return record


def _damaged(where: str, what: str) -> RecordError:
    return RecordError(where, what, "The file is damaged: run make-records again.")

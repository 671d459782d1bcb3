"""The ``.index`` file of a checkpoint, without TensorFlow: which tensors it holds, of which shape, and where they lie.

The file is a table of sorted keys and values (``tensorflow/core/lib/io/table_format.txt``, which is LevelDB's), whose
values are messages of ``tensorflow/core/protobuf/tensor_bundle.proto``::

    block of entries, …, block of entries     each with 5 bytes behind it: compression (0 is none), masked CRC-32C
    block of the index                        last key of each block -> offset and size of the block
    footer, 48 bytes                          handles of two blocks, padding, the magic number

    entry      shared bytes | other bytes | bytes of the value (varints) | the other bytes of the key | the value
    block      entries | offsets of restarts, 4 bytes each | count of restarts, 4 bytes

All numbers are little-endian. The key that is blank has the header; every other is the name of a tensor.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from tfodkit.dataset.messages import message_class
from tfodkit.errors import CheckpointError
from tfodkit.records.tfrecord import CHECKSUM, masked_crc32c

INDEX = ".index"
FOOTER_BYTES = 48
MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
TRAILER_BYTES = 5
RESTART = struct.Struct("<I")
VARINT_BITS = 7
_SCHEMA = """
name: "tfodkit/tensor_bundle.proto" package: "tfodkit" syntax: "proto3"
message_type {
  name: "BundleHeader"
  field { name: "num_shards" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
}
message_type {
  name: "Dimension"
  field { name: "size" number: 1 type: TYPE_INT64 label: LABEL_OPTIONAL }
}
message_type {
  name: "Shape"
  field { name: "dim" number: 2 type: TYPE_MESSAGE type_name: ".tfodkit.Dimension" label: LABEL_REPEATED }
}
message_type {
  name: "BundleEntry"
  field { name: "shape" number: 2 type: TYPE_MESSAGE type_name: ".tfodkit.Shape" label: LABEL_OPTIONAL }
  field { name: "shard_id" number: 3 type: TYPE_INT32 label: LABEL_OPTIONAL }
  field { name: "offset" number: 4 type: TYPE_INT64 label: LABEL_OPTIONAL }
  field { name: "size" number: 5 type: TYPE_INT64 label: LABEL_OPTIONAL }
  field { name: "crc32c" number: 6 type: TYPE_FIXED32 label: LABEL_OPTIONAL }
}
"""


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor's shape, and its bytes in one of the data files."""

    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc32c: int
    """Masked."""


@dataclass(frozen=True, slots=True)
class CheckpointIndex:
    """The tensors of a checkpoint by name, sorted, and its files."""

    prefix: Path
    tensors: dict[str, StoredTensor]
    shards: int

    def data_file(self, shard: int) -> Path:
        """Where the bytes of a shard's tensors are."""
        return self.prefix.with_name(f"{self.prefix.name}.data-{shard:05}-of-{self.shards:05}")

    def bytes_of(self, name: str) -> bytes:
        """What lies in the data file for a tensor, not verified.

        Raises:
            CheckpointError: the data file is absent, or ends before.
        """
        tensor = self.tensors[name]
        path = self.data_file(tensor.shard)
        try:
            with path.open("rb") as file:
                file.seek(tensor.offset)
                content = file.read(tensor.size)
        except OSError as error:
            raise damaged(path, f"can't be read: {error.strerror}") from error
        if len(content) < tensor.size:
            raise damaged(path, f"ends within the {tensor.size} bytes of {name}")
        return content


def read_index(prefix: Path) -> CheckpointIndex:
    """The index of the checkpoint ``prefix``, such as ``…/ckpt-0``; every block verified by its checksum.

    Raises:
        CheckpointError: the file is absent or damaged, or a data file is absent or too short for what it should hold.
    """
    path = prefix.with_name(prefix.name + INDEX)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise damaged(path, f"can't be read: {error.strerror}") from error
    try:
        header, *rest = _entries(content, path)
        name, value = header
        if name:
            raise damaged(path, "has no header")
        shards = _message("BundleHeader").FromString(value).num_shards
        tensors = {key.decode(): _tensor(value) for key, value in rest}
    except (IndexError, ValueError, struct.error, DecodeError) as error:
        raise damaged(path, "is no index of a checkpoint") from error
    index = CheckpointIndex(prefix, tensors, shards)
    _check_data_files(index)
    return index


def read_varint(content: bytes, at: int) -> tuple[int, int]:
    """The number that begins at a place, 7 bits a byte, the lowest first, and the place behind it."""
    number = shift = 0
    while True:
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 1 << VARINT_BITS:
            return number, at
        shift += VARINT_BITS


def damaged(path: Path, what: str) -> CheckpointError:
    """The error of a file of a checkpoint that is not whole."""
    return CheckpointError(str(path), what, "Copy or unpack all files of the checkpoint again.")


def _entries(content: bytes, path: Path) -> Iterator[tuple[bytes, bytes]]:
    footer = content[-FOOTER_BYTES:]
    if len(footer) < FOOTER_BYTES or not footer.endswith(MAGIC):
        raise damaged(path, "is no index of a checkpoint, or was cut off")
    _, at = _handle(footer, 0)  # of the block of filters, which has none
    handle, _ = _handle(footer, at)
    for _, value in _block(content, handle, path):
        yield from _block(content, _handle(value, 0)[0], path)


def _handle(content: bytes, at: int) -> tuple[tuple[int, int], int]:
    """Offset and size of a block, and the place behind them."""
    offset, at = read_varint(content, at)
    size, at = read_varint(content, at)
    return (offset, size), at


def _block(content: bytes, handle: tuple[int, int], path: Path) -> Iterator[tuple[bytes, bytes]]:
    offset, size = handle
    block, trailer = content[offset : offset + size + 1], content[offset + size + 1 : offset + size + TRAILER_BYTES]
    if CHECKSUM.unpack(trailer)[0] != masked_crc32c(block):
        raise damaged(path, f"has a wrong checksum at byte {offset}")
    if block[-1]:
        raise damaged(path, "is compressed, which TensorFlow never does")
    (restarts,) = RESTART.unpack(block[-1 - RESTART.size : -1])
    end = size - (restarts + 1) * RESTART.size
    at, key = 0, b""
    while at < end:
        shared, at = read_varint(block, at)
        others, at = read_varint(block, at)
        length, at = read_varint(block, at)
        key = key[:shared] + block[at : at + others]
        yield key, block[at + others : at + others + length]
        at += others + length


def _tensor(value: bytes) -> StoredTensor:
    entry = _message("BundleEntry").FromString(value)
    shape = tuple(int(dimension.size) for dimension in entry.shape.dim)
    return StoredTensor(shape, entry.shard_id, entry.offset, entry.size, entry.crc32c)


def _check_data_files(index: CheckpointIndex) -> None:
    for shard in range(index.shards):
        path = index.data_file(shard)
        ends = [tensor.offset + tensor.size for tensor in index.tensors.values() if tensor.shard == shard]
        if not path.is_file():
            raise damaged(path, "is not there")
        if (size := path.stat().st_size) < max(ends, default=0):
            raise damaged(path, f"has {size} bytes, but the index says {max(ends)}")


def _message(name: str) -> Any:
    return message_class(_SCHEMA, f"tfodkit.{name}")

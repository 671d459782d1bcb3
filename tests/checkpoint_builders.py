"""Checkpoints of any variables, as TensorFlow lays them: the table, the object graph, zeros for weights."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from itertools import takewhile
from pathlib import Path

import google_crc32c

from tfodkit.config.checkpoint import index as checkpoint_index, objects as checkpoint_objects
from tfodkit.dataset.messages import message_class
from tfodkit.records.tfrecord import masked, masked_crc32c

Shape = tuple[int, ...]
BLOCK_ENTRIES = 7
"""Few, so that a small checkpoint has several blocks."""
RESTART_EVERY = 3


def write_checkpoint(prefix: Path, variables: Mapping[str, Shape], *, edges: Mapping[str, str] | None = None) -> Path:
    """An object-based checkpoint of variables by their paths from the root; ``edges`` are more paths to them."""
    graph = message_class(checkpoint_objects._SCHEMA, "tfodkit.TrackableObjectGraph")()
    graph.nodes.add()
    nodes = {"": 0}
    for path in variables:
        key = f"{path}/.ATTRIBUTES/VARIABLE_VALUE"
        graph.nodes[_node(graph, nodes, path)].attributes.add(name="VARIABLE_VALUE", checkpoint_key=key)
    for path, target in (edges or {}).items():
        parent, _, name = path.rpartition("/")
        graph.nodes[_node(graph, nodes, parent)].children.add(node_id=nodes[target], local_name=name)
    tensors = {f"{path}/.ATTRIBUTES/VARIABLE_VALUE": shape for path, shape in variables.items()}
    return write_tensors(prefix, tensors, graph.SerializeToString())


def write_tensors(prefix: Path, tensors: Mapping[str, Shape], graph: bytes | None = None) -> Path:
    """A checkpoint of tensors by name; without a ``graph`` it is one of TensorFlow 1."""
    prefix.parent.mkdir(parents=True, exist_ok=True)
    entry_class = message_class(checkpoint_index._SCHEMA, "tfodkit.BundleEntry")
    header = message_class(checkpoint_index._SCHEMA, "tfodkit.BundleHeader")(num_shards=1)
    data, entries = b"", {"": header.SerializeToString()}
    for name in sorted([*tensors, *([checkpoint_objects.OBJECT_GRAPH] if graph is not None else [])]):
        if name in tensors:
            content, crc = b"\0" * 4, google_crc32c.value(b"\0" * 4)
        else:
            content, crc = _string(graph or b"")
        entry = entry_class(offset=len(data), size=len(content), crc32c=masked(crc))
        for size in tensors.get(name, ()):
            entry.shape.dim.add(size=size)
        entries[name], data = entry.SerializeToString(), data + content
    prefix.with_name(f"{prefix.name}.index").write_bytes(table(entries))
    prefix.with_name(f"{prefix.name}.data-00000-of-00001").write_bytes(data)
    return prefix


def table(entries: Mapping[str, bytes]) -> bytes:
    """The bytes of a table of sorted keys."""
    content, index, rest = b"", {}, sorted(entries.items())
    while rest:
        block, rest = rest[:BLOCK_ENTRIES], rest[BLOCK_ENTRIES:]
        content, index[block[-1][0]] = _append(content, block)
    content, filters = _append(content, [])
    content, handle = _append(content, sorted(index.items()))
    footer = (filters + handle).ljust(checkpoint_index.FOOTER_BYTES - len(checkpoint_index.MAGIC), b"\0")
    return content + footer + checkpoint_index.MAGIC


def varint(number: int) -> bytes:
    parts = []
    while number >= 128:
        parts.append(number % 128 + 128)
        number //= 128
    return bytes([*parts, number])


def _node(graph: object, nodes: dict[str, int], path: str) -> int:
    """The node of a path, made with all on the way."""
    if path not in nodes:
        parent, _, name = path.rpartition("/")
        number = _node(graph, nodes, parent)
        nodes[path] = len(nodes)
        graph.nodes.add()  # type: ignore[attr-defined]
        graph.nodes[number].children.add(node_id=nodes[path], local_name=name)  # type: ignore[attr-defined]
    return nodes[path]


def _string(text: bytes) -> tuple[bytes, int]:
    """A tensor of one string, and the checksum of its entry, not masked."""
    length = struct.pack("<I", len(text))
    checksum = struct.pack("<I", masked_crc32c(length))
    return varint(len(text)) + checksum + text, google_crc32c.value(length + checksum + text)


def _append(content: bytes, entries: Iterable[tuple[str, bytes]]) -> tuple[bytes, bytes]:
    """``content`` with one more block, and the handle of that."""
    block, restarts, last = b"", [], b""
    for number, (name, value) in enumerate(entries):
        key = name.encode()
        shared = 0
        if number % RESTART_EVERY == 0:
            restarts.append(len(block))
        else:
            shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(key, last, strict=False)))
        block += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    for restart in restarts or [0]:
        block += struct.pack("<I", restart)
    block += struct.pack("<I", len(restarts) or 1)
    handle = varint(len(content)) + varint(len(block))
    return content + block + b"\0" + struct.pack("<I", masked_crc32c(block + b"\0")), handle

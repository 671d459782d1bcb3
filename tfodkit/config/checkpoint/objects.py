"""The objects that a checkpoint was saved from, without TensorFlow: the graph of edges beside its tensors.

The graph is one string among the tensors (``tensorflow/core/protobuf/trackable_object_graph.proto``): nodes, each with
named edges to its children, and for a variable the key of its tensor. A loader goes the same edges in memory, so that
the paths from the root say what can be restored into what. A checkpoint of TensorFlow 1 has names alone, and no graph.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import google_crc32c
from google.protobuf.message import DecodeError

from tfodkit.config.checkpoint.index import CheckpointIndex, damaged, read_index, read_varint
from tfodkit.dataset.messages import message_class
from tfodkit.records.tfrecord import CHECKSUM, masked

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "VARIABLE_VALUE"
MODEL = "model"
_SCHEMA = """
name: "tfodkit/trackable_object_graph.proto" package: "tfodkit" syntax: "proto3"
message_type {
  name: "ObjectReference"
  field { name: "node_id" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
  field { name: "local_name" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
}
message_type {
  name: "SerializedTensor"
  field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "checkpoint_key" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL }
}
message_type {
  name: "TrackableObject"
  field { name: "children" number: 1 type: TYPE_MESSAGE type_name: ".tfodkit.ObjectReference" label: LABEL_REPEATED }
  field { name: "attributes" number: 2 type: TYPE_MESSAGE type_name: ".tfodkit.SerializedTensor" label: LABEL_REPEATED }
}
message_type {
  name: "TrackableObjectGraph"
  field { name: "nodes" number: 1 type: TYPE_MESSAGE type_name: ".tfodkit.TrackableObject" label: LABEL_REPEATED }
}
"""


@dataclass(frozen=True, slots=True)
class StoredObjects:
    """What a checkpoint holds."""

    is_name_based: bool
    """Of TensorFlow 1: names without a graph; ``variables`` are then its tensors."""
    variables: Mapping[str, tuple[int, ...]]
    """Shapes by the shortest path from the root, such as ``model/_feature_extractor/…/kernel``."""

    def below(self, path: str) -> dict[str, tuple[int, ...]]:
        """The variables under a path, such as ``model/_box_predictor``, by the rest of theirs."""
        start = f"{path}/"
        return {name.removeprefix(start): shape for name, shape in self.variables.items() if name.startswith(start)}


def read_objects(prefix: Path) -> StoredObjects:
    """What the checkpoint ``prefix``, such as ``…/ckpt-0``, holds.

    Raises:
        CheckpointError: a file of it is absent or damaged.
    """
    index = read_index(prefix)
    if OBJECT_GRAPH not in index.tensors:
        return StoredObjects(True, {name: tensor.shape for name, tensor in index.tensors.items()})
    try:
        graph = message_class(_SCHEMA, "tfodkit.TrackableObjectGraph").FromString(_string(index, OBJECT_GRAPH))
        return StoredObjects(False, _variables(graph, index))
    except (DecodeError, IndexError) as error:
        raise damaged(prefix, "holds no readable graph of its objects") from error


def _variables(graph: Any, index: CheckpointIndex) -> dict[str, tuple[int, ...]]:
    """By shortest path, found breadth first; the model before an optimizer that holds its variables as well."""
    model = next((child.node_id for child in graph.nodes[0].children if child.local_name == MODEL), None)
    found: dict[str, tuple[int, ...]] = {}
    seen: set[int] = set()
    for start in ([] if model is None else [(MODEL, model)]) + [("", 0)]:
        queue = deque([start])
        while queue:
            path, number = queue.popleft()
            if number in seen:
                continue
            seen.add(number)
            node = graph.nodes[number]
            key = next((attribute.checkpoint_key for attribute in node.attributes if attribute.name == VALUE), None)
            if key in index.tensors:
                found[path] = index.tensors[key].shape
            queue.extend((f"{path}/{child.local_name}".lstrip("/"), child.node_id) for child in node.children)
    return found


def _string(index: CheckpointIndex, name: str) -> bytes:
    """A tensor that is one string: its length as a varint, 4 bytes of checksum over the length, the string."""
    content = index.bytes_of(name)
    length, at = read_varint(content, 0)
    text = content[at + CHECKSUM.size :]
    crc = google_crc32c.value(CHECKSUM.pack(length))
    crc = google_crc32c.extend(crc, content[at : at + CHECKSUM.size])
    if len(text) != length or masked(google_crc32c.extend(crc, text)) != index.tensors[name].crc32c:
        raise damaged(index.data_file(index.tensors[name].shard), f"has a wrong checksum of {name}")
    return text

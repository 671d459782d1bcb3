"""Variables and where a checkpoint keeps them: the walk along both object graphs.

An object-based checkpoint (``tf.train.Checkpoint``) holds a graph of named edges beside its tensors: the tensor of a
variable is found by going the same edges from the root in the checkpoint as from the root in memory, whatever
else, such as optimizer slots, was saved beside it. TensorFlow's own ``restore`` does the same but refuses the whole
checkpoint as soon as one shape differs, as the class heads do in every fine-tuning.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.errors import CheckpointError

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "VARIABLE_VALUE"
ROOT = 0


@dataclass(frozen=True, slots=True)
class StoredVariable:
    """A variable in memory, and its node and the key of its tensor in a checkpoint; ``None`` where it has none."""

    path: str
    variable: Any
    node_id: int | None
    key: str | None

    def fits(self, shapes: Mapping[str, list[int]]) -> bool:
        """Whether the tensor is there, and of the variable's shape; ``shapes`` are those in the checkpoint, by key."""
        return self.key is not None and shapes.get(self.key) == self.variable.shape.as_list()


def open_checkpoint(checkpoint: Path) -> Any:
    """A reader (``tf.train.load_checkpoint``) of a checkpoint prefix, such as ``RUN/best/ckpt-300``.

    Raises:
        CheckpointError: no such checkpoint, or its files are damaged.
    """
    import tensorflow as tf

    try:
        return tf.train.load_checkpoint(str(checkpoint))
    except (ValueError, tf.errors.OpError) as error:
        raise CheckpointError(
            str(checkpoint),
            f"is no readable checkpoint ({str(error).splitlines()[0].rstrip('.')})",
            "A checkpoint is named by its prefix, up to .index, such as checkpoint/ckpt-0; copy all of its files.",
        ) from error


def read_object_graph(reader: Any, checkpoint: Path) -> Any:
    """The ``TrackableObjectGraph`` message of an open checkpoint.

    Raises:
        CheckpointError: the checkpoint is name-based, as TensorFlow 1 wrote them.
    """
    from tensorflow.core.protobuf import trackable_object_graph_pb2

    if not reader.has_tensor(OBJECT_GRAPH):
        raise CheckpointError(
            str(checkpoint),
            "is a name-based checkpoint of TensorFlow 1",
            "Use a checkpoint from the TensorFlow 2 zoo, or of a run of tfodkit.",
        )
    return trackable_object_graph_pb2.TrackableObjectGraph.FromString(reader.get_tensor(OBJECT_GRAPH))


def match_variables(root: Any, object_graph: Any) -> list[StoredVariable]:
    """Every variable below ``root``, once, in breadth-first order, with its key in the checkpoint.

    ``path`` is the shortest way from the root, the name under which TensorFlow would save the variable.
    """
    import tensorflow as tf

    view = tf.train.TrackableView(root)
    queue: deque[tuple[Any, str, int | None]] = deque([(root, "", ROOT)])
    seen = {id(root)}
    found: list[StoredVariable] = []
    while queue:
        trackable, path, node_id = queue.popleft()
        if isinstance(trackable, tf.Variable):
            found.append(StoredVariable(path, trackable, node_id, _value_key(object_graph, node_id)))
        edges = _edges(object_graph, node_id)
        for name, child in view.children(trackable).items():
            if id(child) not in seen:
                seen.add(id(child))
                queue.append((child, f"{path}/{name}" if path else name, edges.get(name)))
    return found


def variable_paths(root: Any) -> dict[str, Any]:
    """Every variable below ``root`` by the shortest way to it, such as ``_box_predictor/…/kernel``, breadth first."""
    import tensorflow as tf

    view = tf.train.TrackableView(root)
    queue: deque[tuple[Any, str]] = deque([(root, "")])
    seen = {id(root)}
    found: dict[str, Any] = {}
    while queue:
        trackable, path = queue.popleft()
        if isinstance(trackable, tf.Variable):
            found[path] = trackable
        for name, child in view.children(trackable).items():
            if id(child) not in seen:
                seen.add(id(child))
                queue.append((child, f"{path}/{name}" if path else name))
    return found


def slot_keys(object_graph: Any, slot_name: str) -> dict[int, str]:
    """The keys of an optimizer's slots of one name, such as ``average``, by the node of the variable they belong to."""
    keys = {
        slot.original_variable_node_id: _value_key(object_graph, slot.slot_variable_node_id)
        for node in object_graph.nodes
        for slot in node.slot_variables
        if slot.slot_name == slot_name
    }
    return {node_id: key for node_id, key in keys.items() if key is not None}


def _edges(object_graph: Any, node_id: int | None) -> Mapping[str, int]:
    if node_id is None:
        return {}
    return {child.local_name: child.node_id for child in object_graph.nodes[node_id].children}


def _value_key(object_graph: Any, node_id: int | None) -> str | None:
    if node_id is None:
        return None
    attributes = object_graph.nodes[node_id].attributes
    return next((attribute.checkpoint_key for attribute in attributes if attribute.name == VALUE), None)

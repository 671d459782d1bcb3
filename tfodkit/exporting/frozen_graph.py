"""The frozen graph: one ``.pb`` with graph and weights, as TensorFlow 1's exporter wrote it and users' code reads it.

A TF2 model becomes one in four steps: its variables become constants, its functions are inlined and its loops and
conditions lowered to the old operations, what nothing needs is dropped (lowering leaves hundreds of placeholders called
``unused_control_flow_input``), and the tensors get the names that TF1's exporter gave them: ``image_tensor:0``,
``detection_boxes:0`` and so on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tfodkit.errors import ExportError
from tfodkit.exporting.job import ExportJob
from tfodkit.files import write_bytes
from tfodkit.inference.frozen_graph import INPUT

VARIABLE_OPERATIONS = frozenset({"VarHandleOp", "ReadVariableOp", "Variable", "VariableV2", "ResourceGather"})


def write_frozen_graph(job: ExportJob, path: Path) -> None:
    """Freeze the model's serving function into ``path``.

    Raises:
        ExportError: something in the model can't be frozen: functions, variables or a second input are left.
    """
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    concrete = job.model.concrete_function
    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=True)
    # Both list the outputs in the order of their sorted names, which is how TensorFlow flattens a dictionary.
    names = sorted(concrete.structured_outputs)
    outputs = {tensor.op.name: name for name, tensor in zip(names, frozen.outputs, strict=True)}
    (image,) = (tensor.op.name for tensor in frozen.inputs)
    graph_def = frozen.graph.as_graph_def()
    _keep_only(graph_def, _needed_by(graph_def, outputs))
    _rename(graph_def, {image: INPUT, **outputs})
    _check(graph_def, [INPUT, *names], path)
    write_bytes(path, graph_def.SerializeToString(deterministic=True))


def _needed_by(graph_def: Any, outputs: Iterable[str]) -> set[str]:
    """The names of the nodes that ``outputs`` depend on, themselves included."""
    inputs = {node.name: [_node_of(source) for source in node.input] for node in graph_def.node}
    needed: set[str] = set()
    queue = deque(outputs)
    while queue:
        name = queue.popleft()
        if name not in needed:
            needed.add(name)
            queue.extend(inputs[name])
    return needed


def _node_of(source: str) -> str:
    """The node of an input: ``name``, ``name:1`` (its second output) or ``^name`` (wait for it)."""
    return source.removeprefix("^").partition(":")[0]


def _keep_only(graph_def: Any, needed: set[str]) -> None:
    kept = [node for node in graph_def.node if node.name in needed]
    copies = [type(node).FromString(node.SerializeToString()) for node in kept]
    del graph_def.node[:]
    graph_def.node.extend(copies)


def _rename(graph_def: Any, names: Mapping[str, str]) -> None:
    taken = {node.name for node in graph_def.node} - names.keys()
    if clashes := sorted(taken & set(names.values())):
        what = f"inner nodes of the model are called {', '.join(clashes)}, as its outputs are to be"
        raise ExportError("frozen graph", what, "Use the saved_model.")
    for node in graph_def.node:
        node.name = names.get(node.name, node.name)
        for index, source in enumerate(node.input):
            origin = _node_of(source)
            if origin in names:
                node.input[index] = source.replace(origin, names[origin], 1)


def _check(graph_def: Any, names: Iterable[str], path: Path) -> None:
    """A graph that a program of TensorFlow 1 can run: no functions, no variables, one placeholder, all tensors."""
    left = sorted({node.op for node in graph_def.node} & VARIABLE_OPERATIONS)
    left += sorted(function.signature.name for function in graph_def.library.function)
    left += [node.name for node in graph_def.node if node.op == "Placeholder" and node.name != INPUT]
    missing = sorted(set(names) - {node.name for node in graph_def.node})
    if left or missing:
        what = f"left in it: {', '.join(left[:5]) or 'nothing'}; not in it: {', '.join(missing) or 'nothing'}"
        raise ExportError(path.name, f"the model can't be frozen ({what})", "Use the saved_model.")

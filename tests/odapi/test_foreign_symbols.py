"""All that ``odapi/`` uses of the Object Detection API, and of the private parts of TensorFlow and Keras.

This is what to look at when one of them is to be upgraded. The list is compared with the code, so nothing comes in
unseen; and every name on it is looked up in what is installed, under the bridge.
"""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from tfodkit.odapi.mends import MENDS, When

BRIDGE = Path(__file__).parents[2] / "tfodkit" / "odapi"

FOREIGN = ("object_detection", "official", "tf_slim", "tf_keras.src", "tensorflow.core", "tensorflow.python")

SYMBOLS = """
object_detection.builders.decoder_builder.build
object_detection.builders.image_resizer_builder.build
object_detection.builders.model_builder.build
object_detection.builders.optimizer_builder.build
object_detection.dataset_tools.seq_example_util.boxes_to_box_components
object_detection.export_tflite_graph_lib_tf2.get_const_center_size_encoded_anchors
object_detection.exporter_lib_v2.DetectionInferenceModule._preprocess_input
object_detection.exporter_lib_v2.DetectionInferenceModule._run_inference_on_images
object_detection.inputs.INPUT_BUILDER_UTIL_MAP
object_detection.inputs.eval_input
object_detection.inputs.train_input
object_detection.meta_architectures.deepmac_meta_arch
object_detection.metrics.coco_tools.COCOEvalWrapper.summarize
object_detection.model_lib.unstack_batch
object_detection.model_lib_v2._compute_losses_and_predictions_dicts
object_detection.model_lib_v2.normalize_dict
object_detection.model_lib_v2.reduce_dict
object_detection.models.center_net_mobilenet_v2_feature_extractor
object_detection.models.center_net_mobilenet_v2_fpn_feature_extractor.mobilenetv2.mobilenet_v2
object_detection.models.keras_models.resnet_v1
object_detection.protos.pipeline_pb2.TrainEvalPipelineConfig
object_detection.utils.config_util.get_image_resizer_config
object_detection.utils.config_util.get_spatial_image_size
object_detection.utils.dataset_util.int64_feature
object_detection.utils.dataset_util.int64_list_feature
object_detection.utils.ops.reframe_box_masks_to_image_masks
object_detection.utils.shape_utils.resize_images_and_return_shapes
object_detection.utils.visualization_utils.np
tensorflow.core.protobuf.trackable_object_graph_pb2.TrackableObjectGraph.FromString
tensorflow.python.framework.random_seed
tensorflow.python.ops.cond.cond
tensorflow.python.ops.control_flow_case.case
tensorflow.python.ops.control_flow_ops
tensorflow.python.ops.gen_random_ops
tensorflow.python.ops.while_loop.while_loop
tf_keras.src.applications.resnet
"""


class Uses(ast.NodeVisitor):
    """Collects the dotted names of foreign symbols in one module of ours.

    Follows imports (``from object_detection import inputs``, then ``inputs.train_input``), ``protos.load("eval_pb2")``,
    names assigned from any of these, objects of an upstream class, and the module that a mend on load is given as its
    argument. Names are local to the function that binds them.
    """

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.scopes: list[dict[str, str]] = [{}]
        self.mended = {mend.function.__name__: mend.module for mend in MENDS if mend.when is When.AFTER_LOAD}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.bind(
                alias.asname or alias.name.split(".")[0], alias.name if alias.asname else alias.name.split(".")[0]
            )
            self.keep(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name, f"{node.module}.{alias.name}")
            self.keep(f"{node.module}.{alias.name}")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.scopes.append({})
        if node.name in self.mended:
            self.bind(node.args.args[0].arg, self.mended[node.name])
        self.generic_visit(node)
        self.scopes.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(target.id, self.origin(node.value) or "")
            elif isinstance(target, ast.Attribute):
                self.keep(self.origin(target))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.keep(self.origin(node))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and all(part.isidentifier() for part in node.value.split(".")):
            self.keep(node.value)

    def origin(self, node: ast.expr) -> str | None:
        """The foreign name behind an expression, if there is one."""
        match node:
            case ast.Name(id=name):
                return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)
            case ast.Attribute(value=value, attr=attribute):
                origin = self.origin(value)
                return f"{origin}.{attribute}" if origin else None
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="protos"), attr="load"), args=[ast.Constant(value=name)]
            ):
                return f"object_detection.protos.{name}"
            case ast.Call(func=function):
                made = self.origin(function) or ""
                return made if made.rpartition(".")[2][:1].isupper() else None
        return None

    def bind(self, name: str, origin: str) -> None:
        self.scopes[-1][name] = origin

    def keep(self, name: str | None) -> None:
        if name and any(name.startswith(f"{package}.") for package in FOREIGN):
            self.found.add(name)


def symbols_in(source: str) -> set[str]:
    uses = Uses()
    uses.visit(ast.parse(source))
    return uses.found


def used_symbols() -> list[str]:
    """Sorted; a module is left out where something inside it is named."""
    found: set[str] = set().union(*(symbols_in(path.read_text(encoding="utf-8")) for path in BRIDGE.rglob("*.py")))
    return sorted(name for name in found if not any(other.startswith(f"{name}.") for other in found))


def test_the_list_is_what_the_code_uses() -> None:
    listed, used = SYMBOLS.split(), used_symbols()
    missing = [name for name in used if name not in listed]
    unused = [name for name in listed if name not in used]
    assert not missing, "add to SYMBOLS in tests/odapi/test_foreign_symbols.py:\n" + "\n".join(missing)
    assert not unused, "remove from SYMBOLS in tests/odapi/test_foreign_symbols.py:\n" + "\n".join(unused)
    assert listed == sorted(listed), "SYMBOLS must be sorted"


@pytest.mark.tensorflow
def test_every_listed_symbol_is_installed() -> None:
    from tfodkit.odapi.install import install

    install()
    assert [name for name in SYMBOLS.split() if not exists(name)] == []


def exists(name: str) -> bool:
    """Whether a dotted name leads from a module to an attribute."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            if not hasattr(found, attribute):
                return False
            found = getattr(found, attribute)
        return True
    return False


@pytest.mark.parametrize(
    ("source", "symbols"),
    [
        ("from object_detection import inputs\ninputs.train_input(1)", {"object_detection.inputs.train_input"}),
        ("import object_detection.inputs\nobject_detection.inputs.f()", {"object_detection.inputs.f"}),
        ("import object_detection.inputs as i\ni.f()", {"object_detection.inputs.f"}),
        ("def f():\n  from tf_slim import data as d\n  return d.g.h", {"tf_slim.data.g.h"}),
        ("def f():\n  from tf_slim import data as d\ndef g(d):\n  return d.x", {"tf_slim.data"}),
        ("protos.load('train_pb2').TrainConfig()", {"object_detection.protos.train_pb2.TrainConfig"}),
        ("from object_detection import m\nx = m.C(1)\nx._run(2)", {"object_detection.m.C._run"}),
        ("from object_detection import m\nx = m.read(1)\nx.repeat()", {"object_detection.m.read"}),
        ("from tfodkit.odapi import inputs\ninputs.train_input(1)", set()),
        ("import tensorflow as tf\ntf.function(1)", set()),
        ("import tensorflow as tf\ntf.python.ops.cond.cond", {"tensorflow.python.ops.cond.cond"}),
        ("import_module('object_detection.inputs')", {"object_detection.inputs"}),
        ("'object_detection is a sentence.'", set()),
        ("def set_category_stats(t):\n  t.x = 1", {"object_detection.metrics.coco_tools.x"}),
    ],
)
def test_uses_are_seen(source: str, symbols: set[str]) -> None:
    found = symbols_in(source)
    assert {name for name in found if not any(other.startswith(f"{name}.") for other in found)} == symbols

r"""The Object Detection API's protocol buffer messages, on a protobuf that refuses its generated files.

Its ``*_pb2.py`` were written by protoc 3.19 or older. Since 4.0 protobuf answers such files with "Descriptors cannot be
created directly", unless it is told to use its slow pure-Python back end. But each of them carries its own description
as one bytes constant::

    DESCRIPTOR = _descriptor.FileDescriptor(…, serialized_pb=b'\n&object_detection/protos/pipeline.proto…', …)

The import hook takes that constant out of the installed file, which is parsed but never run, and lets the installed
protobuf build the classes. That needs a quarter of a second, and no TensorFlow.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.internal import builder

from tfodkit.errors import SetupError
from tfodkit.odapi.versions import OBJECT_DETECTION, OBJECT_DETECTION_VERSION, require_object_detection

PACKAGE = "object_detection.protos"


def load(name: str) -> ModuleType:
    """One module of messages: ``load("pipeline_pb2").TrainEvalPipelineConfig``. Does not import TensorFlow.

    Raises:
        SetupError: the Object Detection API is missing, of another version, or has no such module.
    """
    install_hook()
    try:
        return importlib.import_module(f"{PACKAGE}.{name}")
    except ModuleNotFoundError as error:
        raise SetupError(PACKAGE, f"there is no module {name!r} ({error})", f"Reinstall it: {_reinstall()}") from error


def install_hook() -> None:
    """Let ``import object_detection.protos.…_pb2`` work, for everybody in this process. Idempotent.

    Raises:
        SetupError: the Object Detection API is missing or of another version.
    """
    if any(isinstance(finder, _MessageFinder) for finder in sys.meta_path):
        return
    require_object_detection()
    sys.meta_path.insert(0, _MessageFinder())


class _MessageFinder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not (fullname.startswith(f"{PACKAGE}.") and fullname.endswith("_pb2")):
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is None or found.origin is None:
            return None
        return spec_from_file_location(fullname, found.origin, loader=_MessageLoader(Path(found.origin)))


class _MessageLoader(Loader):
    def __init__(self, generated: Path) -> None:
        self._generated = generated

    def exec_module(self, module: ModuleType) -> None:
        serialized = _serialized_descriptor(self._generated)
        for dependency in descriptor_pb2.FileDescriptorProto.FromString(serialized).dependency:
            importlib.import_module(_module_name(dependency))
        descriptor = descriptor_pool.Default().AddSerializedFile(serialized)
        namespace = vars(module)
        namespace["DESCRIPTOR"] = descriptor
        builder.BuildMessageAndEnumDescriptors(descriptor, namespace)
        builder.BuildTopDescriptorsAndMessages(descriptor, module.__name__, namespace)


def _serialized_descriptor(generated: Path) -> bytes:
    """The value of the keyword ``serialized_pb`` in a generated file."""
    tree = ast.parse(generated.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="serialized_pb", value=ast.Constant(value=bytes(serialized))):
                return serialized
    raise SetupError(
        str(generated), "there is no serialized_pb constant in this generated file", f"Reinstall it: {_reinstall()}"
    )


def _module_name(proto: str) -> str:
    """``object_detection/protos/eval.proto`` is ``object_detection.protos.eval_pb2``."""
    return proto.removesuffix(".proto").replace("/", ".") + "_pb2"


def _reinstall() -> str:
    return f"pip install --force-reinstall --no-deps {OBJECT_DETECTION}=={OBJECT_DETECTION_VERSION}"

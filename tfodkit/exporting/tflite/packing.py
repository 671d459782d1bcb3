"""A converted model made whole: outputs in the usual order, metadata, and files behind it in a zip archive."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import flatbuffers
import numpy as np

from tfodkit.inference.tflite_metadata import BUFFER_NAME

IDENTIFIER = b"TFL3"
ALIGNMENT = 16
"""Bytes: where the schema wants the content of a buffer to lie, so that a runtime can use it in place."""
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive: the same model gives the same bytes."""


class _AlignedBuilder(flatbuffers.Builder):  # type: ignore[misc]
    """Lays vectors of bytes as the schema's ``force_align`` wants it, which the generated classes forget."""

    def StartVector(self, elemSize: int, numElems: int, alignment: int) -> int:  # noqa: N802, N803
        return int(super().StartVector(elemSize, numElems, ALIGNMENT if elemSize == 1 else alignment))


def pack(converted: bytes, outputs: Sequence[str], metadata: bytes, files: Mapping[str, str]) -> bytes:
    """The ``.tflite`` file.

    Args:
        converted: what the converter gave.
        outputs: the names of its signature's outputs, in the order that its outputs are to have: programs read them by
            position, and the converter sorts them as it likes.
        metadata: a FlatBuffer of the metadata schema.
        files: by name, text that the metadata speak of.
    """
    from ai_edge_litert.schema_py_generated import BufferT, MetadataT, ModelT

    model = ModelT.InitFromPackedBuf(converted)
    _order_outputs(model, outputs)
    buffer = BufferT()
    buffer.data = np.frombuffer(metadata, np.uint8)
    entry = MetadataT()
    entry.name, entry.buffer = BUFFER_NAME, len(model.buffers)
    model.buffers = [*model.buffers, buffer]
    model.metadata = [*(model.metadata or []), entry]
    builder = _AlignedBuilder(len(converted) + len(metadata) + 4096)
    builder.Finish(model.Pack(builder), file_identifier=IDENTIFIER)
    return _with_files(bytes(builder.Output()), files)


def _order_outputs(model: Any, names: Sequence[str]) -> None:
    (signature,) = model.signatureDefs
    tensors = {_text(output.name): output.tensorIndex for output in signature.outputs}
    model.subgraphs[0].outputs = np.array([tensors[name] for name in names], np.int32)


def _text(name: str | bytes) -> str:
    return name.decode("utf-8") if isinstance(name, bytes) else name


def _with_files(model: bytes, files: Mapping[str, str]) -> bytes:
    """An archive may follow anything: its directory lies at its end and is looked for from there."""
    whole = BytesIO()
    whole.write(model)
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_STORED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), text.encode("utf-8"))
    return whole.getvalue()

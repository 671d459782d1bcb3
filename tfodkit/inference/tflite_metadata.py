"""What a ``.tflite`` file says about itself: TensorFlow Lite's Model Metadata, as far as a detector needs it.

The metadata is a FlatBuffer (``metadata_schema.fbs``, file identifier ``M001``) in a buffer of the model. Files that
belong to it, such as the labels, are a zip archive behind the model. The slots below are the schema's, in its order;
what is written is made by :mod:`tfodkit.exporting.tflite.metadata`.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from io import BytesIO
from typing import Any

import flatbuffers.encode
import numpy as np
from flatbuffers import number_types as kinds
from flatbuffers.table import Table

from tfodkit.errors import ExportError
from tfodkit.inference.resizing import Resizing

BUFFER_NAME = "TFLITE_METADATA"
LABELS_FILE = "labelmap.txt"
RESIZING_FILE = "resizing.json"
"""Ours: how a picture comes to the input's size, which the schema has no words for."""
NO_CLASS = "???"
"""The label of an id that is no class, as in the label files of models trained on COCO."""

LOCATION, CATEGORY, SCORE, COUNT = "location", "category", "score", "number of detections"
OUTPUT_NAMES = (LOCATION, CATEGORY, SCORE, COUNT)


class ModelSlot(IntEnum):
    """Of the table ``ModelMetadata``."""

    NAME, DESCRIPTION, VERSION, SUBGRAPHS, AUTHOR, LICENSE, FILES, MIN_PARSER_VERSION = range(8)


class SubgraphSlot(IntEnum):
    """Of the table ``SubGraphMetadata``."""

    INPUTS, OUTPUTS, FILES, OUTPUT_GROUPS = 2, 3, 4, 8


class TensorSlot(IntEnum):
    """Of the table ``TensorMetadata``."""

    NAME, DESCRIPTION, DIMENSION_NAMES, CONTENT, PROCESS_UNITS, STATS, FILES = range(7)


@dataclass(frozen=True, slots=True)
class TFLiteMetadata:
    """The names of the outputs in the model's order, the input's normalisation ``(x - mean) / std``, and the files.

    ``mean`` and ``std`` have one value, or one a channel; ``labels`` are by class index, from 0; ``resizing`` is None
    in files that are not of tfodkit.
    """

    outputs: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    labels: tuple[str, ...]
    resizing: Resizing | None

    @property
    def class_names(self) -> Mapping[int, str]:
        """The labels that are classes, by the label map's id, which is one more than the index."""
        return {index + 1: name for index, name in enumerate(self.labels) if name != NO_CLASS}


def read_metadata(content: bytes, where: str) -> TFLiteMetadata:
    """The metadata of a ``.tflite`` file's bytes; ``where`` names it in errors.

    Raises:
        ExportError: it is no TensorFlow Lite model, or has no metadata, or they are not those of a detector.
    """
    try:
        root = _root(_metadata_buffer(content))
        (subgraph, *_) = _tables(root, ModelSlot.SUBGRAPHS)
        (image,) = _tables(subgraph, SubgraphSlot.INPUTS)
        outputs = tuple(_string(tensor, TensorSlot.NAME) for tensor in _tables(subgraph, SubgraphSlot.OUTPUTS))
        mean, std = _normalization(image)
        files = _files(content)
    except (ValueError, IndexError, TypeError, struct.error, zipfile.BadZipFile) as error:
        raise _refused(where, f"has no metadata that can be read ({error})") from error
    if missing := [name for name in OUTPUT_NAMES if name not in outputs]:
        raise _refused(where, f"is no detector: its metadata name no output {', '.join(missing)}")
    labels = files.get(LABELS_FILE, b"").decode("utf-8").splitlines()
    resizing = parse_resizing(files[RESIZING_FILE]) if RESIZING_FILE in files else None
    return TFLiteMetadata(outputs, mean, std, tuple(labels), resizing)


def format_resizing(resizing: Resizing) -> str:
    """The text of ``resizing.json``."""
    return json.dumps(asdict(resizing)) + "\n"


def parse_resizing(text: str | bytes) -> Resizing:
    """What :func:`format_resizing` wrote.

    Raises:
        ValueError: it is no such text.
    """
    fields = json.loads(text)
    return Resizing(**{**fields, "padding": tuple(fields["padding"])})


def _metadata_buffer(content: bytes) -> bytes:
    from ai_edge_litert.schema_py_generated import Model

    if not Model.ModelBufferHasIdentifier(content, 0):
        raise ValueError("it is no TensorFlow Lite model")
    model = Model.GetRootAs(content)
    for entry in (model.Metadata(index) for index in range(model.MetadataLength())):
        if entry.Name() == BUFFER_NAME.encode():
            data = model.Buffers(entry.Buffer()).DataAsNumpy()
            return bytes(np.asarray(data, np.uint8))
    raise ValueError("there are none")


def _files(content: bytes) -> Mapping[str, bytes]:
    if not zipfile.is_zipfile(BytesIO(content)):
        return {}
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        labels = next((name for name in names if name.endswith(".txt")), LABELS_FILE)
        wanted = {LABELS_FILE: labels, RESIZING_FILE: RESIZING_FILE}
        return {ours: archive.read(name) for ours, name in wanted.items() if name in names}


def _normalization(image: Table) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Of the input: the first of its process units that is one; none is ``(x - 0) / 1``."""
    for unit in _tables(image, TensorSlot.PROCESS_UNITS):
        kind = _field(unit, 0)
        if kind and unit.Get(kinds.Uint8Flags, kind) == NORMALIZATION:
            options = _table(unit, 1)
            return _floats(options, 0), _floats(options, 1)
    return (0.0,), (1.0,)


NORMALIZATION = 1
"""``NormalizationOptions`` in the union ``ProcessUnitOptions``."""


def _root(buffer: bytes) -> Table:
    return Table(buffer, flatbuffers.encode.Get(kinds.UOffsetTFlags.packer_type, buffer, 0))


def _field(table: Table, slot: int) -> int:
    """Where a field of a table lies; 0 where it is absent."""
    offset = int(table.Offset(4 + 2 * slot))
    return table.Pos + offset if offset else 0


def _table(table: Table, slot: int) -> Table:
    place = _field(table, slot)
    if not place:
        raise ValueError("a table is absent")
    return Table(table.Bytes, table.Indirect(place))


def _tables(table: Table, slot: int) -> list[Table]:
    if not _field(table, slot):
        return []
    offset = _field(table, slot) - table.Pos
    start = table.Vector(offset)
    return [Table(table.Bytes, table.Indirect(start + 4 * index)) for index in range(table.VectorLen(offset))]


def _string(table: Table, slot: int) -> str:
    place = _field(table, slot)
    text: bytes = table.String(place) if place else b""
    return text.decode("utf-8")


def _floats(table: Table, slot: int) -> tuple[float, ...]:
    offset = _field(table, slot) - table.Pos
    values: Any = table.GetVectorAsNumpy(kinds.Float32Flags, offset) if offset > 0 else ()
    return tuple(float(value) for value in values)


def _refused(where: str, what: str) -> ExportError:
    return ExportError(where, what, "Export the model again with tfodkit export, or name a file with metadata.")

"""Bytes on disk: images and boxes as TFRecords, with a label map and a manifest. No TensorFlow.

The names load on first use: whoever reads a manifest needs nothing of what makes records.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfodkit.records.make import make_records
    from tfodkit.records.manifest import Affected, RecordFile, RecordGroup, RecordManifest
    from tfodkit.records.options import RecordOptions
    from tfodkit.records.proof import Proof, prove
    from tfodkit.records.reading import RecordedImage, read_records
    from tfodkit.records.tfrecord import read_tfrecord

_HOME = {
    "make_records": "make",
    "Proof": "proof",
    "prove": "proof",
    "Affected": "manifest",
    "RecordFile": "manifest",
    "RecordGroup": "manifest",
    "RecordManifest": "manifest",
    "RecordOptions": "options",
    "RecordedImage": "reading",
    "read_records": "reading",
    "read_tfrecord": "tfrecord",
}

__all__ = [
    "Affected",
    "Proof",
    "RecordFile",
    "RecordGroup",
    "RecordManifest",
    "RecordOptions",
    "RecordedImage",
    "make_records",
    "prove",
    "read_records",
    "read_tfrecord",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tfodkit.records' has no attribute {name!r}")
    return getattr(import_module(f"tfodkit.records.{_HOME[name]}"), name)

"""Bytes on disk: images and boxes as TFRecords, with a label map and a manifest. No TensorFlow."""

from tfodkit.records.make import make_records
from tfodkit.records.manifest import Dropped, RecordFile, RecordManifest
from tfodkit.records.tfrecord import read_records

__all__ = ["Dropped", "RecordFile", "RecordManifest", "make_records", "read_records"]

"""The records that a config's input readers name, as files, and the manifest beside them."""

from __future__ import annotations

import glob
from pathlib import Path

from tfodkit.config.pipeline import Message
from tfodkit.records.manifest import MANIFEST, RecordManifest


def matching_files(pattern: str) -> list[Path]:
    """The files of one ``input_path``, which the Object Detection API takes for a pattern; sorted."""
    return sorted(Path(name) for name in glob.glob(pattern))  # noqa: PTH207 - the pattern may be absolute


def record_files(reader: Message) -> tuple[Path, ...]:
    """The files of all paths of an ``InputReader``, in their order."""
    return tuple(path for pattern in reader.tf_record_input_reader.input_path for path in matching_files(pattern))


def manifest_beside(message: Message) -> RecordManifest | None:
    """The manifest of the folder that the training records lie in; None where there is none.

    Raises:
        RecordError: it is damaged.
    """
    for path in record_files(message.train_input_reader):
        if (path.parent / MANIFEST).is_file():
            return RecordManifest.read(path.parent)
    return None


def shuffle_bytes(reader: Message, manifest: RecordManifest) -> float:
    """What the buffers of all input paths hold: as many records as they say, though a path has fewer.

    ``repeat`` comes before ``shuffle``.
    """
    if not reader.shuffle:
        return 0.0
    files = {file.name: file for file in manifest.files}
    total = 0.0
    for pattern in reader.tf_record_input_reader.input_path:
        group = [files[path.name] for path in matching_files(pattern) if path.name in files]
        if images := sum(file.images for file in group):
            total += reader.shuffle_buffer_size * sum(file.bytes for file in group) / images
    return total

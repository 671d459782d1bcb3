"""What a run learns from and is evaluated on, in two short texts that tell whether it is still the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfodkit.config import PipelineConfig


@dataclass(frozen=True, slots=True)
class DataFingerprint:
    """Digests in hexadecimal of the classes and of the training records, and of the classes and the validation ones."""

    train: str
    validation: str


def data_fingerprint(pipeline: PipelineConfig) -> DataFingerprint:
    """The fingerprint of a config's records, wherever they lie: by their names, and their checksums in the manifest.

    No record is read. Of those that no manifest tells of, the size has to do.

    Raises:
        FileNotFoundError: a record file is gone.
    """
    return DataFingerprint(*(_digest(pipeline, records) for records in (pipeline.train_records, pipeline.val_records)))


def _digest(pipeline: PipelineConfig, records: Sequence[Path]) -> str:
    described = {}
    if pipeline.manifest is not None:
        folder = pipeline.train_records[0].parent
        described = {folder / file.name: file.crc32c for file in pipeline.manifest.files if file.crc32c is not None}
    files = [[path.name, described.get(path) or path.stat().st_size] for path in records]
    return hashlib.sha256(json.dumps([sorted(pipeline.class_names.items()), files]).encode()).hexdigest()

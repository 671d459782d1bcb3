"""``export.json``: what an export folder holds, and the proof that it detects what its checkpoint detects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tfodkit.files import sha256
from tfodkit.odapi.signatures import Signature

MANIFEST_NAME = "export.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of the export: its path in the folder with slashes, its size in bytes, its content's SHA-256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Parity:
    """How an exported form, loaded back, compares with the checkpoint on the same pictures.

    ``detections`` counts what was compared. ``score_difference`` is the largest between scores of the same rank;
    ``box_difference`` the largest of any coordinate of two matched boxes, as a share of the picture's side, ``None``
    for a form of too few bits to tell. ``found_again`` is how many of the ``sure`` detections, those of a score of 0.3
    or more, have a box of their class with an IoU of 0.75 or more. ``map`` is COCO's mAP of these pictures, ``None``
    where their truth is not known.
    """

    format: str
    images: int
    detections: int
    score_difference: float
    box_difference: float | None
    sure: int = 0
    found_again: int = 0
    map: float | None = None


@dataclass(frozen=True, slots=True)
class ExportManifest:
    """One export.

    ``checkpoint`` is the name of the checkpoint it came from, such as ``best/ckpt-300``, ``checkpoint_map`` its mAP of
    the compared pictures; ``averaged`` tells whether the weights are moving averages; ``parity_pictures`` is where the
    compared pictures came from; ``refused`` are the forms that can't hold the model, with the reason; ``versions`` are
    those of Python and of the packages that wrote it.
    """

    path: Path
    checkpoint: str
    averaged: bool
    files: tuple[ExportedFile, ...]
    parity: tuple[Parity, ...]
    parity_pictures: str
    versions: Mapping[str, str]
    checkpoint_map: float | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    """Of the SavedModel; none where there is none."""

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.bytes for file in self.files)

    def to_json(self) -> dict[str, Any]:
        """The content of ``export.json``: all but the folder's own path."""
        return {
            "format": FORMAT,
            "checkpoint": self.checkpoint,
            "averaged": self.averaged,
            "versions": dict(self.versions),
            "parity_pictures": self.parity_pictures,
            "checkpoint_map": self.checkpoint_map,
            "parity": [asdict(parity) for parity in self.parity],
            "refused": dict(self.refused),
            "signatures": [asdict(signature) for signature in self.signatures],
            "files": [asdict(file) for file in self.files],
        }

    def to_text(self) -> str:
        """The text of ``export.json``."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"


def list_exported(folder: Path) -> tuple[ExportedFile, ...]:
    """Every file below ``folder``, sorted by path, but ``export.json`` itself."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST_NAME)
    return tuple(ExportedFile(path.relative_to(folder).as_posix(), path.stat().st_size, sha256(path)) for path in paths)

"""Which detections count: the lowest score, for all classes and for single ones, and the most of a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfodkit.annotations.detections import Detections
from tfodkit.errors import DataError, UsageError
from tfodkit.nearest import nearest_names

FLAG = "--thresholds"
RESULTS = "results.json"
"""The figures in the folder of a report of ``tfodkit eval``."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The lowest score that counts: ``usual``, or that of the class where ``by_id`` has it."""

    usual: float
    by_id: Mapping[int, float]
    top: int | None = None

    @classmethod
    def of(
        cls, usual: float, by_name: Mapping[str, float], class_names: Mapping[int, str], *, top: int | None = None
    ) -> Thresholds:
        """Those of a model's classes.

        Raises:
            UsageError: it has no class of a name in ``by_name``.
        """
        ids = {name: class_id for class_id, name in class_names.items()}
        for name in by_name:
            if name not in ids:
                raise UsageError(FLAG, f"the model has no class {name!r}", nearest_names(name, ids))
        return cls(usual, {ids[name]: threshold for name, threshold in by_name.items()}, top)

    def keep(self, detections: Detections) -> Detections:
        """Those that count, highest score first."""
        needed = [self.by_id.get(class_id, self.usual) for class_id in detections.class_ids.tolist()]
        rows = np.flatnonzero(detections.scores >= np.array(needed, np.float32))[: self.top]
        return Detections(detections.boxes_xyxy[rows], detections.scores[rows], detections.class_ids[rows])


def read_thresholds(text: str) -> dict[str, float]:
    """Thresholds by class name, out of ``mug=0.4,bagel=0.6`` or a report of ``tfodkit eval``.

    Of a report, its folder or ``results.json``, it is the threshold of highest F1 of each class; a class of which
    nothing was ever right has none.

    Raises:
        DataError: the report can't be read, or holds no thresholds.
        UsageError: it is neither.
    """
    path = Path(text)
    if path.exists():
        return _of_report(path / RESULTS if path.is_dir() else path)
    if "=" not in text:
        what = f"{text!r} is no report of tfodkit eval, and names no class"
        raise UsageError(FLAG, what, "Pass the report's folder, its results.json, or mug=0.4,bagel=0.6.")
    return dict(_parsed(part) for part in text.split(",") if part.strip())


def _parsed(part: str) -> tuple[str, float]:
    name, _, number = part.rpartition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise UsageError(FLAG, f"{part.strip()!r} is no class and score", "Pass such as mug=0.4.") from None


def _of_report(path: Path) -> dict[str, float]:
    remedy = "Pass the folder that tfodkit eval wrote, or the results.json in it."
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["per_class"]
        return {str(row["class"]): float(row["best_threshold"]) for row in rows if row["best_f1"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no results.json of an evaluation"
        raise DataError(str(path), f"holds no thresholds: {reason}", remedy) from error

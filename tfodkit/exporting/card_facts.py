"""What is known of a model beside its export: its data, its figures, its thresholds; each where it can be found."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfodkit.config.lane import extractor_type
from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.detections import detections_of
from tfodkit.config.model.image_size import input_size
from tfodkit.config.pipeline import Message, read_text
from tfodkit.config.record_files import manifest_beside
from tfodkit.errors import DataError, RecordError
from tfodkit.exporting.job import ExportJob
from tfodkit.exporting.source import ExportSource
from tfodkit.inference.thresholds import RESULTS, read_thresholds
from tfodkit.records.manifest import RecordManifest

ARCHITECTURES = {"ssd": "SSD", "faster_rcnn": "Faster R-CNN", "center_net": "CenterNet"}
_TEMPLATE = re.compile(r"^# template: +(?P<name>\S+)", re.MULTILINE)
_STEP = re.compile(r"-(?P<step>\d+)$")


@dataclass(frozen=True, slots=True, eq=False)
class ModelFacts:
    """Of a model; ``None`` or empty for what is not known.

    ``figures`` is the ``metrics.json`` of the checkpoint: its evaluation on all validation images. ``thresholds`` are
    those of highest F1 of each class, by name, of the run's report, if that is of this checkpoint. ``data`` is the
    manifest of the records that it was trained on.
    """

    architecture: str
    input_size: str
    gives: str
    class_names: Mapping[int, str]
    template: str | None = None
    step: int | None = None
    figures: Mapping[str, Any] | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    data: RecordManifest | None = None


def gather_facts(source: ExportSource, job: ExportJob) -> ModelFacts:
    """What the config, the run and the records say; what is damaged or gone is left out, as it is beside the point."""
    kind, where = job.pipeline.model.WhichOneof("model"), str(source.config)
    template = _TEMPLATE.search(read_text(source.config))
    found = _STEP.search(source.checkpoint.name)
    step = int(found["step"]) if found else None
    return ModelFacts(
        architecture=f"{ARCHITECTURES[kind]} ({extractor_type(job.pipeline)})",
        input_size=str(input_size(job.pipeline, where) or "as the pictures are"),
        gives=str(detections_of(kind, architecture(job.pipeline, where))),
        class_names=job.class_names,
        template=template["name"] if template else None,
        step=step,
        figures=_figures(source.checkpoint),
        thresholds=_thresholds(source, step),
        data=_data(job.pipeline),
    )


def _figures(checkpoint: Path) -> Mapping[str, Any] | None:
    content = _json(checkpoint.parent / "metrics.json")
    is_of_it = content.get("checkpoint") == checkpoint.name and isinstance(content.get("figures"), dict)
    return content if is_of_it else None


def _thresholds(source: ExportSource, step: int | None) -> Mapping[str, float]:
    if source.run is None or step is None:
        return {}
    path = source.run.report_path / RESULTS
    if not str(_json(path).get("model", "")).endswith(f", step {step:,}"):
        return {}
    try:
        return read_thresholds(str(path))
    except DataError:
        return {}


def _data(pipeline: Message) -> RecordManifest | None:
    try:
        return manifest_beside(pipeline)
    except RecordError:
        return None


def _json(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}

"""``tfodkit benchmark-export``: what each form of an export takes to load and to run on this machine, and its mAP.

One form after the other, each in a process of its own with nothing but its own runtime, on the same pictures, one at a
time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfodkit.dataset.label_map import read_class_names
from tfodkit.errors import ExportError, UsageError
from tfodkit.exporting.proof import mean_ap
from tfodkit.exporting.sample import SAMPLE_SIZE, Sample, choose_sample, draw_sample
from tfodkit.exporting.source import CONFIG_NAME
from tfodkit.exporting.trial import Trial, try_out
from tfodkit.inference.formats import FORMATS, ExportedModel, locate


@dataclass(frozen=True, slots=True)
class MeasuredForm:
    """A form as it runs here; or the ``reason`` why it does not.

    ``bytes`` is its size on disk; ``load_seconds`` go from the start of its runtime's import until it is ready;
    ``median_seconds`` and ``p95_seconds`` are of a picture, after the first one; ``peak_bytes`` is the most memory that
    its whole process had; ``map`` is COCO's mAP of the pictures, ``None`` where their truth is not known.
    """

    format: str
    bytes: int
    load_seconds: float = 0.0
    median_seconds: float = 0.0
    p95_seconds: float = 0.0
    peak_bytes: int = 0
    map: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ExportBenchmark:
    """The forms of an export, in the order of the table of forms, and the pictures that they were measured on."""

    forms: tuple[MeasuredForm, ...]
    pictures: int
    origin: str
    """Where the pictures came from: ``validation``, or ``drawn`` with the reason."""

    def to_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def benchmark_export(
    exported: str | Path, *, pictures: int = SAMPLE_SIZE, tell: Callable[[str], None] | None = None
) -> ExportBenchmark:
    """Measure every form of an export folder, or one model's folder or file.

    The pictures are the first of the validation records that the export's ``pipeline.config`` names, at most so many;
    drawn ones where these, the config or the label map are gone, and then there is no mAP. ``tell`` hears what begins.

    Raises:
        ConfigError, RecordError: the export's config or label map is damaged.
        ExportError: there is no exported model.
        UsageError: ``pictures`` is below 2: the first one, in which runtimes do what they do but once, does not count.
    """
    if pictures < 2:  # noqa: PLR2004 - said in the error
        what = f"must be 2 or more, but got {pictures}"
        raise UsageError("--pictures", what, "The first picture is not counted: runtimes do much in it but once.")
    path = Path(exported)
    models = _models(path)
    names = _class_names(models[0])
    sample = _sample(models[0], names, pictures)
    measured = []
    for model in models:
        if tell:
            tell(f"measuring {model.format.name}")
        measured.append(_measure(model, sample, names))
    return ExportBenchmark(tuple(measured), len(sample.pictures), sample.origin)


def _models(path: Path) -> list[ExportedModel]:
    places = [ExportedModel(path / known.place, known) for known in FORMATS]
    return [model for model in places if model.path.exists()] or [locate(path)]


def _class_names(model: ExportedModel) -> Mapping[int, str]:
    label_map = model.find_label_map()
    return {} if label_map is None else read_class_names(label_map)


def _sample(model: ExportedModel, names: Mapping[int, str], most: int) -> Sample:
    label_map = model.find_label_map()
    config = None if label_map is None else label_map.parent / CONFIG_NAME
    if config is None or not config.is_file():
        return draw_sample(f"drawn: there is no {CONFIG_NAME} and label map beside the model")
    return choose_sample(config, names, most=most)


def _measure(model: ExportedModel, sample: Sample, names: Mapping[int, str]) -> MeasuredForm:
    size = sum(path.stat().st_size for path in _files(model.path))
    try:
        trial = try_out(model, sample.pictures)
    except ExportError as error:
        return MeasuredForm(model.format.name, size, reason=error.problems[0].what)
    median, p95 = _latency(trial)
    figure = mean_ap(trial.outputs, sample, names)
    return MeasuredForm(model.format.name, size, trial.load_seconds, median, p95, trial.peak_bytes, figure)


def _latency(trial: Trial) -> tuple[float, float]:
    seconds: Sequence[float] = trial.seconds_per_picture[1:] or trial.seconds_per_picture
    return float(np.median(seconds)), float(np.percentile(seconds, 95))


def _files(path: Path) -> Iterator[Path]:
    return (file for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())

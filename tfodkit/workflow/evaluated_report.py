"""A report that ``tfodkit eval`` wrote, read back: the detections beside the truth, and the run that it is of.

::

    REPORT/  results.json  detections.json  truth.json      (``evaluation_report/data_files.py``)
    RUN/     pipeline.config  run.json  report/             a run stands for the report inside it
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.errors import CheckpointError, DataError
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.sources.read_set import read_set
from tfodkit.evaluation.sources.read_truth import read_truth
from tfodkit.evaluation_report.data_files import DETECTIONS, RESULTS, TRUTH
from tfodkit.evaluation_report.results import FORMAT
from tfodkit.training.run_directory import RunDirectory


@dataclass(frozen=True, slots=True, eq=False)
class EvaluatedReport:
    """A report: its folder, the run it lies in if there is one, ``model`` in words, what was found beside the truth."""

    folder: Path
    run: RunDirectory | None
    model: str
    images: EvaluationSet

    @property
    def name(self) -> str:
        """That of the run's folder, else of the report's."""
        return (self.run.path if self.run else self.folder).resolve().name


def read_report(place: Path) -> EvaluatedReport:
    """The report at ``place``, or inside the run at ``place``.

    Raises:
        CheckpointError: it is a run that was not evaluated yet.
        DataError: there is no report, or a file of it is missing, damaged or of another version.
    """
    folder = find_report(place)
    for name in (DETECTIONS, TRUTH):
        if not (folder / name).is_file():
            raise DataError(str(folder), f"the report lacks {name}", "Evaluate anew: tfodkit eval … --force.")
    content = _results(folder / RESULTS)
    truth = read_truth(folder / TRUTH)
    run = RunDirectory(folder.resolve().parent)
    return EvaluatedReport(
        folder=folder,
        run=run if run.config_path.is_file() else None,
        model=str(content.get("model", "")),
        images=read_set(folder / DETECTIONS, truth),
    )


def find_report(place: Path) -> Path:
    """The folder of the report at ``place``, or inside the run at ``place``.

    Raises:
        CheckpointError: it is a run that was not evaluated yet.
        DataError: there is neither.
    """
    run = RunDirectory(place)
    for folder in (place, run.report_path):
        if (folder / RESULTS).is_file():
            return folder
    if run.config_path.is_file():
        what = f"the run was not evaluated yet: there is no {run.report_path.name} in it"
        raise CheckpointError(str(place), what, f"Run tfodkit eval {place} first.")
    missing = "this is a file, no folder" if place.exists() else "there is no such folder"
    what = f"there is no report: {RESULTS} is missing" if place.is_dir() else missing
    remedy = f"Pass the folder of a run, or a report: what tfodkit eval wrote, such as RUN/{run.report_path.name}."
    raise DataError(str(place), what, remedy)


def _results(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] == FORMAT:
            return dict(content)
        problem = f"its format is {content['format']!r}, not {FORMAT}"
    except (ValueError, KeyError, TypeError, OSError) as error:
        problem = f"{type(error).__name__}: {error}"
    what = f"these are no results of an evaluation that this version can read ({problem})"
    raise DataError(str(path), what, "Evaluate anew: tfodkit eval … --force.")

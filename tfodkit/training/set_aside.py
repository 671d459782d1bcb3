"""Figures of other validation images are compared with no newer ones: they, and what was best by them, step aside."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from tfodkit.training.run_directory import RunDirectory


def set_aside(run: RunDirectory) -> Path | None:
    """Move a run's evaluations, its best checkpoint and its average into ``before-N/``, N being the step it is at.

    The folder; None where the run has nothing of the kind. Each is moved whole: killed in between, the next call moves
    the others.

    Raises:
        OSError: the run directory can't be written.
    """
    tables = (run.evaluations_path, run.evaluations_path.with_suffix(".jsonl"))
    found = [path for path in (*tables, run.folder("averaged"), run.folder("best")) if path.exists()]
    if not found:
        return None
    place = _free(run.path / f"before-{run.saved_step()}")
    place.mkdir()
    for path in found:
        path.rename(place / path.name)
    return place


def _free(place: Path) -> Path:
    names = (place if number == 1 else place.with_name(f"{place.name}-{number}") for number in count(1))
    return next(name for name in names if not name.exists())

"""Where a run begins: a new run directory, or one that goes on with the same config."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tfodkit import files
from tfodkit.config import PipelineConfig
from tfodkit.errors import ConfigError, OutputError
from tfodkit.training.changes import Changes, changes
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.set_aside import set_aside


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A run directory that is ready; ``is_changed`` tells that it goes on otherwise than it was begun."""

    run: RunDirectory
    is_changed: bool = False
    notes: tuple[str, ...] = ()
    """What its user should know."""


def open_run(path: Path, pipeline: PipelineConfig, *, force: bool = False) -> OpenedRun:
    """The run directory ``path`` for a config.

    A run that has begun, as its log tells, and saved nothing yet takes any config. One that has goes on with another
    config, or with other records, only with ``force``; its records may lie elsewhere than before. It holds the new
    config from then on. Where the validation images are others, what was evaluated is set aside
    (:func:`~tfodkit.training.set_aside.set_aside`).

    Raises:
        ConfigError: the run was begun with another config or other records; with what differs.
        OutputError: the folder is somebody else's, or holds a config of his own that this would replace.
    """
    run = RunDirectory(path)
    files.refuse_existing(path, force=True, marker=run.config_path.name)
    _refuse_config_of_no_run(run, pipeline)
    if not run.find_checkpoint("last"):
        _hold(run, pipeline)
        return OpenedRun(run)
    found = changes(run, pipeline)
    if found.matter and not force:
        raise _another_config(run, pipeline, found)
    place = set_aside(run) if found.validation else None
    if found.matter or found.places:
        _hold(run, pipeline)
    return OpenedRun(run, found.matter, tuple(_notes(found, place)))


def _hold(run: RunDirectory, pipeline: PipelineConfig) -> None:
    files.write_text(run.config_path, pipeline.text)
    files.write_bytes(run.label_map_path, pipeline.label_map_path.read_bytes())


def _notes(found: Changes, place: Path | None) -> Iterator[str]:
    if found.matter or found.places:
        yield f"going on {'by force' if found.matter else 'with records that were moved'}: {found}"
    if place is not None:
        yield f"what was evaluated can't be compared with what comes, and is kept in {place}"


def _refuse_config_of_no_run(run: RunDirectory, pipeline: PipelineConfig) -> None:
    if run.log_path.is_file() or run.find_checkpoint("last") or not run.config_path.is_file():
        return
    if run.config_path.read_bytes() != pipeline.text.encode():
        what = "is another config than the one to train, and no run has begun in its folder: it would be lost"
        raise OutputError(str(run.config_path), what, "Give the run a folder of its own with -o.")


def refuse_foreign_mirror(mirror: Path, pipeline: PipelineConfig, *, force: bool = False) -> None:
    """Raise where the folder ``mirror`` holds something else than a copy of a run with this config.

    Raises:
        ConfigError: it is the mirror of a run with another config, and ``force`` is not set.
        OutputError: no run is mirrored there.
    """
    copy = RunDirectory(mirror)
    files.refuse_existing(mirror, force=True, marker=copy.config_path.name)
    if force or not copy.config_path.is_file():
        return
    found = changes(copy, pipeline)
    if found.matter:
        what = f"it is the mirror of a run with another config than {pipeline.path}: {found}"
        raise ConfigError(str(mirror), what, "Name another folder, or pass --force to have it replaced.")


def _another_config(run: RunDirectory, pipeline: PipelineConfig, found: Changes) -> ConfigError:
    if found.config:
        what = f"the run was started with another config than {pipeline.path}: {found}"
        remedy = f"Go on with {run.config_path}, give the new run another folder, or pass --force to go on with the"
        return ConfigError(str(run.path), what, f"{remedy} new config.")
    what = f"the run was started with other records than {pipeline.path} names: {found}"
    remedy = "Bring those back, give the new run another folder, or pass --force to go on with these."
    return ConfigError(str(run.path), what, remedy)

"""Where a run begins: a new run directory, or one that goes on with the same config."""

from __future__ import annotations

from pathlib import Path

from tfodkit import files
from tfodkit.config import PipelineConfig
from tfodkit.config.difference import Difference, config_differences
from tfodkit.config.pipeline import parse_pipeline, read_pipeline
from tfodkit.errors import ConfigError, OutputError
from tfodkit.training.run_directory import RunDirectory

SHOWN_DIFFERENCES = 10


def open_run(path: Path, pipeline: PipelineConfig, *, force: bool = False) -> tuple[RunDirectory, bool]:
    """The run directory ``path`` for a config, and whether it was begun with another one.

    A run that has begun, as its log tells, and saved nothing yet takes any config. One that has goes on with another
    only with ``force``, and holds that one from then on.

    Raises:
        ConfigError: the run was begun with another config; with what differs.
        OutputError: the folder is somebody else's, or holds a config of his own that this would replace.
    """
    run = RunDirectory(path)
    files.refuse_existing(path, force=True, marker=run.config_path.name)
    _refuse_config_of_no_run(run, pipeline)
    is_changed = False
    if run.find_checkpoint("last"):
        differences = _differences(run, pipeline)
        is_changed = bool(differences)
        if is_changed and not force:
            raise _another_config(run, pipeline, differences)
    if is_changed or not run.find_checkpoint("last"):
        files.write_text(run.config_path, pipeline.text)
        files.write_bytes(run.label_map_path, pipeline.label_map_path.read_bytes())
    return run, is_changed


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
    if differences := _differences(copy, pipeline):
        what = f"it is the mirror of a run with another config than {pipeline.path}: {_listed(differences)}"
        raise ConfigError(str(mirror), what, "Name another folder, or pass --force to have it replaced.")


def _differences(run: RunDirectory, pipeline: PipelineConfig) -> list[Difference]:
    return config_differences(read_pipeline(run.config_path), parse_pipeline(pipeline.text, str(pipeline.path)))


def _another_config(run: RunDirectory, pipeline: PipelineConfig, differences: list[Difference]) -> ConfigError:
    return ConfigError(
        str(run.path),
        f"the run was started with another config than {pipeline.path}: {_listed(differences)}",
        f"Go on with {run.config_path}, give the new run another folder, or pass --force to go on with the new config.",
    )


def _listed(differences: list[Difference]) -> str:
    shown = [_in_words(difference) for difference in differences[:SHOWN_DIFFERENCES]]
    hidden = len(differences) - len(shown)
    return "; ".join([*shown, f"{hidden} more"] if hidden else shown)


def _in_words(difference: Difference) -> str:
    before, after = (side if side is not None else _absent(difference) for side in (difference.a, difference.b))
    return f"{difference.path} was {before} and is {after}"


def _absent(difference: Difference) -> str:
    return "not set" if difference.default is None else f"{difference.default} by default"

"""What an export is made of: a training run, or any checkpoint with its config and label map."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfodkit.errors import CheckpointError, ExportError, UsageError
from tfodkit.inference.formats import LABEL_MAP
from tfodkit.training import checkpoint_folder
from tfodkit.training.run_directory import RunDirectory, WhichOrStep

CONFIG_NAME = "pipeline.config"
CHECKPOINT_FOLDER = "checkpoint"
"""Where an export folder, and a folder of the model zoo, hold their checkpoint."""
_RUNS_OWN = ("best", "last", "averaged", "run.json")


@dataclass(frozen=True, slots=True)
class ExportSource:
    """A config, a checkpoint's prefix (``RUN/best/ckpt-300``), a label map; and the ``run`` they are of, if any."""

    config: Path
    checkpoint: Path
    label_map: Path
    averaged: bool | None = None
    """Whether the moving averages in the checkpoint are its weights; None: as the config evaluates them."""
    run: RunDirectory | None = None

    @classmethod
    def find(
        cls,
        path: str | Path,
        *,
        which: WhichOrStep | None = None,
        config: str | Path | None = None,
        label_map: str | Path | None = None,
    ) -> ExportSource:
        """What ``path`` is: a run's folder, a checkpoint's prefix or one of its files, or a folder that holds one.

        ``which`` chooses a checkpoint of a run, ``best`` unless given. ``config`` and ``label_map`` are looked for in
        the run's or the checkpoint's folder and the one above, under their usual names, unless given.

        Raises:
            CheckpointError: there is no run and no checkpoint, or the run has not the one that is asked for.
            ExportError: there is no config or no label map.
            UsageError: ``which`` chooses from what is no run.
        """
        path = Path(path)
        if _is_run(path):
            return cls._of_run(RunDirectory.open(path), "best" if which is None else which, config, label_map)
        if which is not None:
            what = "only a run has checkpoints to choose from; this is none"
            raise UsageError(f"--which {which}", what, f"Leave it out, or name a run in place of {path}.")
        checkpoint = _find_checkpoint(path)
        return cls(
            config=_find(config, CONFIG_NAME, checkpoint, flag="--config"),
            checkpoint=checkpoint,
            label_map=_find(label_map, LABEL_MAP, checkpoint, flag="--label-map"),
        )

    @classmethod
    def _of_run(
        cls, run: RunDirectory, which: WhichOrStep, config: str | Path | None, label_map: str | Path | None
    ) -> ExportSource:
        return cls(
            config=Path(config or run.config_path),
            checkpoint=run.checkpoint(which),
            label_map=Path(label_map or run.label_map_path),
            averaged=run.has_moving_averages(which),  # which weights of it evaluated best
            run=run,
        )


def _is_run(path: Path) -> bool:
    return RunDirectory(path).config_path.is_file() and any((path / name).exists() for name in _RUNS_OWN)


def _find_checkpoint(path: Path) -> Path:
    """The prefix that ``path`` is, that it is a file of, or that lies in it or in its folder ``checkpoint/``."""
    prefix = path.with_name(path.name.partition(".index")[0].partition(".data-")[0])
    if checkpoint_folder.is_whole(prefix):
        return prefix
    for folder in (path, path / CHECKPOINT_FOLDER):
        newest = checkpoint_folder.newest(folder)
        if newest is not None and checkpoint_folder.is_whole(newest):
            return newest
        if len(found := _prefixes(folder)) == 1:
            return found[0]
    what = "does not exist" if not path.exists() else "this is no training run, and holds no whole checkpoint"
    remedy = "Name the folder that was given to tfodkit train -o, or a checkpoint such as model/checkpoint/ckpt-0."
    raise CheckpointError(str(path), what, remedy)


def _prefixes(folder: Path) -> list[Path]:
    """Of the whole checkpoints in a folder, where no state file names the newest."""
    names = sorted(path.stem for path in folder.glob(f"*{checkpoint_folder.INDEX}"))
    return [folder / name for name in names if checkpoint_folder.is_whole(folder / name)]


def _find(given: str | Path | None, name: str, checkpoint: Path, *, flag: str) -> Path:
    folders = (checkpoint.parent, checkpoint.parent.parent)
    places = [Path(given)] if given is not None else [folder / name for folder in folders]
    for place in places:
        if place.is_file():
            return place
    what = "is no file" if given is not None else f"there is no {name} in the checkpoint's folder or above it"
    remedy = f"Pass the one that the checkpoint was trained with as {flag}."
    raise ExportError(str(given or checkpoint), what, remedy)

"""A second copy of a run, on another disk: Colab's machine is gone tomorrow, its Drive is not.

What is mirrored: the best, last and averaged checkpoint, and the files right in the run directory (config, label map,
tables, log, curves). TensorBoard's events are not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

from tfodkit import files
from tfodkit.errors import OutputError, UsageError
from tfodkit.training import checkpoint_folder
from tfodkit.training.run_directory import RunDirectory, Which


class Mirror:
    """Keeps the folder ``target`` like the run directory. A mirror that can't be written does not end the run."""

    def __init__(self, run: RunDirectory, target: Path | None, tell: Callable[[str], None]) -> None:
        """``tell`` is told what could not be copied; there is no mirror where ``target`` is None."""
        self._run, self._target, self._tell = run, target, tell
        self._was_there = False

    def update(self) -> None:
        """Copy what has changed; whenever this is killed, files and checkpoints are whole or as they were.

        Where the mirror's disk is gone nothing is made: it would lie on another one, under the empty folder.
        """
        if self._target is None:
            return
        if self._was_there and _is_unmounted(RunDirectory(self._target)):
            self._tell(f"warning: the mirror {self._target} is gone; nothing is copied there until its disk is back")
            return
        try:
            _copy(self._run, RunDirectory(self._target))
            self._was_there = True
        except (OSError, OutputError) as error:
            self._tell(f"warning: the mirror {self._target} could not be written, and is as it was before: {error}")


def _is_unmounted(copy: RunDirectory) -> bool:
    """Whether what was there is gone, and left its folder empty, or took the folder around it along."""
    return not copy.config_path.is_file() and (copy.path.is_dir() or not copy.path.parent.is_dir())


def bring_back(run: RunDirectory, mirror: Path) -> bool:
    """Make the run directory out of its mirror where it is gone; False where it is not, or there is nothing to bring.

    Raises:
        UsageError: one of the two folders is, or lies in, the other.
        OutputError: the run directory has content that no run made, or can't be written.
    """
    ours, copy = run.path.resolve(), mirror.resolve()
    if ours.is_relative_to(copy) or copy.is_relative_to(ours):
        what = f"must lie apart from the run {run.path}"
        raise UsageError(f"--mirror {mirror}", what, "Name a folder on another disk.")
    source = RunDirectory(mirror)
    if run.config_path.is_file() or not source.config_path.is_file():
        return False
    with files.folder_atomic(run.path) as folder:
        _copy(source, RunDirectory(folder))
    return True


def _copy(source: RunDirectory, target: RunDirectory) -> None:
    """The config last of all: a folder without it is no run."""
    for which in get_args(Which):
        checkpoint_folder.copy_newest(source.folder(which), target.folder(which))
        _copy_file(source.figures_path(which), target.figures_path(which))
    names = sorted(path.name for path in source.path.iterdir() if path.is_file() and not path.name.startswith("."))
    for name in sorted(names, key=lambda name: name == source.config_path.name):
        _copy_file(source.path / name, target.path / name)


def _copy_file(source: Path, target: Path) -> None:
    if source.is_file():
        checkpoint_folder.copy_file(source, target)

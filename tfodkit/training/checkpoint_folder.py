"""A folder of checkpoints as TensorFlow writes it: which is the newest, and how one is brought elsewhere whole.

::

    last/
      checkpoint                          names the newest, and all that are kept
      ckpt-300.index                      which tensor lies where
      ckpt-300.data-00000-of-00001        the tensors

``checkpoint`` is written last and in one step, so what it names is whole, whenever a process was killed.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from tfodkit import files
from tfodkit.errors import CheckpointError

STATE = "checkpoint"
INDEX = ".index"

_NEWEST = re.compile(r'^model_checkpoint_path: "(?P<name>[^"]+)"', re.MULTILINE)
_DATA = re.compile(r"\.data-\d+-of-(?P<count>\d+)")
_WRITTEN = re.compile(r"\.?((ckpt|swa)-\d+[._]|(checkpoint|metrics\.json)\..)")
"""Names of a checkpoint's files; those of TensorFlow and of ours while they are written among them."""
_KEPT = re.compile(r'^all_model_checkpoint_paths: "(?P<name>[^"]+)"', re.MULTILINE)


def newest(folder: Path) -> Path | None:
    """The prefix of the newest checkpoint, such as ``last/ckpt-300``; None where there is none.

    Raises:
        CheckpointError: the folder's state file is damaged.
    """
    state = folder / STATE
    if not state.is_file():
        return None
    found = _NEWEST.search(state.read_text(encoding="utf-8"))
    if not found:
        raise CheckpointError(str(state), "names no checkpoint", f"Remove the folder {folder} and go on.")
    return folder / Path(found["name"]).name


def kept(folder: Path) -> list[Path]:
    """The prefixes of all checkpoints that the folder keeps, oldest first."""
    state = folder / STATE
    text = state.read_text(encoding="utf-8") if state.is_file() else ""
    return [folder / Path(name).name for name in _KEPT.findall(text)]


def step_of(prefix: Path) -> int:
    """The step in a checkpoint's name: 300 for ``ckpt-300``.

    >>> step_of(Path("run/best/ckpt-300"))
    300
    """
    return int(prefix.name.rpartition("-")[2])


def files_of(prefix: Path) -> list[Path]:
    """The files of one checkpoint, the index last; none where they are gone."""
    folder = prefix.parent
    found = [path for path in folder.iterdir() if path.name.startswith(f"{prefix.name}.")] if folder.is_dir() else []
    return sorted(found, key=lambda path: (path.suffix == INDEX, path.name))


def is_whole(prefix: Path) -> bool:
    """Whether the files of a checkpoint are there: an index, and each part of the data that it speaks of."""
    parts = [path.suffix for path in files_of(prefix)]
    counts = {int(match["count"]) for part in parts if (match := _DATA.fullmatch(part))}
    return INDEX in parts and counts == {len(parts) - 1}


def copy_newest(source: Path, target: Path) -> None:
    """Let ``target`` hold the newest checkpoint of ``source``, and no other; nothing where ``source`` has none.

    Whenever a process is killed, the state file of ``target`` names a whole checkpoint.

    Raises:
        OSError, OutputError: ``target`` can't be written.
    """
    prefix = newest(source)
    if prefix is None:
        return
    target.mkdir(parents=True, exist_ok=True)
    for path in files_of(prefix):
        if not _is_same(path, target / path.name):
            _link_or_copy(path, target / path.name)
    name_newest(target, prefix.name)


def name_newest(folder: Path, name: str) -> None:
    """Let ``folder`` hold the checkpoint ``name``, whose files are there, and no other.

    Raises:
        OSError, OutputError: the folder can't be written.
    """
    files.write_text(folder / STATE, _state_text(name))
    remove_others(folder, [name])


def copy_file(source: Path, target: Path) -> None:
    """Copy one file so that ``target`` is whole, or as it was."""
    with source.open("rb") as reading, files.open_atomic(target) as writing:
        while block := reading.read(files.HASH_BLOCK):
            writing.write(block)


def _link_or_copy(source: Path, target: Path) -> None:
    """A second name for the file where the disk is the same, which takes no room: nobody writes into a checkpoint."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        copy_file(source, target)


def remove_others(folder: Path, names: Sequence[str]) -> None:
    """Remove the files of checkpoints that are not among ``names``: older ones, and what was half written.

    Other files stay; nothing happens where there is no folder.
    """
    keep = {path for name in names for path in files_of(folder / name)}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path in keep or not _WRITTEN.match(path.name):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def remove_half_written(folder: Path) -> None:
    """Remove what a save left that was killed, or found no room: all that the folder's state file does not name."""
    remove_others(folder, [prefix.name for prefix in kept(folder)])


def _is_same(source: Path, target: Path) -> bool:
    try:
        ours, theirs = source.stat(), target.stat()
    except FileNotFoundError:
        return False
    return ours.st_size == theirs.st_size and theirs.st_mtime_ns >= ours.st_mtime_ns


def _state_text(name: str) -> str:
    return f'model_checkpoint_path: "{name}"\nall_model_checkpoint_paths: "{name}"\n'

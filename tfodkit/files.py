"""Files that are whole or absent: atomic writing, sorted listing, content hashes."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tfodkit import atomic
from tfodkit.errors import DataError, OutputError

HASH_BLOCK = 1 << 20

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a system answers where there is no more room: the disk's, a user's, or a file's, as the 4 GiB of a FAT stick."""

_NEW, _OLD = "new", "old"
"""What lies in the folder that belongs to a place while it is written."""


@contextlib.contextmanager
def open_atomic(path: Path) -> Iterator[BinaryIO]:
    """A binary file for writing that appears under ``path`` when the block ends, and not at all when it raises.

    The parent folder is made. Written beside its place, flushed to disk, then renamed over whatever was there.

    Raises:
        OutputError: the place can't be written, or the disk is full.
    """
    with _as_output_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with _as_output_error(path, only=FULL), os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _as_output_error(path):
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, atomically."""
    with open_atomic(path) as file:
        file.write(content)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8 with Unix line ends, atomically."""
    write_bytes(path, text.encode("utf-8"))


def append_text(path: Path, text: str) -> None:
    """Add ``text`` to the end of a file by one write: should the process be killed, all of it is there or nothing.

    Raises:
        OutputError: the place can't be written, or the disk is full: then a part of ``text`` may be there.
    """
    with _as_output_error(path), path.open("ab") as file:
        file.write(text.encode("utf-8"))


@contextlib.contextmanager
def folder_atomic(path: Path, *, force: bool = False, marker: str | None = None) -> Iterator[Path]:
    """A fresh folder that becomes ``path`` when the block ends, and is gone when it raises.

    A process that is killed at any moment leaves the old folder or the new one, whole; the disk too, should the power
    fail. Where the file system can't exchange two names in one step, a kill between two renames leaves the old folder
    beside its place, from where the next call puts it back. Until then the new folder grows in ``.<name>.part`` beside
    ``path``, where what killed processes left is cleared away by the next call.

    Where ``path`` is a symbolic link, the folder that it leads to is the one that is written.

    Raises:
        OutputError: as :func:`refuse_existing`; the place can't be written; or another process is writing it.
    """
    refuse_existing(path, force=force, marker=marker)
    place = path.resolve()
    part = place.with_name(f".{place.name}.part")
    with contextlib.ExitStack() as stack:
        with _as_output_error(path):
            place.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_claimed(part, path))
            _recover(part, place)
            stack.callback(_clear, part)
        refuse_existing(path, force=force, marker=marker)
        with _as_output_error(path):
            new = part / _NEW
            new.mkdir()
        with _as_output_error(path, only=FULL):
            yield new
        with _as_output_error(path):
            _sync(new)
            _put_in_place(part, place, force=force)


def refuse_existing(path: Path, *, force: bool = False, marker: str | None = None) -> None:
    """Raise :class:`OutputError` where ``path`` is a file or a folder with content, unless ``force``.

    ``marker`` is the name of a file that every folder of this kind holds: a folder without it is somebody else's, and
    not even ``force`` may replace it.
    """
    with _as_output_error(path):
        names = sorted(child.name for child in path.iterdir()) if path.is_dir() else []
        if not names and (path.is_dir() or not path.exists()):
            return
    if not names:
        raise OutputError(str(path), "a file is in the way of the folder to write", "Choose another place.")
    if marker is not None and marker not in names:
        what = f"the folder holds {names[0]!r} but no {marker}: something else than this command wrote it"
        raise OutputError(str(path), what, "Choose another place.")
    if not force:
        raise OutputError(str(path), "the folder exists and is not empty", "Choose another place or pass --force.")


def refuse_existing_file(path: Path, *, force: bool) -> None:
    """Raise :class:`OutputError` where something is at ``path``: a folder, or a file and ``force`` is not set."""
    if path.is_dir() or (path.exists() and not force):
        raise OutputError(str(path), "exists already", "Choose another place or pass --force.")


def list_files(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    """Files right in ``folder`` whose suffix, in any case, is one of ``suffixes`` (with dot); sorted by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes and path.is_file())


def walk_files(folder: Path, suffixes: frozenset[str]) -> tuple[list[Path], list[Path]]:
    """Files in ``folder`` and below, as :func:`list_files`; and links to folders above themselves, not followed.

    Folders behind other links are walked, each once. Names that start with a dot are the system's, and passed over; so
    are links that lead nowhere.

    Raises:
        DataError: a folder can't be listed.
    """
    found: list[Path] = []
    loops: list[Path] = []
    seen = {os.path.realpath(folder)}
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        for entry in _list_folder(current):
            path = current / entry.name
            try:
                is_folder = entry.is_dir()
            except OSError:  # a link to itself leads nowhere
                continue
            if is_folder:
                real = os.path.realpath(path)
                if real not in seen:
                    waiting.append(path)
                elif entry.is_symlink():
                    loops.append(path)
                seen.add(real)
            elif path.suffix.lower() in suffixes and entry.is_file():
                found.append(path)
    return sorted(found), sorted(loops)


def _list_folder(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((entry for entry in entries if entry.name[0] != "."), key=lambda entry: entry.name)
    except OSError as error:
        what = f"the folder can't be read: {error.strerror or error}"
        raise DataError(str(folder), what, "Check its permissions.") from error


def own_name(name: str, taken: set[str]) -> str:
    """``name``, numbered where it is ``taken``, and from now on taken itself; capitals make no difference.

    >>> taken = set()
    >>> [own_name(name, taken) for name in ("tray", "Tray", "cup", "tray")]
    ['tray', 'Tray-2', 'cup', 'tray-3']
    """
    own, number = name, 2
    while own.casefold() in taken:
        own, number = f"{name}-{number}", number + 1
    taken.add(own.casefold())
    return own


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def _claimed(part: Path, path: Path) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(atomic.claimed(part))
        except BlockingIOError as error:
            remedy = "Wait until it has ended, or choose another place."
            raise OutputError(str(path), "another process is writing this folder", remedy) from error
        yield


def _recover(part: Path, place: Path) -> None:
    """Undo what a killed process left half done."""
    if (part / _OLD).exists() and not place.exists():
        (part / _OLD).rename(place)
    _clear(part)


def _clear(part: Path) -> None:
    for name in (_NEW, _OLD):
        shutil.rmtree(part / name, ignore_errors=True)


def _put_in_place(part: Path, place: Path, *, force: bool) -> None:
    """``part / _NEW`` becomes ``place``; what ``force`` may replace there is left in ``part``."""
    new, old = part / _NEW, part / _OLD
    if not force or not place.exists():
        new.rename(place)  # over an empty folder at most: the system refuses to rename over content
    elif not atomic.exchange(new, place):
        place.rename(old)
        try:
            new.rename(place)
        except BaseException:
            old.rename(place)
            raise
    _sync_one(place.parent)


def _sync(folder: Path) -> None:
    """Have everything in ``folder``, and the folder, on the disk."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            _sync(Path(entry))
        elif entry.is_file(follow_symlinks=False):
            _sync_one(Path(entry))
    _sync_one(folder)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _as_output_error(path: Path, *, only: frozenset[int] | None = None) -> Iterator[None]:
    """What the system refuses inside the block, or ``only`` these numbers of ``errno``, as :class:`OutputError`."""
    try:
        yield
    except OSError as error:
        if only is not None and error.errno not in only:
            raise
        reason = error.strerror or str(error)
        raise OutputError(str(path), f"can't be written: {reason}", "Choose another place, or make room.") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""Files that are whole or absent: atomic writing, sorted listing, content hashes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tfodkit.errors import OutputError

HASH_BLOCK = 1 << 20


@contextlib.contextmanager
def open_atomic(path: Path) -> Iterator[BinaryIO]:
    """A binary file for writing that appears under ``path`` when the block ends, and not at all when it raises.

    The parent folder is made. Written beside its place, flushed to disk, then renamed over whatever was there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
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


@contextlib.contextmanager
def folder_atomic(path: Path, *, force: bool = False) -> Iterator[Path]:
    """A fresh folder that becomes ``path`` when the block ends, and is gone when it raises.

    Raises:
        OutputError: ``path`` exists, is not empty, and ``force`` is not set. With ``force`` the old folder is
            replaced in one rename once the new one is whole.
    """
    refuse_existing(path, force=force)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        _replace_folder(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def refuse_existing(path: Path, *, force: bool = False) -> None:
    """Raise :class:`OutputError` where ``path`` is a file or a folder with content, unless ``force``."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    if force and path.is_dir():
        return
    if path.is_dir():
        raise OutputError(str(path), "the folder exists and is not empty", "Choose another place or pass --force.")
    raise OutputError(str(path), "a file is in the way of the folder to write", "Choose another place.")


def list_files(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    """Files right in ``folder`` whose suffix, in any case, is one of ``suffixes`` (with dot); sorted by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes and path.is_file())


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _replace_folder(new: Path, path: Path) -> None:
    if not path.exists():
        new.rename(path)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".old", dir=path.parent))
    try:
        path.rename(old / path.name)
        new.rename(path)
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""What is needed out of an archive that a stranger may have made.

An archive of the zoo is a folder with a handful of files::

    ssd_mobilenet_v2_320x320_coco17_tpu-8/
        pipeline.config                              kept
        checkpoint/ckpt-0.index, ckpt-0.data-…       kept
        saved_model/…                                passed over: export makes one of what was trained

All of it is read and judged before anything is written. Nothing but regular files and folders may be in it, under names
that stay inside; the files that are kept are then written by us, under names that we choose, as the user's own.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from tfodkit.errors import FetchError
from tfodkit.files import open_atomic

CONFIG = "pipeline.config"
CHECKPOINT = "checkpoint"
MOST_MEMBERS = 1000
MOST_BYTES = 16 * 10**9
"""Of all files together."""
_BLOCK = 1 << 20
_MODES_THAT_LEND_RIGHTS = 0o6000
_DAMAGE = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the archive that is kept: its name inside, where it goes below the model's folder, its bytes."""

    member: str
    place: PurePosixPath
    size: int


def kept_files(archive: Path, source: str) -> tuple[Kept, ...]:
    """The files to keep, after a look at everything in the archive; ``source`` names it in errors.

    Raises:
        FetchError: the archive is damaged; a member is none that may be there; it holds too much; or there is no
            model in it.
    """
    files: dict[PurePosixPath, Kept] = {}
    size = 0
    with _opened(archive, source) as members:
        for count, member in enumerate(members, start=1):
            if count > MOST_MEMBERS:
                raise _refused(source, f"it has more than {MOST_MEMBERS} members")
            if fault := _fault(member):
                raise _refused(source, f"its member {member.name!r} {fault}")
            size += member.size
            if size > MOST_BYTES:
                what = f"unpacked it is larger than {MOST_BYTES:,} bytes, at its member {member.name!r}"
                raise _refused(source, what)
            path = PurePosixPath(member.name)
            if member.isreg() and path in files:
                raise _refused(source, f"its member {member.name!r} is there twice")
            if member.isreg():
                files[path] = Kept(member.name, path, member.size)
    return _of_the_model(files, source)


def unpack(archive: Path, source: str, kept: tuple[Kept, ...], folder: Path) -> None:
    """Write the files that :func:`kept_files` found into ``folder``.

    Raises:
        FetchError: the archive is not the one that was looked at.
        OutputError: there is no room.
    """
    places = {file.member: file.place for file in kept}
    with _opened(archive, source) as members:
        for member in members:
            place = places.pop(member.name, None) if member.isreg() else None
            if place is None:
                continue
            with _content(members, member) as content, open_atomic(folder / place) as file:
                while block := content.read(_BLOCK):
                    file.write(block)
    if places:
        raise _damaged(source, f"it changed: {min(places)!r} is gone")


def _fault(member: tarfile.TarInfo) -> str | None:
    """Why a member may not be there, in words; None where it may."""
    parts = member.name.replace("\\", "/").split("/")
    faults = {
        "has an absolute path": not parts[0] or parts[0].endswith(":"),
        "leads out of the archive's folder": ".." in parts,
        "has a name with odd characters": "\\" in member.name or not member.name.isprintable(),
        f"is a link, to {member.linkname!r}": member.issym() or member.islnk(),
        "is neither a plain file nor a folder": not (member.isreg() or member.isdir()) or member.issparse(),
        "lends the rights of its owner (setuid or setgid)": member.mode & _MODES_THAT_LEND_RIGHTS,
    }
    return next((words for words, is_so in faults.items() if is_so), None)


def _of_the_model(files: dict[PurePosixPath, Kept], source: str) -> tuple[Kept, ...]:
    """The config and the checkpoint beside it. Names with a dot in front are notes that a Mac made, and no files."""
    plain = {path: file for path, file in files.items() if not any(part.startswith(".") for part in path.parts)}
    configs = sorted(path for path in plain if path.name == CONFIG)
    if not configs:
        raise _refused(source, f"it holds no {CONFIG}")
    top = min(configs, key=lambda path: len(path.parts)).parent
    kept = [
        Kept(file.member, path.relative_to(top), file.size)
        for path, file in sorted(plain.items())
        if path == top / CONFIG or path.parent == top / CHECKPOINT
    ]
    if len(kept) == 1:
        raise _refused(source, f"it holds no folder {CHECKPOINT} beside {CONFIG}")
    return tuple(kept)


class _Stream:
    """A compressed file, of which nobody reads more at once than he can hold, nor more in all than may be in it.

    A tar archive may claim a name of many gigabytes, which ``tarfile`` would read into memory.
    """

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _BLOCK:
            raise tarfile.ReadError(f"a header claims {size} bytes")
        return self._file.read(size)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_SET and place > 2 * MOST_BYTES:
            raise tarfile.ReadError(f"a member claims to reach to byte {place}")
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read_to_the_end(self) -> None:
        """Only there stands the checksum of the whole."""
        while self._file.read(_BLOCK):
            if self.tell() > 2 * MOST_BYTES:
                raise tarfile.ReadError("there is no end to it")


@contextmanager
def _opened(archive: Path, source: str) -> Iterator[tarfile.TarFile]:
    try:
        with gzip.open(archive) as compressed:
            stream = _Stream(compressed)
            with tarfile.open(fileobj=stream, mode="r:", errors="surrogateescape") as members:  # type: ignore[call-overload]
                yield members
            stream.read_to_the_end()
    except _DAMAGE as error:
        raise _damaged(source, str(error) or "it ends early") from error


def _content(members: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = members.extractfile(member)
    assert content is not None
    return content


def _refused(source: str, what: str) -> FetchError:
    return FetchError(source, f"the archive is refused: {what}", "Fetch it from a place that you trust, with --mirror.")


def _damaged(source: str, reason: str) -> FetchError:
    return FetchError(source, f"the archive is damaged: {reason}", "Fetch it again, or from another --mirror.")

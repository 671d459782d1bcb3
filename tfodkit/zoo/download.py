r"""A file from a server, through connections that break.

What has come lies in ``archive``, and what it is a part of in ``archive.json`` beside it, so that a download goes on
where it ended, in the same process or, after a kill, in another one::

    {"url": "https://…/ssd_mobilenet_v2_320x320_coco17_tpu-8.tar.gz", "validator": "\"a1b2\"", "total": 46042990}

It goes on only where the server can tell that the content is still the same (``If-Range``, RFC 9110 section 13.1.5); it
begins again where the server can't, or says that it is another.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tfodkit.errors import FetchError, OutputError
from tfodkit.files import write_text
from tfodkit.wording import byte_words
from tfodkit.zoo.connection import Answer, DroppedError, RangeError, answer
from tfodkit.zoo.watch import Watch

SECONDS_TO_NEXT = (1.0, 2.0, 4.0, 8.0)
"""Between attempts that brought nothing; after the last of them it is given up."""
LARGEST_ARCHIVE = 8 * 10**9
"""Bytes; the largest of the zoo has 1.4 * 10^9."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """What the bytes that are here are a part of."""

    url: str
    validator: str | None
    total: int | None


class _OtherFileError(DroppedError):
    """What is here is no part of what the server has now."""


def download(url: str, archive: Path, name: str, watch: Watch) -> None:
    """Have the whole file of ``url`` in ``archive``; ``name`` is what ``watch`` calls it.

    Raises:
        AbsentError: the server has no such file.
        FetchError: it refuses for good, or five attempts in a row brought nothing. What has come is kept.
        OutputError: there is no room, or the place can't be written.
    """
    most = _size(archive) if _known(archive, url) else 0
    failures = 0
    while True:
        try:
            _attempt(url, archive, name, watch)
        except DroppedError as dropped:
            failures = 0 if _size(archive) > most else failures + 1
            most = max(most, _size(archive))
            if failures > len(SECONDS_TO_NEXT):
                raise _given_up(url, dropped, archive) from dropped
            pause = SECONDS_TO_NEXT[max(failures - 1, 0)]
            watch.say(f"{name}: {dropped} after {byte_words(_size(archive))}; again in {pause:g} s")
            time.sleep(pause)
        else:
            return


def forget(archive: Path) -> None:
    """Remove what has come."""
    for path in (archive, _beside(archive)):
        path.unlink(missing_ok=True)


def room_for(count: int, place: Path) -> None:
    """Raise :class:`OutputError` unless the disk of ``place`` has room for ``count`` bytes more."""
    if (free := shutil.disk_usage(place).free) < count:
        what = f"{byte_words(count)} are needed, but the disk has {byte_words(free)} free"
        raise OutputError(str(place), what, "Make room, or choose another place with --cache or $TFODKIT_CACHE.")


def _attempt(url: str, archive: Path, name: str, watch: Watch) -> None:
    """One request; ends when the file is whole."""
    known = _known(archive, url)
    have = _size(archive) if known else 0
    if known and known.total == have:
        return
    headers = {"Range": f"bytes={have}-", "If-Range": known.validator or ""} if known and have else {}
    try:
        with answer(url, {"Accept-Encoding": "identity", **headers}) as begun:
            if not _goes_on(begun, known, have):
                have = _begin_again(url, begun, archive)
            room_for(_to_come(begun, have), archive.parent)
            _append(begun, archive, have, name, watch)
    except RangeError as error:
        if error.total == have:  # a file without a length, whose end came before a kill
            return
        forget(archive)
        raise DroppedError("the server no longer has the file of which a part is here") from error
    except _OtherFileError:
        forget(archive)
        raise


def _goes_on(begun: Answer, known: _Whole | None, have: int) -> bool:
    """Whether what comes belongs behind what is here; False where the file begins again.

    Raises:
        _OtherFileError: neither: a server that grants a range without looking whether the file is still the same.
    """
    if not begun.first:
        return False
    same = known and begun.validator in {None, known.validator} and begun.total in {None, known.total}
    if same and begun.first == have:
        return True
    raise _OtherFileError("the server goes on with another file")


def _begin_again(url: str, begun: Answer, archive: Path) -> int:
    """What is here is emptied before it is told what it will be a part of: a kill in between leaves nothing false."""
    if begun.total is not None and begun.total > LARGEST_ARCHIVE:
        raise _too_large(url)
    with _as_output_error(archive):
        archive.write_bytes(b"")
    write_text(_beside(archive), json.dumps(asdict(_Whole(url, begun.validator, begun.total))) + "\n")
    return 0


def _append(begun: Answer, archive: Path, have: int, name: str, watch: Watch) -> None:
    watch.show(name, have, begun.total)
    with _as_output_error(archive), archive.open("ab") as file:
        for block in begun.blocks():
            file.write(block)
            have += len(block)
            if have > LARGEST_ARCHIVE:
                raise _too_large(begun.url)
            watch.show(name, have, begun.total)


def _to_come(begun: Answer, have: int) -> int:
    """Bytes: the rest of the archive and, until its content can be read, as much again for what is kept of it."""
    return 0 if begun.total is None else 2 * begun.total - have


def _known(archive: Path, url: str) -> _Whole | None:
    """What is here, if it is of ``url`` and the server can be asked whether it still is."""
    try:
        whole = _Whole(**json.loads(_beside(archive).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return whole if whole.url == url and whole.validator and archive.is_file() else None


def _beside(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.json")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _given_up(url: str, dropped: DroppedError, archive: Path) -> FetchError:
    what = f"the download failed {len(SECONDS_TO_NEXT) + 1} times in a row: {dropped}"
    kept = f"; {byte_words(_size(archive))} are kept, and it goes on from there" if _known(archive, url) else ""
    return FetchError(url, what, f"Run the command again{kept}. Or pass --mirror URL or DIR.")


def _too_large(url: str) -> FetchError:
    what = f"the file is larger than {byte_words(LARGEST_ARCHIVE)}, which no model of the zoo is"
    return FetchError(url, what, "Check the address, or pass another --mirror.")


@contextmanager
def _as_output_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = "Make room, or choose another place with --cache or $TFODKIT_CACHE."
        raise OutputError(str(path), f"can't be written: {error.strerror or error}", remedy) from error

"""Where fetched models lie, and what is known of them.

::

    CACHE/                                           --cache, else $TFODKIT_CACHE/zoo, else the system's cache folder
        ssd_mobilenet_v2_320x320_coco17/             a model under its template's name: whole, or not there
            pipeline.config
            checkpoint/ckpt-0.index, ckpt-0.data-…
            fetched.json                             where from, and the size of every file
        ssd_mobilenet_v2_320x320_coco17.sha256       of the archive at its first fetch; stays when the model is removed
        .ssd_mobilenet_v2_320x320_coco17.fetch/      while it is fetched, or when that broke off: the part that is here

The system's cache folder is ``$XDG_CACHE_HOME/tfodkit/zoo``, else ``~/.cache/tfodkit/zoo``, or
``~/Library/Caches/tfodkit/zoo`` on a Mac.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tfodkit import atomic
from tfodkit.config.checkpoint.fine_tune import find_checkpoint
from tfodkit.config.checkpoint.index import read_index
from tfodkit.config.old_fields import parse_old_pipeline
from tfodkit.config.pipeline import read_text
from tfodkit.errors import CheckpointError, FetchError, OutputError, TfodkitError
from tfodkit.files import write_text
from tfodkit.zoo.catalogue import zoo_model
from tfodkit.zoo.unpacking import CHECKPOINT, CONFIG

FETCHED = "fetched.json"


@dataclass(frozen=True, slots=True)
class CachedModel:
    """A model in the cache."""

    name: str
    """The template's."""
    folder: Path
    checkpoint: Path
    """The prefix, ``…/checkpoint/ckpt-0``, as ``fine_tune_checkpoint`` has it."""
    source: str
    """The address or the path that it came from."""
    archive_bytes: int | None
    """None where it came from a folder, as the next one."""
    sha256: str | None
    """Of the archive."""
    files: dict[str, int]
    """Bytes of every file, by its path below ``folder``."""


def cache_folder(cache: Path | None = None) -> Path:
    """``cache``, or where the environment says, or the system's place; not made."""
    if cache is not None:
        return cache
    if own := os.environ.get("TFODKIT_CACHE"):
        return Path(own).expanduser() / "zoo"
    if caches := os.environ.get("XDG_CACHE_HOME"):
        return Path(caches) / "tfodkit" / "zoo"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "tfodkit" / "zoo"


def cached_model(name: str, cache: Path) -> CachedModel | None:
    """The model of a template's name, if it is in the cache with every file at its full size."""
    folder = cache / name
    try:
        values = json.loads((folder / FETCHED).read_text(encoding="utf-8"))
        model = CachedModel(name=name, folder=folder, checkpoint=find_checkpoint(folder), **values)
        is_whole = all((folder / path).stat().st_size == size for path, size in model.files.items())
    except (OSError, ValueError, TypeError, AttributeError, CheckpointError):
        return None
    return model if is_whole else None


def note_fetched(folder: Path, source: str, *, archive_bytes: int | None, sha256: str | None) -> None:
    """Write :data:`FETCHED` into a model's folder, after a look at what is there.

    Raises:
        FetchError: the checkpoint is not whole, or the config can't be read.
    """
    _check_model(folder, source)
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in _walk(folder)}
    values = {"source": source, "archive_bytes": archive_bytes, "sha256": sha256, "files": files}
    write_text(folder / FETCHED, json.dumps(values, indent=2) + "\n")


def bytes_here(name: str, cache: Path) -> int | None:
    """Of a download that broke off; None where there is none."""
    archive = fetch_folder(name, cache) / "archive"
    return archive.stat().st_size if archive.is_file() else None


def fetch_folder(name: str, cache: Path) -> Path:
    """Where a model grows, claimed by whoever fetches it (:func:`tfodkit.atomic.claimed`)."""
    return cache / f".{name}.fetch"


def digest_file(name: str, cache: Path) -> Path:
    """Where the SHA-256 of a model's archive stays from its first fetch on."""
    return cache / f"{name}.sha256"


def remove_model(name: str, cache: Path | None = None) -> int:
    """Remove a model from the cache, or the part of it that is there; its SHA-256 stays.

    Returns:
        The bytes that are free now; 0 where nothing was there.

    Raises:
        UsageError: the zoo has no model of that name.
        OutputError: another process is fetching it; or the folder was not made by a fetch.
    """
    name, cache = zoo_model(name).name, cache_folder(cache)
    folder, growing = cache / name, fetch_folder(name, cache)
    if not folder.exists() and not growing.exists():
        return 0
    if folder.exists() and not (folder / FETCHED).is_file():
        what = f"holds no {FETCHED}: something else than a fetch made the folder"
        raise OutputError(str(folder), what, "Remove it yourself, or choose another --cache.")
    with _alone(growing, folder):
        count = sum(path.stat().st_size for place in (folder, growing) for path in _walk(place))
        if folder.exists():
            folder.rename(growing / "removed")  # a kill from here on leaves half a model to nobody
        for path in growing.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != atomic.LOCK:
                path.unlink()
    return count


@contextmanager
def _alone(growing: Path, folder: Path) -> Iterator[None]:
    try:
        with atomic.claimed(growing):
            yield
    except BlockingIOError as error:
        raise OutputError(str(folder), "another process is fetching it", "Wait until it has ended.") from error


def _check_model(folder: Path, source: str) -> None:
    try:
        read_index(find_checkpoint(folder / CHECKPOINT))
        parse_old_pipeline(read_text(folder / CONFIG), CONFIG)
    except TfodkitError as error:
        raise _no_model(source, f"{Path(error.problems[0].where).name}: {error.problems[0].what}") from error


def _no_model(source: str, what: str) -> FetchError:
    return FetchError(source, f"what it holds is no model: {what}", "Fetch it from another --mirror.")


def _walk(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != atomic.LOCK)

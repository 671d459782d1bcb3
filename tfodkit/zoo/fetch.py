"""One model into the cache: found there, or downloaded, checked, unpacked and put there whole."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tfodkit import atomic
from tfodkit.config.templates import template_names
from tfodkit.errors import FetchError, OutputError, UsageError
from tfodkit.files import folder_atomic, sha256, write_text
from tfodkit.zoo.cache import (
    FETCHED,
    CachedModel,
    cache_folder,
    cached_model,
    digest_file,
    fetch_folder,
    note_fetched,
)
from tfodkit.zoo.catalogue import ZOO, ZooModel, zoo_model
from tfodkit.zoo.download import forget, room_for
from tfodkit.zoo.sources import addresses, chosen_mirror, digest_in, download_first, in_folder, published_digest
from tfodkit.zoo.unpacking import CHECKPOINT, CONFIG, kept_files, unpack
from tfodkit.zoo.watch import Watch

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BETWEEN_WORDS = 10.0


def fetch_model(
    name: str, *, mirror: str | Path | None = None, cache: Path | None = None, watch: Watch | None = None
) -> CachedModel:
    """A published checkpoint, out of the cache or fetched into it. Does not import TensorFlow.

    A download that breaks off goes on at the next call. Where two processes want the same model, one fetches it and the
    other waits.

    Args:
        name: a template's name, or the archive's as in ``ssd_mobilenet_v2_320x320_coco17_tpu-8``.
        mirror: an address, or a folder with archives or unpacked models; unless given,
            ``$TFODKIT_ZOO_MIRROR`` or the zoo itself.
        cache: the folder to keep it in; unless given, as :mod:`tfodkit.zoo.cache` has it.
        watch: who is told how it goes.

    Raises:
        UsageError: there is no such model or mirror.
        FetchError: it can't be had, is damaged, or is not to be trusted.
        OutputError: the cache can't be written, or has no room.
    """
    model, place, watch = zoo_model(name), cache_folder(cache), watch or Watch()
    if found := cached_model(model.name, place):
        return found
    origin = _origin(model, mirror)
    with _alone(model, place, watch) as growing:
        if found := cached_model(model.name, place):  # fetched by another process meanwhile
            return found
        if isinstance(origin, Path):
            _from_folder(model, origin, place, watch)
        else:
            _from_server(model, origin, growing / "archive", place, watch)
        found = cached_model(model.name, place)
    if found is None:
        raise OutputError(str(place / model.name), "what was fetched has gone again", "Choose another --cache.")
    return found


def checkpoint_for(
    template: str, *, mirror: str | Path | None = None, cache: Path | None = None, watch: Watch | None = None
) -> Path:
    """The checkpoint of a template's own model, ``…/checkpoint/ckpt-0``; arguments and errors of :func:`fetch_model`.

    Raises:
        UsageError: ``template`` is a config of the user's own: nobody knows which model it is of.
    """
    if template not in template_names() and Path(template).is_file():
        what = "the template is a file of your own, and the zoo knows its own models only"
        raise UsageError("--checkpoint zoo", what, "Run tfodkit zoo fetch NAME, and pass the folder that it prints.")
    return fetch_model(template, mirror=mirror, cache=cache, watch=watch).checkpoint


def _origin(model: ZooModel, mirror: str | Path | None) -> Path | list[str]:
    """What a folder has of it, or the addresses to ask."""
    chosen = chosen_mirror(mirror)
    return in_folder(model, chosen) if isinstance(chosen, Path) else addresses(model, chosen)


@contextmanager
def _alone(model: ZooModel, place: Path, watch: Watch) -> Iterator[Path]:
    """The folder that the model grows in, once no other process has it."""
    growing = fetch_folder(model.name, place)
    said = -SECONDS_BETWEEN_WORDS
    with ExitStack() as stack:
        while not _is_claimed(growing, stack):
            if time.monotonic() - said >= SECONDS_BETWEEN_WORDS:
                said = time.monotonic()
                watch.say(f"{model.name}: another process is fetching it; waiting")
            time.sleep(SECONDS_BETWEEN_LOOKS)
        yield growing


def _is_claimed(growing: Path, stack: ExitStack) -> bool:
    try:
        growing.parent.mkdir(parents=True, exist_ok=True)
        stack.enter_context(atomic.claimed(growing))
    except BlockingIOError:
        return False
    except OSError as error:
        what = f"can't be written: {error.strerror or error}"
        raise OutputError(str(growing.parent), what, "Choose another place with --cache or $TFODKIT_CACHE.") from error
    return True


def _from_server(model: ZooModel, urls: list[str], archive: Path, place: Path, watch: Watch) -> None:
    url = download_first(urls, archive, model.name, watch)
    try:
        published = None if url.startswith(ZOO) else published_digest(url)
        _from_archive(model, archive, url, place, published, watch)
    except FetchError:
        forget(archive)  # what can't be used must not be gone on with
        raise
    forget(archive)


def _from_folder(model: ZooModel, found: Path, place: Path, watch: Watch) -> None:
    try:
        if found.is_file():
            beside = found.with_name(f"{found.name}.sha256")
            digest = digest_in(beside.read_bytes(), str(beside)) if beside.is_file() else None
            _from_archive(model, found, str(found), place, digest, watch)
        else:
            _copy(model, found, place)
    except OSError as error:
        what = f"can't be read: {error.strerror or error}"
        raise FetchError(str(error.filename or found), what, "Check its permissions.") from error


def _copy(model: ZooModel, found: Path, place: Path) -> None:
    checkpoint = [path for path in sorted((found / CHECKPOINT).glob("[!.]*")) if path.is_file()]
    room_for(sum(path.stat().st_size for path in checkpoint), place)
    with folder_atomic(place / model.name, force=True, marker=FETCHED) as folder:
        (folder / CHECKPOINT).mkdir()
        shutil.copyfile(found / CONFIG, folder / CONFIG)
        for path in checkpoint:
            shutil.copyfile(path, folder / CHECKPOINT / path.name)
        note_fetched(folder, str(found), archive_bytes=None, sha256=None)


def _from_archive(
    model: ZooModel, archive: Path, source: str, place: Path, published: str | None, watch: Watch
) -> None:
    watch.say(f"{model.name}: checking and unpacking")
    digest = sha256(archive)
    _compare(digest, published, source, "the .sha256 beside it says")
    first = digest_file(model.name, place)
    if first.is_file():
        what = f"{first} says of the first fetch"
        _compare(digest, digest_in(first.read_bytes(), str(first)), source, what, f" Or remove {first}.")
    kept = kept_files(archive, source)
    room_for(sum(file.size for file in kept), place)
    with folder_atomic(place / model.name, force=True, marker=FETCHED) as folder:
        unpack(archive, source, kept, folder)
        note_fetched(folder, source, archive_bytes=archive.stat().st_size, sha256=digest)
    write_text(first, f"{digest}  {model.archive.name}\n")


def _compare(found: str, expected: str | None, source: str, who: str, more: str = "") -> None:
    if expected not in {None, found}:
        what = f"the archive's SHA-256 is {found}, but {who} {expected}"
        raise FetchError(source, what, f"Fetch it from a place that you trust, with --mirror.{more}")

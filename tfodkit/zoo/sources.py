"""Where a model can be had: at the zoo's address, at a mirror's, or in a folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tfodkit.errors import FetchError, UsageError
from tfodkit.zoo.catalogue import ARCHIVE, ZOO, ZooModel
from tfodkit.zoo.connection import AbsentError, DroppedError, answer, checked_url
from tfodkit.zoo.download import download
from tfodkit.zoo.unpacking import CONFIG
from tfodkit.zoo.watch import Watch

MIRROR = "TFODKIT_ZOO_MIRROR"
"""The variable of the environment that names a mirror."""
_DIGEST = re.compile(r"\s*(?P<digest>[0-9A-Fa-f]{64})(\s.*)?", re.DOTALL)
_LARGEST_DIGEST_FILE = 4096


def addresses(model: ZooModel, mirror: str | None) -> list[str]:
    """Where an archive may be, the likeliest first; ``mirror`` is an address, None the zoo's own.

    A mirror may keep the zoo's folders by date or none, and the archive's name or the template's.
    """
    if mirror is None:
        return [f"{ZOO}/{model.archive}"]
    base = checked_url(mirror)
    return [f"{base}/{path}" for path in _paths(model)]


def in_folder(model: ZooModel, mirror: Path) -> Path:
    """The archive, or the unpacked model, in a folder that mirrors the zoo.

    Raises:
        UsageError: there is no such folder.
        FetchError: the model is not in it.
    """
    if not mirror.is_dir():
        raise UsageError(f"--mirror {mirror}", "there is no such folder", "Pass a folder, or an address with https://.")
    for path in _paths(model):
        if (mirror / path).is_file():
            return mirror / path
    for path in _paths(model):
        if (mirror / path.removesuffix(ARCHIVE) / CONFIG).is_file():
            return mirror / path.removesuffix(ARCHIVE)
    names = " nor ".join(dict.fromkeys((f"{model.published_name}{ARCHIVE}", f"{model.name}{ARCHIVE}")))
    what = f"it holds neither {names}, nor a folder of that name with {CONFIG}"
    raise FetchError(str(mirror), what, "Copy the archive there, or pass another --mirror.")


def chosen_mirror(mirror: str | Path | None) -> str | Path | None:
    """The mirror that was asked for, or the environment's: an address as text, a folder as path; None for the zoo."""
    mirror = mirror or os.environ.get(MIRROR) or None
    return Path(mirror).expanduser() if mirror is not None and "://" not in str(mirror) else mirror


def download_first(urls: list[str], archive: Path, name: str, watch: Watch) -> str:
    """Have the archive in ``archive``, from the first of the addresses that has it; returns that address.

    Raises:
        FetchError: no address has it; or as :func:`tfodkit.zoo.download.download`.
    """
    said = ""
    for url in urls:
        watch.say(f"{name}: asking {url}")
        try:
            download(url, archive, name, watch)
        except AbsentError as error:
            said = str(error)
        else:
            return url
    others = "".join(f", nor {url}" for url in urls[1:])
    what = f"there is no such file: the server answered {said}" if not others else f"there is no such file{others}"
    raise FetchError(urls[0], what, "Check the address, or pass another --mirror.")


def published_digest(url: str) -> str | None:
    """The SHA-256 that stands in the file ``.sha256`` beside an archive; None where there is no such file.

    Raises:
        FetchError: something else stands in it, or it can't be had.
    """
    beside = f"{url}.sha256"
    try:
        with answer(beside, {"Accept-Encoding": "identity"}) as begun:
            text = b""
            for block in begun.blocks():
                text += block
                if len(text) > _LARGEST_DIGEST_FILE:
                    break
    except AbsentError:
        return None
    except DroppedError as error:
        raise FetchError(beside, f"can't be read: {error}", "Run the command again.") from error
    return digest_in(text, beside)


def digest_in(text: bytes, where: str) -> str:
    """The SHA-256 with which a file begins, as ``sha256sum`` writes it.

    Raises:
        FetchError: it begins with something else.
    """
    found = _DIGEST.fullmatch(text.decode("utf-8", errors="replace"))
    if not found:
        raise FetchError(where, "must begin with 64 hexadecimal digits, as sha256sum has them", "Mend or remove it.")
    return found["digest"].lower()


def _paths(model: ZooModel) -> list[str]:
    return list(dict.fromkeys((f"{model.name}{ARCHIVE}", model.archive.name, str(model.archive))))

"""Class names as parts of file names: any name, on any file system, without collisions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

MAX_STEM = 64
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


def file_stems(names: Iterable[str]) -> dict[str, str]:
    """A part of a file name for each class name: itself where it is plain, else its plain letters and a hash.

    Plain are ASCII letters, digits, ``_``, ``.`` and ``-``, up to 64 of them; so no stem has a space, a slash or a
    character of a glob. Names that differ only in case get a hash each, for file systems that can't tell them apart.

    >>> file_stems(["mug", "crêpe/egg"])
    {'mug': 'mug', 'crêpe/egg': 'crepe_egg-1657f834'}
    """
    names = list(names)
    folded = Counter(name.casefold() for name in names)
    return {name: name if _is_plain(name) and folded[name.casefold()] == 1 else _hashed(name) for name in names}


def _is_plain(name: str) -> bool:
    return len(name) <= MAX_STEM and not _UNSAFE.search(name)


def _hashed(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{_UNSAFE.sub('_', letters).strip('_')[:MAX_STEM] or 'class'}-{digest}"

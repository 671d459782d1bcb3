"""Names of record files: of any class or folder, on any file system, without collisions; and of their shards."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

RECORD_SUFFIX = ".record"
_SHARD_DIGITS = 5
_SHARD = re.compile(r"(?P<front>.*\.record-)\d+(?P<back>-of-\d+)")

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


def shard_names(stem: str, count: int) -> list[str]:
    """The names of the files of a group in ``count`` shards, as TensorFlow names them; one file has no number.

    >>> shard_names("train_mug", 1), shard_names("val_mug", 2)
    (['train_mug.record'], ['val_mug.record-00000-of-00002', 'val_mug.record-00001-of-00002'])
    """
    whole = f"{stem}{RECORD_SUFFIX}"
    if count == 1:
        return [whole]
    digits = max(_SHARD_DIGITS, len(str(count)))
    return [f"{whole}-{number:0{digits}}-of-{count:0{digits}}" for number in range(count)]


def shard_pattern(names: Sequence[str]) -> str:
    """The pattern, in the manner of the shell, that matches the names of all shards of a group, and no other.

    >>> shard_pattern(["val_mug.record-00000-of-00002", "val_mug.record-00001-of-00002"])
    'val_mug.record-?????-of-00002'
    """
    first = names[0]
    if len(names) == 1 or not (match := _SHARD.fullmatch(first)):
        return first
    digits = len(first) - len(match["front"]) - len(match["back"])
    return f"{match['front']}{'?' * digits}{match['back']}"


def is_record_name(name: str) -> bool:
    """True for what a record file, or a shard of one, is called."""
    return name.endswith(RECORD_SUFFIX) or _SHARD.fullmatch(name) is not None


def _is_plain(name: str) -> bool:
    return len(name) <= MAX_STEM and not _UNSAFE.search(name)


def _hashed(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{_UNSAFE.sub('_', letters).strip('_')[:MAX_STEM] or 'class'}-{digest}"

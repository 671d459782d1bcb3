"""Where records are: of a folder that make-records wrote, or of anybody's; one file, or a pattern of shards."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tfodkit.errors import Problem, RecordError
from tfodkit.records.manifest import LABEL_MAP, MANIFEST, RecordManifest
from tfodkit.records.tfrecord import FRAME_BYTES, LENGTH

_IS_RECORD = re.compile(r".*(\.record|\.records|\.tfrecord|\.tfrecords|\.tfrec)(-\d+-of-\d+)?|.+-\d+-of-\d+", re.I)
_SHARD = re.compile(r"(?P<front>.*)-(?P<number>\d+)-of-(?P<count>\d+)(?P<back>\.\w+)?")
_SPLIT_WORDS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "eval", "evaluation"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
ANY_SPLIT = "all"
"""Of a file whose name does not tell."""


@dataclass(frozen=True, slots=True)
class RecordSource:
    """One record file."""

    path: Path
    split: str
    """As the manifest says; without one, what the name of the file or of its folder tells, or ``all``."""


@dataclass(frozen=True, slots=True)
class RecordSet:
    """Record files that belong together."""

    folder: Path
    sources: tuple[RecordSource, ...]
    """As the manifest orders them; without one sorted by path."""
    manifest: RecordManifest | None
    """None where the files are not make-records', or not all of a folder's."""
    label_map: Path | None
    """None where there is none, or more than one."""
    is_ours: bool
    """True where a manifest of make-records lies beside them."""

    @property
    def splits(self) -> tuple[str, ...]:
        """Those that occur: train, val, test, then others, each once."""
        known = ("train", "val", "test", ANY_SPLIT)
        return tuple(split for split in known if any(source.split == split for source in self.sources))

    def count(self) -> int:
        """Records in all, as far as their lengths can be followed: nothing else is read."""
        return sum(_count(source.path) for source in self.sources)

    def title(self, path: Path) -> str:
        """A file's name as messages have it: relative to the folder."""
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else str(path)

    def missing_shards(self) -> list[Problem]:
        """Shards that the names of others tell of: ``x-00001-of-00003`` says that there are three."""
        names = {str(source.path) for source in self.sources}
        absent: dict[str, None] = {}
        for name in sorted(names):
            if match := _SHARD.fullmatch(name):
                absent.update(dict.fromkeys(shard for shard in _all_shards(match) if shard not in names))
        return [Problem(name, "this shard is missing: others count it", "Get the whole set.") for name in absent]


def find_records(place: Path | str, *, label_map: Path | None = None) -> RecordSet:
    """The records at ``place``: a folder, a record file, or a pattern such as ``records/val_*.record-*``.

    A folder's manifest tells its files; without one, every file in it or below whose name is a record's is taken. The
    label map is ``label_map`` where it is given, else the folder's ``label_map.pbtxt``, else its only ``.pbtxt``.

    Raises:
        RecordError: there are none; the manifest is damaged.
    """
    place = Path(place)
    if place.is_dir():
        found = _of_folder(place)
    elif place.exists():
        found = _of_files(place.parent, [place])
    elif matches := sorted(Path(name) for name in glob.glob(str(place))):  # noqa: PTH207 - it may be absolute
        found = _of_files(matches[0].parent, matches)
    else:
        raise RecordError(str(place), "there are no records here", "Pass a records folder, a record file or a pattern.")
    return replace(found, label_map=label_map or found.label_map)


def _of_folder(folder: Path) -> RecordSet:
    if (folder / MANIFEST).is_file():
        manifest = RecordManifest.read(folder)
        sources = tuple(RecordSource(folder / file.name, file.split) for file in manifest.files)
        return RecordSet(folder, sources, manifest, folder / LABEL_MAP, is_ours=True)
    paths = sorted(path for path in folder.rglob("*") if _IS_RECORD.fullmatch(path.name) and path.is_file())
    if not paths:
        what = f"the folder holds no {MANIFEST}, and no file that is called like a record"
        raise RecordError(str(folder), what, "Pass the folder that make-records wrote, or a record file.")
    return RecordSet(folder, tuple(_by_name(paths, folder)), None, _only_label_map(folder), is_ours=False)


def _of_files(folder: Path, paths: Iterable[Path]) -> RecordSet:
    splits: dict[str, str] = {}
    if (folder / MANIFEST).is_file():
        splits = {file.name: file.split for file in RecordManifest.read(folder).files}
    named = [source for source in _by_name(paths, folder) if source.path.is_file()]
    sources = tuple(RecordSource(source.path, splits.get(source.path.name, source.split)) for source in named)
    if not sources:
        raise RecordError(str(folder), "the pattern matches folders only", "Pass a pattern of record files.")
    return RecordSet(folder, sources, None, _only_label_map(folder), is_ours=bool(splits))


def _by_name(paths: Iterable[Path], folder: Path) -> Iterator[RecordSource]:
    for path in paths:
        inside = path.relative_to(folder).parts if path.is_relative_to(folder) else (path.name,)
        yield RecordSource(path, next(filter(None, map(_split_of, reversed(inside))), ANY_SPLIT))


def _split_of(name: str) -> str | None:
    words = re.split(r"[^a-z]+", name.lower())
    return next((_SPLIT_WORDS[word] for word in words if word in _SPLIT_WORDS), None)


def _only_label_map(folder: Path) -> Path | None:
    """The folder's label map, else the one below it, else one of several that say the same."""
    if (folder / LABEL_MAP).is_file():
        return folder / LABEL_MAP
    paths = sorted(path for path in folder.rglob("*.pbtxt") if path.is_file())
    return paths[0] if paths and len({path.read_bytes() for path in paths}) == 1 else None


def _all_shards(match: re.Match[str]) -> Iterator[str]:
    digits, count = len(match["number"]), int(match["count"])
    for number in range(min(count, 100_000)):
        yield f"{match['front']}-{number:0{digits}}-of-{match['count']}{match['back'] or ''}"


def _count(path: Path) -> int:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            count = place = 0
            while place + FRAME_BYTES <= size:
                place += FRAME_BYTES + LENGTH.unpack(file.read(LENGTH.size))[0]
                file.seek(place)
                count += place <= size
    except (OSError, OverflowError):
        return 0
    return count

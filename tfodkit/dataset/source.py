"""Finds out what a data set on the disk is: where its images are, and its annotations, and in which format.

People's folders, all of which :func:`open_source` takes::

    pics/a.jpg  pics/a.xml                         annotations beside the images, in folders below as well
    pics/…  --annotations elsewhere/               two folders, or a .json or .csv file
    VOC2012/{JPEGImages,Annotations,ImageSets}/    a Pascal VOC devkit
    data/{images,labels}/  data/data.yaml          YOLO's two trees, or train/{images,labels}
    data/images/  data/annotations/*.json          COCO
    data.yaml, boxes.csv or instances.json         the file itself
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path

from tfodkit import files
from tfodkit.annotations.drafts import Reading
from tfodkit.errors import DataError, UsageError
from tfodkit.images.index import IMAGE_SUFFIXES, ImageIndex, require_folder

HEAD_BYTES = 64 << 10
LOOKED_AT = 200
"""So many files of a suffix are opened to see whether they are annotations."""
IMAGE_FOLDERS = ("JPEGImages", "images", "Images")
ANNOTATION_FOLDERS = ("Annotations", "annotations", "labels")
NO_ANNOTATIONS = frozenset({"classes.txt"})

_VOC = re.compile(rb"<annotation[\s>]")
_COCO = re.compile(rb'"(images|annotations|categories)"\s*:\s*\[')


@dataclass(frozen=True, slots=True)
class Source:
    """A data set on the disk: nothing of it has been read but names."""

    format: str
    """``voc``, ``coco``, ``yolo`` or ``csv``."""
    images: ImageIndex
    root: Path
    """The folder that the annotation files lie below."""
    paths: tuple[Path, ...]
    """The annotation files, sorted; of YOLO's perhaps a ``.yaml`` with the names of classes first."""

    def readings(self) -> Iterator[Reading]:
        """What each file says, one after the other."""
        module, function = FORMATS[self.format].reader
        read: Callable[[Path, Sequence[Path], ImageIndex], Iterator[Reading]]
        read = getattr(import_module(f"tfodkit.annotations.{module}"), function)
        return read(self.root, self.paths, self.images)


@dataclass(frozen=True, slots=True)
class _Format:
    """How annotations of one format are recognised and read."""

    title: str
    suffix: str
    is_one: Callable[[Path], bool]
    """By a look at the file's head; false for what can't be read."""
    reader: tuple[str, str]
    """Module and function, imported when used: plain VOC needs none of what the others need."""


def _is_voc(path: Path) -> bool:
    return _VOC.search(_head(path)) is not None


def _is_coco(path: Path) -> bool:
    return _COCO.search(_head(path)) is not None


def _is_yolo(path: Path) -> bool:
    from tfodkit.annotations.yolo_reader import looks_like_yolo

    return looks_like_yolo(_head(path).decode(errors="replace"))


def _is_csv(path: Path) -> bool:
    from tfodkit.annotations.csv_reader import looks_like_csv

    return looks_like_csv(_head(path).decode(errors="replace").split("\n", 1)[0])


FORMATS: Mapping[str, _Format] = {
    "voc": _Format("VOC .xml", ".xml", _is_voc, ("voc_reader", "read_voc")),
    "coco": _Format("COCO .json", ".json", _is_coco, ("coco_reader", "read_coco")),
    "yolo": _Format("YOLO .txt", ".txt", _is_yolo, ("yolo_reader", "read_yolo")),
    "csv": _Format(".csv", ".csv", _is_csv, ("csv_reader", "read_csv")),
}
FILE_FORMATS = {".json": "coco", ".csv": "csv", ".yaml": "yolo", ".yml": "yolo"}
"""What a file is that is passed in place of a folder."""


def open_source(images: Path, annotations: Path | None = None, format: str | None = None) -> Source:  # noqa: A002
    """The data set that ``images``, a folder or a file, stands for, with its annotations wherever they are.

    Raises:
        DataError: a path is not there, there are no annotations, or those of several formats and no ``format``.
        UsageError: there is no such ``format``, or the file that is passed has another.
    """
    if format not in (None, *FORMATS):
        raise UsageError(f"--format {format}", "there is no such format", f"Pass {_either(FORMATS)}.")
    if annotations is None and _is_annotation_file(images):
        base = _base_of(images)
        return _of_file(images, ImageIndex(image_folder(base)), base, format)
    require_folder(images)
    index = ImageIndex(image_folder(images))
    if annotations is None:
        home = images if index.folder == images else index.folder.parent
        return _of_folder(home, index, format, sibling=_sibling(images))
    if _is_annotation_file(annotations):
        return _of_file(annotations, index, _base_of(annotations), format)
    require_folder(annotations)
    return _of_folder(annotations, index, format, sibling=None)


def image_folder(folder: Path) -> Path:
    """Where the images of the data set in ``folder`` are: a folder named for them below it, else ``folder`` itself.

    Raises:
        DataError: there are several devkits below it.
    """
    for name in IMAGE_FOLDERS:
        if (folder / name).is_dir():
            return folder if _has_images(folder) else folder / name
    devkits = sorted(path.parent for path in folder.glob("*/JPEGImages") if path.is_dir())
    if len(devkits) > 1:
        names = ", ".join(devkit.name for devkit in devkits)
        raise DataError(str(folder), f"the folder holds several data sets: {names}", "Pass one of them.")
    return devkits[0] / "JPEGImages" if devkits else folder


def _has_images(folder: Path) -> bool:
    return any(path.suffix.lower() in IMAGE_SUFFIXES for path in folder.iterdir())


def _is_annotation_file(path: Path) -> bool:
    return path.suffix.lower() in FILE_FORMATS and path.is_file()


def _base_of(path: Path) -> Path:
    """The data set's folder, of an annotation file in it: COCO's lie in a folder of their own."""
    is_apart = path.absolute().parent.name in ANNOTATION_FOLDERS
    return Path(os.path.normpath(path.parent / "..")) if is_apart else path.parent


def _of_file(path: Path, images: ImageIndex, base: Path, wanted: str | None) -> Source:
    found = FILE_FORMATS[path.suffix.lower()]
    if wanted not in (None, found):
        raise UsageError(f"--format {wanted}", f"{path.name} is {FORMATS[found].title}", f"Pass --format {found}.")
    if found != "yolo":
        return Source(found, images, path.parent, (path,))
    texts = _of_folder(_below(path, base), images, "yolo", sibling=None)
    return Source("yolo", images, texts.root, (path, *texts.paths))


def _below(data_yaml: Path, base: Path) -> Path:
    """The folder that a ``data.yaml`` means with ``path``, where it lies below the file's own, else that one.

    Others are another machine's, as a rule, and nobody's business here.
    """
    from tfodkit.annotations.faults import FaultError
    from tfodkit.annotations.yolo_names import load_yaml

    try:
        path = load_yaml(data_yaml).get("path", ".")
    except FaultError:  # the reader will name it
        return base
    meant = base / path if isinstance(path, str) else base
    return meant if meant.is_dir() and meant.resolve().is_relative_to(base.resolve()) else base


def _of_folder(folder: Path, images: ImageIndex, wanted: str | None, *, sibling: Path | None) -> Source:
    by_format = _candidates(folder)
    if wanted:
        paths = _sure(wanted, by_format[wanted]) or by_format[wanted]
        if not paths:
            raise _nothing(folder, [wanted], sibling)
        return Source(wanted, images, _root_of(paths, folder, images), tuple(paths))
    sure = {name: recognised for name, paths in by_format.items() if (recognised := _sure(name, paths))}
    # Where nothing looks like an annotation, a reader can say best what is wrong with the files that are there.
    found = sure or {name: paths for name, paths in by_format.items() if _is_likely(name, paths, images)}
    if not found:
        raise _nothing(folder, list(FORMATS), sibling)
    if len(found) > 1:
        raise _several(folder, found)
    ((name, paths),) = found.items()
    return Source(name, images, _root_of(paths, folder, images), tuple(paths))


def _candidates(folder: Path) -> dict[str, list[Path]]:
    """The files of each format's suffix in ``folder`` and below."""
    found, _ = files.walk_files(folder, frozenset(known.suffix for known in FORMATS.values()))
    by_suffix: dict[str, list[Path]] = {known.suffix: [] for known in FORMATS.values()}
    for path in found:
        if path.name not in NO_ANNOTATIONS and "ImageSets" not in path.relative_to(folder).parts:
            by_suffix[path.suffix.lower()].append(path)
    return {name: by_suffix[known.suffix] for name, known in FORMATS.items()}


def _sure(name: str, paths: Sequence[Path]) -> list[Path]:
    """The annotation files among ``paths``: of formats with one file an image all of them, once one was recognised."""
    is_one = FORMATS[name].is_one
    if not any(map(is_one, islice(paths, LOOKED_AT))):
        return []
    return list(paths) if name in ("voc", "yolo") else list(filter(is_one, paths))


def _is_likely(name: str, paths: Sequence[Path], images: ImageIndex) -> bool:
    """True where ``paths`` can hardly be meant as anything else; texts only where they are called as images are."""
    if name != "yolo":
        return bool(paths)
    stems = {image.stem for image in images.images} if paths else set()
    return any(path.stem in stems for path in paths)


def _root_of(paths: Sequence[Path], folder: Path, images: ImageIndex) -> Path:
    for root in (*(folder / name for name in ANNOTATION_FOLDERS), images.folder):
        if all(path.is_relative_to(root) for path in paths):
            return root
    return folder


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def _sibling(images: Path) -> Path | None:
    """A folder of annotations beside that of the images."""
    beside = (images.parent / name for name in ANNOTATION_FOLDERS)
    return next((path for path in beside if path.is_dir() and images.name), None)


def _nothing(folder: Path, formats: Sequence[str], sibling: Path | None) -> DataError:
    looked_for = _either([FORMATS[name].title for name in formats])
    remedy = f"Pass --annotations {sibling}." if sibling else "Pass --annotations with the folder or file of them."
    return DataError(str(folder), f"the folder has no annotations: no {looked_for} file", remedy)


def _several(folder: Path, found: Mapping[str, Sequence[Path]]) -> DataError:
    counts = ", ".join(f"{len(paths)} {FORMATS[name].title}" for name, paths in found.items())
    what = f"the folder has annotations of several formats: {counts}"
    return DataError(str(folder), what, f"Pass --format {_either(found)}.")


def _either(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last

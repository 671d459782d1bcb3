"""Records back to image files with labelImg's XML beside them: :func:`extract_records`."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from tfodkit import files
from tfodkit.annotations.losses import CROWD, KEYPOINTS, MASKS, Loss, count_extras, losses_of
from tfodkit.annotations.voc_writer import to_voc_xml
from tfodkit.dataset.label_map import LabelMap
from tfodkit.errors import OutputError, Problem
from tfodkit.images.index import IMAGE_SUFFIXES, leads_out
from tfodkit.records.manifest import LABEL_MAP
from tfodkit.records.reading import RecordedImage, made_up_name, read_all
from tfodkit.records.sources import ANY_SPLIT, RecordSet, find_records

MARKER = "extracted.txt"
"""In every folder that was extracted, and in no other: what may be replaced."""
LISTS = "ImageSets/Main"
"""The names of each split's images, where Pascal VOC has them."""

LONGEST_PART, LONGEST_NAME = 200, 1000
"""Bytes of a file's or folder's name, and of all of them: file systems take 255, and Linux paths 4,096."""

Progress = Callable[[int, int], None]
"""Called after each image with the images done and the images in all."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What :func:`extract_records` wrote."""

    output: Path
    images: int
    objects: int
    renamed: tuple[tuple[str, str], ...]
    """Images that can't have the name in their record, because it leads elsewhere or is taken, and the one they got."""
    losses: tuple[Loss, ...]
    """What VOC's XML can't hold."""
    left_out: tuple[Problem, ...]
    """Objects that are no annotations: an empty box, a blank label."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``--json``."""
        return {
            "output": str(self.output),
            "images": self.images,
            "objects": self.objects,
            "renamed": [{"recorded": name, "written": given} for name, given in self.renamed],
            "lost": {loss.what: loss.count for loss in self.losses},
            "left_out": [{"where": problem.where, "what": problem.what} for problem in self.left_out],
        }


def extract_records(
    place: Path | str,
    output: Path | str,
    *,
    label_map: Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Extraction:
    """Write the images in the records at ``place`` to the folder ``output``, byte for byte, each with its VOC XML.

    Images keep their names and subfolders. A name out of a record is not obeyed where it leads out of ``output``, is
    taken, or can't be a file's: the image is then called after its record. ``ImageSets/Main`` tells the splits. Nothing
    appears unless all of it does; with ``force`` the folder of an earlier extraction is replaced, and no other.

    Raises:
        RecordError: as :func:`~tfodkit.records.reading.read_records`.
        OutputError: ``output`` exists, or holds the records.
    """
    found, output = find_records(place, label_map=label_map), Path(output)
    _refuse_own_records(found, output)
    with files.folder_atomic(output, force=force, marker=MARKER) as folder:
        writer = _Writer(folder, output)
        total = found.count() if progress else 0
        for done, recorded in enumerate(read_all(found), start=1):
            writer.write(recorded)
            if progress:
                progress(done, total)
        writer.finish(found)
    return writer.extraction()


class _Writer:
    """Writes into ``folder``, which will be ``output``."""

    def __init__(self, folder: Path, output: Path) -> None:
        self._folder = folder
        self._output = output
        self._names = _Names()
        self._splits: dict[str, list[str]] = defaultdict(list)
        self._counts: Counter[str] = Counter()
        self._labels: set[str] = set()
        self._renamed: list[tuple[str, str]] = []
        self._left_out: list[Problem] = []
        self._images = self._objects = 0

    def write(self, recorded: RecordedImage) -> None:
        name = self._names.take(recorded)
        if name != recorded.annotation.name:
            self._renamed.append((recorded.annotation.name, name))
        annotation = replace(
            recorded.annotation, image=Path(self._output.resolve().name) / name, subfolder=_folder_of(name)
        )
        image = self._folder / name
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(recorded.content)
        (self._folder / self._names.xml_of(name)).write_bytes(to_voc_xml(annotation))
        self._images += 1
        self._objects += len(annotation.objects)
        self._splits[recorded.split].append(name)
        self._labels |= annotation.labels
        self._counts.update(count_extras([annotation], MASKS, KEYPOINTS, CROWD))
        self._left_out.extend(recorded.left_out)

    def finish(self, found: RecordSet) -> None:
        """The lists of splits, the label map and the marker."""
        for split, names in self._splits.items():
            if split != ANY_SPLIT:
                text = "".join(f"{name}\n" for name in sorted(names))
                files.write_text(self._folder / LISTS / f"{split}.txt", text)
        if found.label_map and found.label_map.is_file():
            files.write_bytes(self._folder / LABEL_MAP, found.label_map.read_bytes())
        elif self._labels:
            files.write_text(self._folder / LABEL_MAP, LabelMap.from_names(self._labels).to_pbtxt())
        counted = ", ".join(f"{len(names)} {split}" for split, names in self._splits.items())
        files.write_text(self._folder / MARKER, f"extracted from records by tfodkit: {counted}\n")

    def extraction(self) -> Extraction:
        return Extraction(
            output=self._output,
            images=self._images,
            objects=self._objects,
            renamed=tuple(self._renamed),
            losses=losses_of(self._counts),
            left_out=tuple(self._left_out),
        )


class _Names:
    """Gives every image a name of its own below the folder, its recorded one where that can be had."""

    def __init__(self) -> None:
        self._files = {_key(name) for name in (MARKER, LABEL_MAP, "ImageSets")}
        self._folders: set[str] = set()
        self._xml: dict[str, str] = {}

    def take(self, recorded: RecordedImage) -> str:
        """The name for an image, with ``/``; its XML's is taken with it."""
        own = made_up_name(recorded.file, recorded.number, recorded.format)
        suffix = PurePosixPath(own).suffix
        name = recorded.annotation.name
        if is_plain_name(name):
            name += "" if PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES else suffix
            if self._claim(name):
                return name
        tries = (f"{own.removesuffix(suffix)}{'_' * number}{suffix}" for number in range(LONGEST_PART))
        return next(name for name in tries if self._claim(name))

    def xml_of(self, name: str) -> str:
        """The name of the XML of a name that was taken."""
        return self._xml[name]

    def _claim(self, name: str) -> bool:
        path = PurePosixPath(name)
        folders = [_key(str(parent)) for parent in path.parents][:-1]
        if not self._is_free(name) or any(folder in self._files for folder in folders):
            return False
        xml = next(filter(self._is_free, (str(path.with_suffix(".xml")), f"{name}.xml")), None)
        if xml is None:
            return False
        self._files |= {_key(name), _key(xml)}
        self._folders.update(folders)
        self._xml[name] = xml
        return True

    def _is_free(self, name: str) -> bool:
        return _key(name) not in self._files and _key(name) not in self._folders


def is_plain_name(name: str) -> bool:
    """True for a relative path that stays below its folder, on whichever system, and that XML can hold."""
    parts = name.split("/")
    return (
        not leads_out(name)
        and not any(unicodedata.category(letter) in ("Cc", "Cs", "Cn") for letter in name)
        and "\\" not in name
        and all(part.strip(" .") and len(part.encode()) <= LONGEST_PART for part in parts)
        and len(name.encode()) <= LONGEST_NAME
    )


def _key(name: str) -> str:
    """Equal for names that are one file to some file system."""
    return unicodedata.normalize("NFC", name).casefold()


def _folder_of(name: str) -> str:
    return "" if "/" not in name else name.rpartition("/")[0]


def _refuse_own_records(found: RecordSet, output: Path) -> None:
    place = output.resolve()
    for source in found.sources:
        if source.path.resolve().is_relative_to(place):
            remedy = "Choose another place: the records would be lost."
            raise OutputError(str(output), f"the folder holds the records themselves: {source.path.name}", remedy)

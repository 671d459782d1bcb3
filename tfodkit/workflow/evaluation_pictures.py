"""The pictures of a truth: out of its records, or out of the folder of pictures that lies near its annotations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image

from tfodkit import files
from tfodkit.dataset.source import IMAGE_FOLDERS
from tfodkit.errors import DataError
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.examples import read_pictures
from tfodkit.evaluation.sources.truth import Truth
from tfodkit.evaluation_report.subject import Pictures
from tfodkit.images.index import IMAGE_SUFFIXES, ImageIndex, NoImageError
from tfodkit.inference.pictures import read_picture


def of_records(records: Sequence[Path], images: EvaluationSet) -> Pictures:
    """The pictures in record files, which hold ``images`` in their order."""

    def pictures(places: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        return _fitting(read_pictures(records, places), images)

    return pictures


def of_files(paths: Mapping[int, Path], images: EvaluationSet) -> Pictures:
    """The pictures in the files at some places of ``images``; those that can't be read are left out."""

    def read(places: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        for place in places:
            if place in paths:
                try:
                    yield place, read_picture(paths[place])
                except DataError:
                    continue

    def pictures(places: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        return _fitting(read(places), images)

    return pictures


def find_files(truth: Truth, folder: Path | None) -> dict[int, Path]:
    """The files of the images of ``truth`` by place, as far as they are in ``folder`` or below it.

    Without a folder, the one of pictures beside the annotations is looked into, where there is one.

    Raises:
        DataError: there is no such ``folder``.
    """
    folder = folder or _folder_near(Path(truth.where))
    if folder is None:
        return {}
    index, found = ImageIndex(folder), {}
    for place, names in enumerate(truth.names):
        for name in names:
            try:
                found[place] = index.find(name, stem="")
                break
            except NoImageError:
                continue
    return found


def _folder_near(annotations: Path) -> Path | None:
    """Where people keep the pictures: with the annotations, or in a folder of a usual name beside or above them."""
    base = annotations if annotations.is_dir() else annotations.parent
    named = [home / name for home in (base, base.parent) for name in IMAGE_FOLDERS if (home / name).is_dir()]
    return next(iter(named), base if files.list_files(base, IMAGE_SUFFIXES) else None)


def _fitting(pictures: Iterator[tuple[int, Image.Image]], images: EvaluationSet) -> Iterator[tuple[int, Image.Image]]:
    """Those of the size that the boxes are in: of another, boxes would lie in wrong places."""
    for place, picture in pictures:
        image = images.images[place]
        if picture.size == (image.width, image.height):
            yield place, picture

"""Where the annotation of each image goes, in formats with one file an image: the images' folders over again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tfodkit.annotations.values import ImageAnnotation
from tfodkit.errors import DataError


def place_beside(
    annotations: Iterable[ImageAnnotation], folder: Path, suffix: str
) -> Iterator[tuple[ImageAnnotation, Path]]:
    """Each annotation with its file ``<folder>/<subfolder>/<stem><suffix>``.

    Raises:
        DataError: two images of one subfolder differ in their suffix only, and would share the file.
    """
    taken: dict[Path, ImageAnnotation] = {}
    for annotation in annotations:
        path = folder / annotation.subfolder / f"{annotation.image.stem}{suffix}"
        first = taken.setdefault(path, annotation)
        if first is not annotation:
            what = f"the annotation would overwrite that of {first.image.name}: both are called {path.name}"
            raise DataError(annotation.name, what, "Rename one of the images.")
        yield annotation, path

"""Brings the pictures of a data set along to another folder, mended where that was asked for."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tfodkit import files
from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.survey import SurveyedImage
from tfodkit.errors import DataError

_SUFFIXES = {"jpeg": frozenset({".jpg", ".jpeg", ".jpe", ".jfif"}), "png": frozenset({".png"})}
_NEW_SUFFIX = {"jpeg": ".jpg", "png": ".png"}


@dataclass(frozen=True, slots=True)
class ImageCopies:
    """Where pictures go, and how."""

    folder: Path
    """Each picture lies below it as it lies below its own folder."""
    how: Literal["none", "copy", "link"]
    """``link`` makes symbolic links; what has to be mended is copied all the same."""


def place_images(images: Sequence[SurveyedImage], copies: ImageCopies) -> list[ImageAnnotation]:
    """Write the pictures; their annotations, in order, with the names that the pictures have now.

    A picture keeps its name but for a suffix that is no longer true, as of a WebP that became a JPEG.

    Raises:
        DataError: a picture can't be read or mended, or would overwrite another.
    """
    if copies.how == "none":
        return [image.annotation for image in images]
    taken = {image.annotation.name for image in images if image.mend is None}
    return [_place(image, copies, taken) for image in images]


def _place(image: SurveyedImage, copies: ImageCopies, taken: set[str]) -> ImageAnnotation:
    annotation = image.annotation
    try:
        if image.mend is not None:
            return _place_mended(image, copies, taken)
        path = copies.folder / annotation.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if copies.how == "link":
            path.symlink_to(annotation.image.resolve())
        else:
            shutil.copyfile(annotation.image, path)
    except OSError as error:
        if error.errno in files.FULL:
            raise  # not the image's fault: whoever made the folder says so
        raise DataError(str(annotation.image), f"can't be copied: {error.strerror}", "Check the file.") from error
    return annotation


def _place_mended(image: SurveyedImage, copies: ImageCopies, taken: set[str]) -> ImageAnnotation:
    from tfodkit.images.mends import mend_image

    annotation, mend = image.annotation, image.mend
    if mend is None:
        raise ValueError("the image must have something to mend")
    mended = mend_image(annotation.image.read_bytes(), image.facts, mend, where=str(annotation.image))
    if annotation.image.suffix.lower() not in _SUFFIXES[mended.format]:
        annotation = replace(annotation, image=annotation.image.with_suffix(_NEW_SUFFIX[mended.format]))
    if annotation.name in taken:
        what = f"mended, the image would overwrite {annotation.name}"
        raise DataError(str(image.annotation.image), what, "Rename one of them.")
    taken.add(annotation.name)
    files.write_bytes(copies.folder / annotation.name, mended.content)
    return annotation

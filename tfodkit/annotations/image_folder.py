"""Finds the image that an annotation belongs to."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path, PurePosixPath, PureWindowsPath

from tfodkit import files
from tfodkit.errors import DataError

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif"}
)
"""What people call an image. Which of them can be trained on is decided by the content, when it is read."""


class ImageFolder:
    """The images right in one folder, by name and by stem; listed once."""

    def __init__(self, folder: Path) -> None:
        """List ``folder``; :class:`DataError` where it is no folder."""
        require_folder(folder)
        self.folder = folder
        self.images = files.list_files(folder, IMAGE_SUFFIXES)
        self._by_name = {image.name: image for image in self.images}
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        for image in self.images:
            self._by_stem[image.stem].append(image)

    def find(self, filename: str, *, stem: str) -> Path:
        """The image of that ``filename``; else the one with that stem; else the one whose stem is ``stem``.

        So a name whose extension is missing or in another case still finds its image, and so does an annotation file
        that was renamed together with its image.

        Raises:
            LookupError: no image, or more than one with the stem; the text says which.
            ValueError: ``filename`` leads out of the folder; or it is one image while another has the stem ``stem``, as
                after images and XML were renumbered together, when boxes would silently go to a wrong picture.
        """
        if leads_out(filename):
            raise ValueError(f"{filename!r} leads out of the folder of the images")
        if filename in self._by_name:
            image, own = self._by_name[filename], self._by_stem.get(stem, [])
            if own and image not in own:
                raise ValueError(f"{filename!r} is another image than {own[0].name!r}, which is there too")
            return image
        for candidate in (PurePosixPath(filename).stem, stem):
            found = self._by_stem.get(candidate, [])
            if len(found) > 1:
                raise LookupError(f"{candidate!r} can be {' or '.join(image.name for image in found)}")
            if found:
                return found[0]
        raise LookupError(f"there is no image {filename!r}, nor one called {stem!r}, in {self.folder}")


def leads_out(filename: str) -> bool:
    """True for a path that is absolute, on whichever system, or climbs with ``..``."""
    windows, posix = PureWindowsPath(filename), PurePosixPath(filename)
    return bool(windows.anchor) or posix.is_absolute() or ".." in windows.parts or "\0" in filename


def require_folder(folder: Path) -> None:
    """Raise :class:`DataError` where ``folder`` is not there or is a file."""
    if not folder.exists():
        raise DataError(str(folder), "the folder does not exist", "Check the path.")
    if not folder.is_dir():
        raise DataError(str(folder), "this is a file, not a folder", "Pass the folder that it lies in.")

"""Images that need not be there: what annotations say can be compared without their pictures."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from tfodkit.images.index import IMAGE_SUFFIXES, ImageIndex


class PresumedImages(ImageIndex):
    """Stands where an :class:`ImageIndex` does, and takes annotations at their word: every image is found.

    An annotation file of one image, as labelImg writes it, is about the image of its own stem, by which labelImg goes
    too; its ``<filename>`` tells the extension. Elsewhere an image is called as the file calls it, folders and all.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.images = []
        self.loops = []

    def name_of(self, image: Path) -> str:
        """The image's name, with ``/``."""
        return image.as_posix()

    def find(self, filename: str, *, stem: str, subfolder: str = "") -> Path:
        """The image of that name; nobody looks whether it is there, or opens it."""
        named = PureWindowsPath(filename).as_posix()
        if not stem:
            return Path(named)
        suffix = PurePosixPath(named).suffix
        return Path(subfolder, stem + suffix if suffix.lower() in IMAGE_SUFFIXES else stem)

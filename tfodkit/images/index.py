"""Finds the image that an annotation belongs to."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath

from tfodkit import files
from tfodkit.errors import DataError
from tfodkit.findings import Rule
from tfodkit.images.rules import IMAGE_AMBIGUOUS, IMAGE_CONTRADICTED, IMAGE_MISSING, NAME_LEADS_OUT

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif"}
)
"""What people call an image. Which of them can be trained on is decided by the content, when it is read."""


class NoImageError(Exception):
    """No image can be told to be the one; ``rule`` is the one that is broken, ``what`` says why."""

    def __init__(self, rule: Rule, what: str) -> None:
        super().__init__(rule, what)
        self.rule = rule
        self.what = what


class ImageIndex:
    """The images in a folder and in the folders below it, by name and by stem; listed once.

    ``images`` are sorted by name; ``loops`` are links that lead back to a folder above themselves.
    """

    def __init__(self, folder: Path) -> None:
        """List ``folder``; :class:`DataError` where it is no folder."""
        require_folder(folder)
        self.folder = folder
        found, self.loops = files.walk_files(folder, IMAGE_SUFFIXES)
        self._by_name = {path.relative_to(folder).as_posix(): path for path in found}
        self._name_of = {path: name for name, path in self._by_name.items()}
        self.images = [self._by_name[name] for name in sorted(self._by_name)]

    @cached_property
    def _by_key(self) -> dict[str, list[Path]]:
        """The images that a name may mean; most data sets get by without."""
        by_key: dict[str, list[Path]] = defaultdict(list)
        for name, path in self._by_name.items():
            for key in {_key(path.name), _key(path.stem), _key(str(PurePosixPath(name).with_suffix("")))}:
                by_key[key].append(path)
        return by_key

    def name_of(self, image: Path) -> str:
        """The path below the folder, with ``/``: what tells one image of a data set from the other."""
        return self._name_of[image]

    def find(self, filename: str, *, stem: str, subfolder: str = "") -> Path:
        """The image of that ``filename``; else the one with its stem; else the one whose stem is ``stem``.

        ``filename`` may have folders in front of it. ``stem`` is that of the annotation file, where there is one for
        each image; ``subfolder`` is where that file lies below its folder: an image in the same subfolder goes before
        others. So a name whose extension is missing or in another case still finds its image, and so does an
        annotation file that was renamed together with its image. Upper and lower case and Unicode's two ways to write
        an accent make no difference where nothing else fits.

        Raises:
            NoImageError: there is no image, or more than one; ``filename`` leads out of the folder; or it is one image
                while another has the stem ``stem``, as after images and XML were renumbered together, when boxes would
                silently go to a wrong picture.
        """
        place = f"{subfolder}/{filename}" if subfolder else filename
        if place.rpartition(".")[0] == (f"{subfolder}/{stem}" if subfolder else stem) and place in self._by_name:
            return self._by_name[place]  # nearly always
        if leads_out(filename):
            raise NoImageError(NAME_LEADS_OUT, f"{filename!r} leads out of the folder of the images")
        wanted = PureWindowsPath(filename).as_posix() if filename else ""
        for exact in (f"{subfolder}/{wanted}" if subfolder else wanted, wanted):
            if image := self._by_name.get(exact):
                self._refuse_contradiction(image, stem, subfolder)
                return image
        tail = PurePosixPath(wanted)
        same_place = str(tail.with_suffix("")) if len(tail.parts) > 1 else ""
        for key in (same_place, tail.name, tail.stem, stem):
            if image := self._the_one(key, subfolder):
                return image
        also = f", nor one called {stem!r}," if stem else ""
        raise NoImageError(IMAGE_MISSING, f"there is no image {filename!r}{also} in {self.folder}")

    def _the_one(self, key: str, subfolder: str) -> Path | None:
        found = self._by_key.get(_key(key), []) if key else []
        beside = self.folder / subfolder if subfolder else self.folder
        for choice in ([path for path in found if path.parent == beside], found):
            same = [path for path in choice if key in (path.name, path.stem)]
            choice = same or choice  # noqa: PLW2901 - exact spelling goes before alike
            if len(choice) == 1:
                return choice[0]
            if choice:
                names = " or ".join(sorted(map(self.name_of, choice))[:3])
                raise NoImageError(IMAGE_AMBIGUOUS, f"{key!r} can be {names}")
        return None

    def _refuse_contradiction(self, image: Path, stem: str, subfolder: str) -> None:
        beside = self.folder / subfolder if subfolder else self.folder
        own = [path for path in self._by_key.get(_key(stem), []) if path.stem == stem and path.parent == beside]
        if own and image not in own:
            what = f"{image.name!r} is another image than {own[0].name!r}, which is there too"
            raise NoImageError(IMAGE_CONTRADICTED, what)


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


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()

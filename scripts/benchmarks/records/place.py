"""Where the benchmark keeps what it draws and writes: a folder outside the repository."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
EDITION = 1
"""Counted up whenever devkit.py draws other pictures, so that nobody compares with the old ones."""


@dataclass(frozen=True, slots=True)
class DrawnSet:
    """Which pictures."""

    pictures: int
    width: int
    height: int
    seed: int

    @property
    def name(self) -> str:
        return f"pictures-{self.pictures}-{self.width}x{self.height}-seed{self.seed}-v{EDITION}"

    def times(self, factor: int) -> DrawnSet:
        """Of the same kind, ``factor`` times as many."""
        return replace(self, pictures=factor * self.pictures)


@dataclass(frozen=True, slots=True)
class Devkit:
    """Drawn pictures with their annotations, as devkit.py lays them out."""

    folder: Path

    @property
    def year(self) -> Path:
        return self.folder / "VOC2012"

    @property
    def images(self) -> Path:
        return self.year / "JPEGImages"

    @property
    def annotations(self) -> Path:
        return self.year / "Annotations"

    @property
    def label_map(self) -> Path:
        return self.folder / "label_map.pbtxt"

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def read_once(self) -> None:
        """So that the page cache holds all, or for each contender the same part."""
        for path in self.files():
            path.read_bytes()


@dataclass(frozen=True, slots=True)
class Place:
    """The benchmark's folder."""

    folder: Path

    def devkit(self, drawn: DrawnSet) -> Devkit:
        """Drawn if it is not there yet; whole or absent."""
        folder = self.folder / drawn.name
        if not folder.is_dir():
            print(f"drawing {drawn.pictures} pictures into {folder}", file=sys.stderr)
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            options = [f"--{name}={getattr(drawn, name)}" for name in ("width", "height", "seed")]
            # in a process of its own: this one has to stay small (measured.py)
            subprocess.run([sys.executable, HERE / "devkit.py", part, str(drawn.pictures), *options], check=True)
            part.rename(folder)
        return Devkit(folder)

    @contextlib.contextmanager
    def fresh(self) -> Iterator[Path]:
        """A name for one run's result, free; what earlier runs wrote is on the disk, and removed after this one."""
        result = self.folder / f"result-{os.getpid()}"
        os.sync()
        try:
            yield result
        finally:
            if result.is_dir():
                shutil.rmtree(result)
            else:
                result.unlink(missing_ok=True)

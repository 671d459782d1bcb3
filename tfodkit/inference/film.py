"""Films and cameras, through OpenCV: frames as upright RGB pixels, and frames back into a film."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import DataError, OutputError

FILM_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm"})
USUAL_RATE = 25.0
"""Frames a second, of films and cameras that do not say."""
CODEC = "mp4v"
QUIT_KEYS = frozenset({ord("q"), 27})


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """``pixels`` are uint8 ``[height, width, 3]``, RGB; ``number`` counts from 0, ``seconds`` from the first frame."""

    number: int
    seconds: float
    pixels: NDArray[np.uint8]

    @property
    def size(self) -> int:
        """In pixels."""
        height, width, _ = self.pixels.shape
        return int(height * width)


class Film:
    """A film in a file: its ``name``, its ``rate`` in frames a second, the ``count`` of frames that it says it has."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            DataError: it can't be opened, or has no frame.
        """
        if not path.is_file():
            raise DataError(str(path), "there is no such film", "Check the path.")
        self.name = str(path)
        self._capture = _captured(str(path))
        if not self._capture.isOpened():
            remedy = "Convert it to an MP4 of H.264, or leave it out."
            raise DataError(self.name, "can't be opened as a film: it is damaged, or of an unknown kind", remedy)
        self.rate = _rate(self._capture)
        frames = self._capture.get(_cv2().CAP_PROP_FRAME_COUNT)
        self.count = int(frames) if math.isfinite(frames) and frames > 0 else None

    def frames(self) -> Generator[Frame]:
        """All that can be decoded; the source is closed then."""
        with contextlib.closing(_Closing(self._capture)):
            for number, pixels in enumerate(_read(self._capture)):
                yield Frame(number, number / self.rate, pixels)


class Camera:
    """A camera by its number, from 0."""

    count: int | None = None

    def __init__(self, device: int, *, seconds: float | None = None) -> None:
        """Open it; its frames end after ``seconds``.

        Raises:
            DataError: there is no such camera, or it is in use.
        """
        self.name = f"camera {device}"
        self._seconds = math.inf if seconds is None else seconds
        self._capture = _captured(device)
        if not self._capture.isOpened():
            remedy = "Connect one, close the program that has it, or pass another number."
            raise DataError(f"--camera {device}", "there is no such camera, or another program uses it", remedy)
        self.rate = _rate(self._capture)

    def frames(self) -> Generator[Frame]:
        """As they come, until the time is over or the camera is gone; frames that nobody took in time are lost."""
        began = time.monotonic()
        with contextlib.closing(_Closing(self._capture)):
            for number, pixels in enumerate(_read(self._capture)):
                seconds = time.monotonic() - began
                if seconds > self._seconds:
                    return
                yield Frame(number, seconds, pixels)


FrameSource: TypeAlias = Film | Camera


class FilmWriter:
    """An MP4 that keeps the time of its frames: one that comes late is shown for longer."""

    def __init__(self, path: Path, rate: float) -> None:
        self._path, self._rate = path, rate
        self._writer: Any = None
        self._written = 0

    def write(self, pixels: NDArray[np.uint8], seconds: float) -> None:
        """Show RGB ``pixels`` until ``seconds``, counted from the film's start.

        Raises:
            OutputError: this OpenCV can't write an MP4.
        """
        cv2 = _cv2()
        if self._writer is None:
            height, width, _ = pixels.shape
            self._writer = cv2.VideoWriter(str(self._path), cv2.VideoWriter_fourcc(*CODEC), self._rate, (width, height))
            if not self._writer.isOpened():
                what = f"this OpenCV {cv2.__version__} can't write a film ({CODEC})"
                raise OutputError(str(self._path), what, "Pass --no-pictures, for the JSON alone.")
        until = round(seconds * self._rate) + 1
        for _ in range(until - self._written):
            self._writer.write(np.ascontiguousarray(pixels[:, :, ::-1]))
        self._written = max(until, self._written)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()


class Window:
    """A window for frames, where there is a display; else nothing."""

    def __init__(self, title: str) -> None:
        has_display = sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
        self._title = title if has_display else None

    def show(self, pixels: NDArray[np.uint8]) -> bool:
        """Whether to go on: False once q or Esc was pressed."""
        cv2 = _cv2()
        if self._title is None:
            return True
        try:
            cv2.imshow(self._title, pixels[:, :, ::-1])
            return (cv2.waitKey(1) & 0xFF) not in QUIT_KEYS
        except cv2.error:  # an OpenCV without windows
            self._title = None
            return True


class _Closing:
    def __init__(self, capture: Any) -> None:
        self.close = capture.release


def _read(capture: Any) -> Iterator[NDArray[np.uint8]]:
    while True:
        is_read, bgr = capture.read()
        if not is_read:
            return
        yield np.ascontiguousarray(bgr[:, :, ::-1])


def _captured(source: str | int) -> Any:
    cv2 = _cv2()
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        return cv2.VideoCapture(source)
    finally:
        cv2.utils.logging.setLogLevel(level)


def _rate(capture: Any) -> float:
    rate = float(capture.get(_cv2().CAP_PROP_FPS))
    return rate if math.isfinite(rate) and rate > 0 else USUAL_RATE


def _cv2() -> Any:
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # what is wrong, we say; it is read at the first film
    import cv2

    return cv2

"""``tfodkit detect`` with a film or a camera: the film with boxes, and one JSON of what was found in which frame."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tfodkit.annotations.detections import Detections
from tfodkit.errors import DataError, Problem, UsageError
from tfodkit.files import folder_atomic, refuse_existing
from tfodkit.inference.ahead import mapped_ahead
from tfodkit.inference.batches import windows
from tfodkit.inference.detections_json import PictureResult
from tfodkit.inference.drawing import draw
from tfodkit.inference.film import Camera, Film, FilmWriter, Frame, FrameSource, Window
from tfodkit.inference.looking import look_as
from tfodkit.inference.options import DetectOptions, Output
from tfodkit.inference.picture_run import WRITERS, DetectionRun, Model, open_all
from tfodkit.inference.tables import JSON_NAME, write_lists
from tfodkit.inference.thresholds import Thresholds
from tfodkit.inference.ways_of_looking import LookAtAll

LEAST_DECODED = 0.95
"""Of the frames that a film says it has: what it says is rough."""
SECOND_DECIMALS = 3

FilmProgress = Callable[[int, int | None], None]
"""Told ``(frames, count)`` after each frame; the count is None where nobody knows it."""


def detect_film(
    exported: Model | Sequence[Model],
    film: str | Path | int,
    output: str | Path,
    options: DetectOptions | None = None,
    *,
    every: int = 1,
    seconds: float | None = None,
    format: str | None = None,  # noqa: A002 - the name of the flag
    force: bool = False,
    progress: FilmProgress | None = None,
) -> DetectionRun:
    """Look for objects in a film's frames; write the film with boxes and ``detections.json`` to ``output``.

    Images of the JSON are the frames that were looked at, with ``frame``, from 0, and ``time`` in seconds. Boxes stay
    in the film until the next frame that is looked at. A camera's film is shown in a window as well, where there is a
    display; it ends after ``seconds``, at the key q, or by Ctrl-C, and is whole in each case.

    Args:
        exported: as for :func:`~tfodkit.inference.detect`.
        film: a file, or the number of a camera, from 0.
        output: the folder to write, whole or not at all.
        options: as for :func:`~tfodkit.inference.detect`; crops and XML can't be had of a film.
        every: look at every so many frames.
        seconds: so much of a camera; until the end unless given.
        format: as for :func:`~tfodkit.inference.detect`.
        force: replace an ``output`` that has content, if an earlier run wrote it.
        progress: told after each frame.

    Raises:
        DataError: the film or camera can't be opened, or gives no frame.
        ExportError: the model can't be loaded.
        OutputError: as :func:`~tfodkit.inference.detect`; or a film can't be written here.
        UsageError: an option can't be meant.
    """
    options, output = options or DetectOptions(), Path(output)
    _require_sense(options, every, seconds, is_camera=isinstance(film, int))
    source: FrameSource = Camera(film, seconds=seconds) if isinstance(film, int) else Film(Path(film))
    _refuse_own_film(source, output)
    refuse_existing(output, force=force, marker=JSON_NAME)
    detectors = open_all(exported, options, format)
    names = next(iter(detectors.values())).class_names
    counts = Thresholds.of(options.threshold, options.thresholds, names, top=options.top)
    job = _FilmJob(source, look_as(options, detectors), counts, every, 1 if isinstance(film, int) else options.batch)
    with folder_atomic(output, force=force, marker=JSON_NAME) as folder:
        place = folder / f"{film_stem(source)}.mp4" if Output.PICTURES in options.outputs else None
        results, frames = job.do(place, lambda class_id: names.get(class_id, f"class {class_id}"), progress)
        if not results:
            raise DataError(source.name, "no frame can be read", "Convert it to an MP4 of H.264, or leave it out.")
        write_lists(folder, results, names, options)
    return DetectionRun(output, tuple(results), tuple(_cut_short(source, frames)), names)


def film_stem(source: FrameSource) -> str:
    """What the drawn film is called: ``film`` of ``film.mov``, ``camera-0`` of a camera."""
    return source.name.replace(" ", "-") if isinstance(source, Camera) else Path(source.name).stem


@dataclass(frozen=True, slots=True)
class _FilmJob:
    source: FrameSource
    look: LookAtAll
    counts: Thresholds
    every: int
    batch: int

    def do(
        self, place: Path | None, name_of: Callable[[int], str], progress: FilmProgress | None
    ) -> tuple[list[PictureResult], int]:
        """What was found in the frames that were looked at, and how many frames there were."""
        is_live = isinstance(self.source, Camera)
        results: list[PictureResult] = []
        frames = 0
        window = Window(f"tfodkit detect, {self.source.name}: q ends") if is_live else None
        writer = None if place is None else FilmWriter(place, self.source.rate)

        def drawn(looked: tuple[Frame, Detections]) -> tuple[Frame, Detections, Image.Image | None]:
            frame, found = looked
            return frame, found, draw(Image.fromarray(frame.pixels), found, name_of) if writer or window else None

        with contextlib.ExitStack() as stack:
            if is_live:
                stack.enter_context(contextlib.suppress(KeyboardInterrupt))
            if writer is not None:
                stack.callback(writer.close)
            done = mapped_ahead(drawn, self._looked(), workers=WRITERS, ahead=1 if is_live else 2 * WRITERS)
            stack.callback(done.close)
            for frame, found, picture in done:
                frames += 1
                if frame.number % self.every == 0:
                    results.append(self._result(frame, found, None if place is None else place.name))
                if picture is not None and writer:
                    writer.write(np.asarray(picture), frame.seconds)
                if progress:
                    progress(frames, self.source.count)
                if picture is not None and window and not window.show(np.asarray(picture)):
                    break
        return results, frames

    def _looked(self) -> Iterator[tuple[Frame, Detections]]:
        """Each frame with what counts in the last one that was looked at."""
        latest: Detections | None = None
        with contextlib.closing(self.source.frames()) as frames:
            for window in windows(frames, most=self.batch, pixels_of=lambda frame: frame.size):
                found = dict(self._found_in([frame for frame in window if frame.number % self.every == 0]))
                for frame in window:
                    latest = found.get(frame.number, latest)
                    assert latest is not None, "the first frame is always looked at"
                    yield frame, latest

    def _found_in(self, frames: Sequence[Frame]) -> Iterable[tuple[int, Detections]]:
        if not frames:
            return ()
        found = self.look([frame.pixels for frame in frames])
        return [(frame.number, self.counts.keep(each)) for frame, each in zip(frames, found, strict=True)]

    def _result(self, frame: Frame, found: Detections, drawn: str | None) -> PictureResult:
        height, width, _ = frame.pixels.shape
        more = {"frame": frame.number, "time": round(frame.seconds, SECOND_DECIMALS)}
        return PictureResult(Path(f"{self.source.name}#{frame.number}"), width, height, drawn, found, more)


def _require_sense(options: DetectOptions, every: int, seconds: float | None, *, is_camera: bool) -> None:
    if every < 1:
        raise UsageError("--every", f"must be 1 or more, but got {every}", "5 looks at every fifth frame.")
    if seconds is not None and not seconds > 0:
        raise UsageError("--seconds", f"must be above 0, but got {seconds}", "Leave it out to look until Ctrl-C.")
    if seconds is not None and not is_camera:
        raise UsageError("--seconds", "a film has its own length", "Pass it with --camera, or leave it out.")
    for output in (Output.CROPS, Output.VOC):
        if output in options.outputs:
            raise UsageError(f"--{output}", "can't be had of a film", "Save its frames as pictures first.")


def _refuse_own_film(source: FrameSource, output: Path) -> None:
    if isinstance(source, Film) and Path(source.name).resolve().is_relative_to(output.resolve()):
        raise UsageError(str(output), "holds the film that is to be looked at", "Write to another folder.")


def _cut_short(source: FrameSource, frames: int) -> Iterator[Problem]:
    if source.count is not None and frames < LEAST_DECODED * source.count:
        what = f"only {frames} of {source.count} frames can be decoded"
        yield Problem(source.name, what, "Convert the film anew; what could be decoded is done.")

"""``tfodkit detect``: from pictures to pictures with boxes, and one JSON of what was found."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image

from tfodkit.annotations.detections import Detections
from tfodkit.errors import DataError, Problem, UsageError
from tfodkit.files import folder_atomic, refuse_existing
from tfodkit.inference.ahead import mapped_ahead
from tfodkit.inference.batches import MOST_PIXELS, WINDOW, in_batches
from tfodkit.inference.detections_json import PictureResult
from tfodkit.inference.detector import Detector
from tfodkit.inference.looking import look_as, require_use
from tfodkit.inference.options import DetectOptions, Output
from tfodkit.inference.picture_files import PictureFiles, own_names
from tfodkit.inference.pictures import count_frames, find_pictures, read_picture
from tfodkit.inference.tables import JSON_NAME, write_lists
from tfodkit.inference.thresholds import Thresholds
from tfodkit.inference.ways_of_looking import LookAtAll

READERS, WRITERS = 2, 2
"""Threads: Pillow lets go of Python's lock while it decodes, draws and encodes."""

Model: TypeAlias = str | Path | Detector
Progress = Callable[[int, int, Path], None]
"""Told ``(number, count, picture)``, number from 1, before each picture."""


@dataclass(frozen=True, slots=True)
class DetectionRun:
    """What :func:`detect` did: the pictures in their order, and the pictures that could not be read."""

    output: Path
    results: tuple[PictureResult, ...]
    problems: tuple[Problem, ...]
    class_names: Mapping[int, str]
    notes: tuple[str, ...] = ()
    """What a person should know, such as that of an animation the first frame was looked at."""

    @property
    def json_path(self) -> Path:
        return self.output / JSON_NAME

    def count_by_class(self) -> Mapping[str, int]:
        """How many objects were found of each class of the label map, in its order; 0 included."""
        counts = Counter(int(class_id) for result in self.results for class_id in result.detections.class_ids)
        return {name: counts[class_id] for class_id, name in self.class_names.items()}


def detect(
    exported: Model | Sequence[Model],
    images: str | Path | Sequence[str | Path],
    output: str | Path,
    options: DetectOptions | None = None,
    *,
    threshold: float | None = None,
    format: str | None = None,  # noqa: A002 - the name of the flag
    recursive: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> DetectionRun:
    """Look for objects in pictures, draw them, and write the drawn pictures and ``detections.json`` to ``output``.

    Pictures are decoded ahead and drawn behind in threads; the model gets those of one size together.

    Args:
        exported: an export folder, a SavedModel's folder, a frozen graph's file, or an open :class:`Detector`; or
            several of these, of the same classes, whose detections are fused.
        images: files, folders (of these, the pictures right in them) and patterns such as ``photos/**/*.jpg``.
        output: the folder to write, whole or not at all. A drawn picture has the name of its original, as JPEG or PNG.
        options: how pictures are looked at, what counts, and what is written.
        threshold: in place of that of ``options``: the lowest score that counts, 0 to 1.
        format: ``saved_model`` or ``frozen_graph``, where ``exported`` holds several.
        recursive: take the pictures in folders below the folders, too.
        force: replace an ``output`` that has content, if an earlier run wrote it.
        progress: told before each picture.

    Returns:
        What was found. A picture that can't be read is a problem in it, and the others are done.

    Raises:
        DataError: no picture is found, or none can be read.
        ExportError: the model can't be loaded.
        OutputError: ``output`` has content and ``force`` is not set, or no earlier run wrote it.
        UsageError: a value of the options can't be meant, the models' classes differ, or ``output`` holds a picture
            that is to be looked at.
    """
    options = options or DetectOptions()
    if threshold is not None:
        options = replace(options, threshold=threshold)
    output = Path(output)
    found = find_pictures(paths_of(images), is_recursive=recursive)
    _refuse_own_pictures(found.pictures, output)
    refuse_existing(output, force=force, marker=JSON_NAME)
    detectors = open_all(exported, options, format)
    detector = next(iter(detectors.values()))
    look, class_names = look_as(options, detectors), detector.class_names
    counts = Thresholds.of(options.threshold, options.thresholds, class_names, top=options.top)
    with folder_atomic(output, force=force, marker=JSON_NAME) as folder:
        run = _Run(found.pictures, PictureFiles(folder, options.outputs, class_names), look, counts, options.batch)
        results, problems, notes = run.do(progress)
        if not results:
            raise DataError.collect([*found.problems, *problems])
        write_lists(folder, results, class_names, options)
    return DetectionRun(output, tuple(results), (*found.problems, *problems), class_names, tuple(notes))


def open_all(
    exported: Model | Sequence[Model],
    options: DetectOptions,
    format: str | None = None,  # noqa: A002
) -> dict[str, Detector]:
    """The models, loaded, by where they lie, the first of them first.

    Raises:
        ExportError: one can't be loaded.
        UsageError: ``options`` do not go with so many models.
    """
    models = [exported] if isinstance(exported, str | Path | Detector) else list(exported)
    require_use(options, len(models))
    detectors: dict[str, Detector] = {}
    for number, model in enumerate(models, start=1):
        where = f"model {number}" if isinstance(model, Detector) else str(model)
        if where in detectors:
            raise UsageError("--model", f"{where} is named twice", "Leave it out: --weights makes a model count more.")
        detectors[where] = model if isinstance(model, Detector) else Detector.open(model, format=format)
    return detectors


def paths_of(places: str | Path | Sequence[str | Path]) -> list[Path]:
    """One place, or several, as paths."""
    return [Path(places)] if isinstance(places, str | Path) else [Path(place) for place in places]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A picture that has been read."""

    path: Path
    image: Image.Image

    @property
    def pixels(self) -> int:
        return self.image.width * self.image.height


class _Run:
    """Pictures on their way: read in threads, looked at in batches here, written in threads; never many at once."""

    def __init__(
        self, pictures: Sequence[Path], files: PictureFiles, look: LookAtAll, counts: Thresholds, batch: int
    ) -> None:
        self._pictures, self._files, self._look, self._counts = pictures, files, look, counts
        self._batch = batch
        self._names = own_names(pictures)
        self._problems: list[Problem] = []
        self._notes: list[str] = []
        self._largest = 1

    def do(self, progress: Progress | None) -> tuple[list[PictureResult], list[Problem], list[str]]:
        """Results, problems and notes, each in the order of the pictures."""
        with warnings.catch_warnings():
            # half of what Pillow refuses, it warns of
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            looked = in_batches(
                lambda shown: self._look([np.asarray(each.image) for each in shown]),
                self._read(progress),
                batch=self._batch,
                size_of=lambda shown: shown.image.size,
                pixels_of=lambda shown: shown.pixels,
            )
            results = list(mapped_ahead(self._write, looked, workers=WRITERS, ahead=self._room))
        problems = [*self._problems, *(problem for _, problem in results if problem)]
        order = {str(path): place for place, path in enumerate(self._pictures)}
        problems.sort(key=lambda problem: order.get(problem.where, len(order)))
        return [result for result, _ in results], problems, self._notes

    def _read(self, progress: Progress | None) -> Iterator[_Shown]:
        images = mapped_ahead(_try_read, self._pictures, workers=READERS, ahead=self._room)
        for number, (path, image) in enumerate(zip(self._pictures, images, strict=True), start=1):
            if progress:
                progress(number, len(self._pictures), path)
            if isinstance(image, DataError):
                self._problems.extend(image.problems)
                continue
            if (frames := count_frames(image)) > 1:
                self._notes.append(f"{path}: the first of {frames} frames was looked at")
            shown = _Shown(path, image)
            self._largest = max(self._largest, shown.pixels)
            yield shown

    def _room(self) -> int:
        """So many pictures may wait: those of a window, fewer where they are large."""
        return max(1, min(self._batch * WINDOW, MOST_PIXELS // self._largest))

    def _write(self, looked: tuple[_Shown, Detections]) -> tuple[PictureResult, Problem | None]:
        shown, detections = looked
        name = self._names[shown.path]
        counted = self._counts.keep(detections)
        problem = self._files.write(shown.path, name, shown.image, counted)
        drawn = name if Output.PICTURES in self._files.outputs else None
        return PictureResult(shown.path, *shown.image.size, drawn, counted), problem


def _try_read(path: Path) -> Image.Image | DataError:
    try:
        return read_picture(path)
    except DataError as error:
        return error


def _refuse_own_pictures(pictures: Sequence[Path], output: Path) -> None:
    """``--force`` replaces the folder: pictures that lie in it would be gone."""
    place = output.resolve()
    for path in pictures:
        if path.resolve().is_relative_to(place):
            raise UsageError(str(output), f"holds {path.name}, which is to be looked at", "Write to another folder.")

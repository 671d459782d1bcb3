"""``tfodkit detect``: from pictures to pictures with boxes, and one JSON of what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tfodkit.errors import DataError, Problem, UsageError
from tfodkit.files import folder_atomic, refuse_existing, write_text
from tfodkit.inference.detections_json import PictureResult, to_json
from tfodkit.inference.detector import Detector
from tfodkit.inference.drawing import draw
from tfodkit.inference.pictures import find_pictures, read_picture

JSON_NAME = "detections.json"
JPEG_SUFFIXES = frozenset({".jpg", ".jpeg"})
JPEG_QUALITY = 92

Progress = Callable[[int, int, Path], None]
"""Told ``(number, count, picture)``, number from 1, before each picture."""


@dataclass(frozen=True, slots=True)
class DetectionRun:
    """What :func:`detect` did: the pictures in their order, and the pictures that could not be read."""

    output: Path
    results: tuple[PictureResult, ...]
    problems: tuple[Problem, ...]
    class_names: Mapping[int, str]

    @property
    def json_path(self) -> Path:
        return self.output / JSON_NAME

    def count_by_class(self) -> Mapping[str, int]:
        """How many objects were found of each class of the label map, in its order; 0 included."""
        counts = Counter(int(class_id) for result in self.results for class_id in result.detections.class_ids)
        return {name: counts[class_id] for class_id, name in self.class_names.items()}


def detect(
    exported: str | Path | Detector,
    images: str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    threshold: float = 0.5,
    format: str | None = None,  # noqa: A002 - the name of the flag
    force: bool = False,
    progress: Progress | None = None,
) -> DetectionRun:
    """Look for objects in pictures, draw them, and write the drawn pictures and ``detections.json`` to ``output``.

    Args:
        exported: an export folder, a SavedModel's folder, a frozen graph's file, or an open :class:`Detector`.
        images: files and folders; of a folder, the pictures right in it.
        output: the folder to write, whole or not at all. A drawn picture has the name of its original, as JPEG or PNG.
        threshold: the lowest score that counts, 0 to 1.
        format: ``saved_model`` or ``frozen_graph``, where ``exported`` holds both.
        force: replace an ``output`` that has content, if an earlier run wrote it.
        progress: told before each picture.

    Returns:
        What was found. A picture that can't be read is a problem in it, and the others are done.

    Raises:
        DataError: no picture is found, or none can be read.
        ExportError: the model can't be loaded.
        OutputError: ``output`` has content and ``force`` is not set, or no earlier run wrote it.
        UsageError: the threshold lies outside 0 to 1, or ``output`` holds a picture that is to be looked at.
    """
    if not 0 <= threshold <= 1:
        raise UsageError("--threshold", f"must be 0 to 1, but got {threshold}", "Scores are shares: 0.5 is 50 percent.")
    output = Path(output)
    pictures = find_pictures([Path(images)] if isinstance(images, str | Path) else map(Path, images))
    _refuse_own_pictures(pictures, output)
    refuse_existing(output, force=force, marker=JSON_NAME)
    detector = exported if isinstance(exported, Detector) else Detector.open(exported, format=format)
    with folder_atomic(output, force=force, marker=JSON_NAME) as folder:
        results, problems = _look_at_all(detector, pictures, folder, threshold, progress)
        if not results:
            raise DataError.collect(problems)
        write_text(folder / JSON_NAME, to_json(results, detector.class_names, threshold))
    return DetectionRun(output, tuple(results), tuple(problems), detector.class_names)


def _look_at_all(
    detector: Detector, pictures: Sequence[Path], folder: Path, threshold: float, progress: Progress | None
) -> tuple[list[PictureResult], list[Problem]]:
    results: list[PictureResult] = []
    problems: list[Problem] = []
    names = _drawn_names(pictures)
    for number, path in enumerate(pictures, start=1):
        if progress:
            progress(number, len(pictures), path)
        try:
            image = read_picture(path)
        except DataError as error:
            problems.extend(error.problems)
            continue
        detections = detector.detect(image).above(threshold)
        _save(draw(image, detections, detector.name_of), folder / names[path])
        results.append(PictureResult(path, image.width, image.height, names[path], detections))
    return results, problems


def _save(image: Image.Image, path: Path) -> None:
    if path.suffix.lower() in JPEG_SUFFIXES:
        image.save(path, quality=JPEG_QUALITY)
    else:
        image.save(path)


def _drawn_names(pictures: Sequence[Path]) -> Mapping[Path, str]:
    """A name for each drawn picture: its own, ``.png`` unless it is a JPEG; numbered where two would be the same."""
    names: dict[Path, str] = {}
    taken: set[str] = {JSON_NAME}
    for path in pictures:
        suffix = path.suffix if path.suffix.lower() in JPEG_SUFFIXES else ".png"
        name, number = path.stem + suffix, 2
        while name.casefold() in taken:
            name, number = f"{path.stem}-{number}{suffix}", number + 1
        taken.add(name.casefold())
        names[path] = name
    return names


def _refuse_own_pictures(pictures: Sequence[Path], output: Path) -> None:
    """``--force`` replaces the folder: pictures that lie in it would be gone."""
    place = output.resolve()
    for path in pictures:
        if path.resolve().is_relative_to(place):
            raise UsageError(str(output), f"holds {path.name}, which is to be looked at", "Write to another folder.")

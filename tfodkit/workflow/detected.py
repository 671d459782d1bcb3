"""What can be evaluated: a run, an exported model, or detections in a file; each gives detections beside the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tfodkit.annotations.detections import Detections
from tfodkit.errors import DataError, ExportError, UsageError
from tfodkit.evaluation.columns import EvaluationSet, FoundColumns
from tfodkit.evaluation.sources.read_set import as_set, read_set
from tfodkit.evaluation.sources.read_truth import read_truth
from tfodkit.evaluation.sources.truth import Truth
from tfodkit.evaluation_report.subject import Pictures, Subject
from tfodkit.inference import formats
from tfodkit.training.checkpoint_folder import step_of
from tfodkit.training.run_directory import RunDirectory, WhichOrStep
from tfodkit.wording import counted
from tfodkit.workflow.evaluation_pictures import find_files, of_files, of_records

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Detected:
    """Detections beside the truth, and what to tell of where both come from."""

    images: EvaluationSet
    subject: Subject
    losses: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def of_run(run: Path, which: WhichOrStep, told: Progress) -> Detected:
    """A checkpoint of a run, on the validation records of its config."""
    if _is_export(run):
        raise UsageError(str(run), "an exported model has no records of its own", "Pass --records RECORDS.")
    if run.suffix.lower() == ".json":
        raise UsageError(str(run), "this is no model", "Pass --detections RESULTS.json --truth TRUTH.")
    from tfodkit.training.evaluate_run import evaluate_run

    found = evaluate_run(run, which=which, told=told)
    subject = Subject(
        model=f"{'' if isinstance(which, int) else f'{which} '}checkpoint of {run}, step {step_of(found.checkpoint):,}",
        data=f"{counted(len(found.images.images), 'validation image')} of {_home(found.records)}",
        pictures=of_records(found.records, found.images),
        run=run,
    )
    return Detected(found.images, subject, found.losses)


def of_export(model: Path, place: Path, folder: Path | None, told: Progress) -> Detected:
    """An exported model, on the pictures of the truth at ``place``."""
    if not _is_export(model) and RunDirectory(model).config_path.is_file():
        what = "this is a training run, which is evaluated on the records of its config"
        raise UsageError(str(model), what, "Leave --records and --truth out, or export the run first.")
    from tfodkit.inference import Detector

    truth = read_truth(place, shapes=False)
    nothing = as_set(truth, FoundColumns.of_images([]))
    pictures, paths = _pictures(truth, nothing, folder)
    detector = Detector.open(model)
    own_ids = _own_ids(detector.class_names, truth, model)
    found: dict[int, Detections] = {}
    left_out = 0
    for place_of, picture in pictures(range(len(truth.images))):
        detections = detector.detect(picture)
        found[place_of], foreign = _in_own_classes(detections, own_ids)
        left_out += foreign
        told(len(found), len(truth.images))
    if unseen := [image.name for at, image in enumerate(truth.images) if at not in found]:
        what = f"{counted(len(unseen), 'picture')} of {len(truth.images):,} can't be looked at, such as {unseen[0]!r}"
        remedy = "Pass --images with the folder of the pictures, of the size that the truth says."
        raise DataError(str(place), what, remedy)
    images = as_set(truth, FoundColumns.of_images([found[at] for at in range(len(truth.images))]))
    foreign_words = f"{counted(left_out, 'detection')} of classes that the truth does not have left out"
    notes = (*truth.notes, foreign_words) if left_out else truth.notes
    return Detected(images, _subject(f"{detector.format_name} of {model}", truth, pictures, paths), {}, notes)


def of_detections(path: Path, place: Path, folder: Path | None) -> Detected:
    """The detections in a file, of anybody's model."""
    truth = read_truth(place)
    images = read_set(path, truth)
    pictures, paths = _pictures(truth, images, folder)
    return Detected(images, _subject(f"detections in {path}", truth, pictures, paths), {}, truth.notes)


def _subject(model: str, truth: Truth, pictures: Pictures, paths: Mapping[int, Path]) -> Subject:
    places = range(len(truth.images))
    return Subject(
        model=model,
        data=f"{counted(len(truth.images), 'image')} of {truth.where}",
        pictures=pictures,
        paths=tuple(paths[at] for at in places) if len(paths) == len(places) else (),
    )


def _pictures(truth: Truth, images: EvaluationSet, folder: Path | None) -> tuple[Pictures, Mapping[int, Path]]:
    if truth.records:
        return of_records(truth.records, images), {}
    paths = find_files(truth, folder)
    return of_files(paths, images), paths


def _own_ids(names: Mapping[int, str], truth: Truth, model: Path) -> Mapping[int, int]:
    """The truth's id of each class of a model; classes go by their names."""
    ids = {class_id: own for class_id, name in names.items() if (own := truth.class_of(name)) is not None}
    if not ids:
        what = f"none of its classes, such as {next(iter(names.values()), '')!r}, is one of the truth"
        known = ", ".join(truth.class_names.values())
        raise ExportError(str(model), what, f"The truth has {known:.300}: pass a model that was trained on these.")
    return ids


def _in_own_classes(found: Detections, own_ids: Mapping[int, int]) -> tuple[Detections, int]:
    """With the truth's ids of classes, and how many were left out because the truth has no such class."""
    is_known = np.isin(found.class_ids, list(own_ids))
    class_ids = np.array([own_ids[class_id] for class_id in found.class_ids[is_known].tolist()], np.int64)
    kept = Detections(found.boxes_xyxy[is_known], found.scores[is_known], class_ids)
    return kept, int(len(found) - is_known.sum())


def _is_export(place: Path) -> bool:
    try:
        formats.locate(place)
    except ExportError:
        return False
    return place.suffix.lower() != ".json"


def _home(records: tuple[Path, ...]) -> str:
    return str(records[0].parent) if records else "no records"

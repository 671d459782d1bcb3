"""``tfodkit eval``: a run, an exported model or anybody's detections, held against the truth in every way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from tfodkit.errors import UsageError
from tfodkit.evaluation.analyse import analyse
from tfodkit.evaluation.analysis import Analysis, AnalysisOptions
from tfodkit.evaluation.coco import result_of
from tfodkit.evaluation.mistakes.looks import ImageLooks, Picture, measure_looks
from tfodkit.evaluation.result import EvaluationResult
from tfodkit.evaluation_report.report import PAGE, ReportFiles, write_report
from tfodkit.evaluation_report.subject import Subject
from tfodkit.files import refuse_existing
from tfodkit.training.run_directory import WhichOrStep
from tfodkit.wording import counted
from tfodkit.workflow.detected import Detected, of_detections, of_export, of_run
from tfodkit.workflow.option_ranges import check_ranges

Told: TypeAlias = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and how much there is in all, 0 where nobody knows."""

CUT_OFF = 0.2
"""Models give detections of lower scores too, and AP counts them."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """What an evaluation found; ``notes`` say what was left out, and ``report`` where it is written."""

    analysis: Analysis
    subject: Subject
    notes: tuple[str, ...]
    report: ReportFiles | None

    @property
    def result(self) -> EvaluationResult:
        """COCO's figures and the classes in short."""
        return result_of(self.analysis.images, self.analysis.boxes, losses=self.analysis.losses)


def evaluate(
    model: str | Path | None = None,
    *,
    which: WhichOrStep = "best",
    detections: str | Path | None = None,
    truth: str | Path | None = None,
    images: str | Path | None = None,
    options: AnalysisOptions | None = None,
    output: str | Path | None = None,
    force: bool = False,
    told: Told | None = None,
) -> Evaluated:
    """Hold what a model finds in labelled images against the truth, and write a report where ``output`` says so.

    TensorFlow is loaded for a model, not for ``detections``.

    Args:
        model: the folder of a training run, whose validation records are looked at; or an exported model, which looks
            at the pictures of ``truth``.
        which: the checkpoint of a run: best, last, averaged, or that of a step.
        detections: in place of a model, a file of COCO's results, or ``detections.json`` of ``tfodkit detect``.
        truth: for all but a run, a COCO file, records, of which those to validate with count, or a folder of XML.
        images: the folder of the pictures of a truth without them; looked for near it unless given.
        options: where counts are taken, and how many resamples are drawn.
        output: the folder of the report, whole or not at all; without it none is written.
        force: replace an older report in ``output``.
        told: of what is being done.

    Raises:
        UsageError: nothing is given to be evaluated, or too much; or an option lies outside its range.
        DataError: the detections or the truth can't be used.
        CheckpointError, ConfigError, ExportError, RecordError: of a model, what :mod:`tfodkit` says of it elsewhere.
        OutputError: ``output`` is there already and ``force`` is not set, or is somebody else's folder.
    """
    options, told = options or AnalysisOptions(), told or _say_nothing
    check_ranges(threshold=options.threshold, iou=options.iou, samples=options.samples, seed=options.seed)
    if output is not None:
        refuse_existing(Path(output), force=force, marker=PAGE)
    found = _detected(model, which, detections, truth, images, told)
    looks = _looks(found, told)
    analysis = analyse(found.images, options, losses=found.losses, looks=looks, tell=lambda what: told(what, 0, 0))
    report = None
    if output is not None:
        told("writing the report", 0, 0)
        report = write_report(analysis, found.subject, Path(output), force=force)
    return Evaluated(analysis, found.subject, (*found.notes, *_notes(found, looks)), report)


def _detected(
    model: str | Path | None,
    which: WhichOrStep,
    detections: str | Path | None,
    truth: str | Path | None,
    images: str | Path | None,
    told: Told,
) -> Detected:
    folder = None if images is None else Path(images)
    if which != "best" and truth is not None:
        raise UsageError(f"--which {which}", "only a run has checkpoints to choose from", "Leave it out.")
    if images is not None and truth is None:
        remedy = "Leave it out: the records of a run hold their pictures."
        raise UsageError(f"--images {images}", "there is no --truth whose pictures these could be", remedy)
    if detections is not None:
        if model is not None:
            remedy = "Pass one of them: a model detects by itself."
            raise UsageError("--detections", f"{str(model)!r} is to be evaluated too", remedy)
        if truth is None:
            remedy = "Pass --truth: a COCO .json, a records folder, or a folder of Pascal VOC .xml."
            raise UsageError("--detections", "there is nothing to hold them against", remedy)
        return of_detections(Path(detections), Path(truth), folder)
    if model is None:
        remedy = "Pass the folder of a run, an exported model with --records, or --detections with --truth."
        raise UsageError("tfodkit eval", "there is nothing to evaluate", remedy)
    told("loading TensorFlow and the model", 0, 0)
    if truth is None:
        return of_run(Path(model), which, lambda done, total: told("detecting", done, total))
    return of_export(Path(model), Path(truth), folder, lambda done, total: told("detecting", done, total))


def _looks(found: Detected, told: Told) -> ImageLooks | None:
    """How the objects look; ``None`` where no picture is at hand."""
    total = len(found.images.images)
    done = 0

    def pixels() -> Iterator[tuple[int, Picture]]:
        nonlocal done
        for place, picture in found.subject.pictures(range(total)):
            done += 1
            told("looking at the pictures", place + 1, total)
            yield place, np.asarray(picture)

    looks = measure_looks(found.images, pixels())
    return looks if done else None


def _notes(found: Detected, looks: ImageLooks | None) -> list[str]:
    images, truth, detected = found.images, found.images.truth, found.images.found
    notes = []
    if empty := len(images.images) - len(np.unique(detected.image)):
        notes.append(f"{empty:,} of {counted(len(images.images), 'image')} have no detection")
    if len(detected) and (lowest := detected.score.min()) >= CUT_OFF:
        notes.append(
            f"no score is below {lowest:.2f}: where a model's other detections were left out, AP is lower than its own"
        )
    for name, of_truth, of_found in (
        ("masks", truth.masks, detected.masks),
        ("keypoints", truth.keypoints, detected.keypoints),
    ):
        if of_found is not None and of_truth is None:
            notes.append(f"{name} of the detections are not evaluated: not every object of the truth has its own")
    if looks is None:
        notes.append("no pictures at hand: none are shown, and brightness and contrast are not looked at")
    elif unseen := int(np.isnan(looks.brightness).sum()):
        notes.append(f"brightness and contrast of {counted(unseen, 'object')} are not known: no such picture or pixels")
    return notes


def _say_nothing(what: str, done: int, total: int) -> None:
    """Progress for nobody."""

"""Reads what somebody, or a model, says about pictures, with the pictures or without them: :func:`read_labels`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tfodkit.annotations.drafts import ImageDraft, ObjectDraft
from tfodkit.annotations.rules import (
    ANNOTATED_TWICE,
    BOX_INVERTED,
    BOX_NOT_FINITE,
    FIELD_INVALID,
    LABEL_BLANK,
    LABEL_CONTROL,
)
from tfodkit.annotations.values import label_problem
from tfodkit.boxes import Box, OrientedBox
from tfodkit.dataset.judge_objects import PIXEL_DIGITS
from tfodkit.dataset.source import FILE_FORMATS, Source, open_source
from tfodkit.errors import DataError, Problem
from tfodkit.evaluation.comparing.labelled import LabelledImage, LabelledObject, LabelledSet
from tfodkit.findings import Finding, Rule
from tfodkit.images.presumed import PresumedImages
from tfodkit.images.reading import examine_image
from tfodkit.workflow.listed_detections import is_list, read_listed

DETECTIONS = "detections.json"
"""What ``tfodkit detect`` writes; a folder that holds it is taken for it."""


def read_labels(place: Path, *, images: Path | None = None, format: str | None = None) -> LabelledSet:  # noqa: A002
    """The labels in a folder of VOC XML (turned boxes of roLabelImg too) or YOLO text, a COCO JSON or a CSV.

    A COCO JSON with a ``score`` in each annotation, as ``tfodkit detect`` writes it, holds detections; a folder with a
    ``detections.json`` stands for that file. A list of COCO's results is read with the ``truth.json`` beside it, as in
    a report of ``tfodkit eval``. The pictures are looked at for YOLO's boxes alone, which are shares of
    them: they lie in ``images`` or beside the texts. Boxes of zero size are counted and left out; boxes may leave
    their image.

    Raises:
        DataError: with everything that can't be read, or is no label, and where one image is there twice.
        UsageError: there is no such ``format``.
    """
    if format is None and (place / DETECTIONS).is_file():
        place = place / DETECTIONS
    if FILE_FORMATS.get(place.suffix.lower()) == "coco" and is_list(place):
        return read_listed(place)
    reader = _Reader()
    for reading in _source(place, images, format).readings():
        reader.findings += [finding for finding in reading.findings if finding.is_error]
        for draft in reading.drafts:
            reader.add(draft)
    if reader.findings:
        raise DataError.collect(finding.problem for finding in reader.findings)
    found = LabelledSet(str(place), tuple(sorted(reader.images, key=lambda image: image.name)), reader.left_out)
    _refuse_unscored(found)
    return found


def _source(place: Path, images: Path | None, format: str | None) -> Source:  # noqa: A002
    if not place.exists():
        raise DataError(str(place), "there is no such file or folder", "Check the path.")
    kind = FILE_FORMATS.get(place.suffix.lower()) if place.is_file() else None
    if kind in ("coco", "csv") and format in (None, kind):
        return Source(kind, PresumedImages(place.parent), place.parent, (place,))
    try:
        source = open_source(place, None, format) if images is None else open_source(images, place, format)
    except DataError as error:
        raise _without_flag(error) from error
    return source if source.format == "yolo" else replace(source, images=PresumedImages(source.root))


def _without_flag(error: DataError) -> DataError:
    """Elsewhere annotations are passed by a flag; here the place is theirs."""
    problem = error.problems[0]
    remedy = problem.remedy.replace("--annotations with ", "").replace("--annotations ", "")
    return DataError(problem.where, problem.what, remedy)


class _Reader:
    """Takes drafts, and keeps what comes of them."""

    def __init__(self) -> None:
        self.images: list[LabelledImage] = []
        self.findings: list[Finding] = []
        self.left_out = 0
        self._sources: dict[str, Path] = {}

    def add(self, draft: ImageDraft) -> None:
        if first := self._sources.get(draft.name):
            what = f"{draft.name} is annotated in {first.name} already"
            self.findings.append(Finding(ANNOTATED_TWICE, draft.source, what, draft.line))
            return
        self._sources[draft.name] = draft.source
        size = _picture_size(draft.image) if draft.is_normalised else _stated_size(draft)
        objects = tuple(self._objects(draft, size))
        self.images.append(LabelledImage(draft.name, size, objects, draft.source))

    def _objects(self, draft: ImageDraft, size: tuple[int, int] | None) -> Iterator[LabelledObject]:
        for found in draft.objects:
            label = found.label.strip()
            if problem := label_problem(label):
                rule = LABEL_CONTROL if label else LABEL_BLANK
                self._note(rule, "Name the object.", draft, found, f"the label can't name a class: {problem}")
            elif found.score is not None and not 0 <= found.score <= 1:
                what = f"score must be a number of 0 to 1, but got {found.score:g}"
                self._note(FIELD_INVALID, "Scores are shares: 0.5 is 50 percent.", draft, found, what)
            elif (box := self._box(draft, found, size)) is not None:
                yield LabelledObject(
                    label, box, found.score, found.difficult, found.truncated, found.pose, found.is_crowd
                )

    def _box(self, draft: ImageDraft, found: ObjectDraft, size: tuple[int, int] | None) -> Box | OrientedBox | None:
        xyxy = found.xyxy
        if draft.is_normalised and size:
            left, top, right, bottom = (
                round(side * scale, PIXEL_DIGITS) for side, scale in zip(xyxy, size * 2, strict=True)
            )
            xyxy = (left, top, right, bottom)
        if not all(map(math.isfinite, xyxy)):
            what = f"the box is ({', '.join(f'{side:g}' for side in found.xyxy)})"
            self._note(BOX_NOT_FINITE, "Correct the box.", draft, found, what)
            return None
        box = found.oriented or Box(*xyxy)
        if box.width < 0 or box.height < 0:
            what = f"the box's sides are {box.width:g} and {box.height:g} pixels"
            self._note(BOX_INVERTED, "Correct the box.", draft, found, what)
            return None
        self.left_out += box.is_empty
        return None if box.is_empty else box

    def _note(self, rule: Rule, remedy: str, draft: ImageDraft, found: ObjectDraft, what: str) -> None:
        """The rule's own remedy may be a flag that there is not here."""
        self.findings.append(Finding(replace(rule, remedy=remedy), draft.source, what, found.line, found.title))


def _picture_size(image: Path) -> tuple[int, int]:
    facts = examine_image(image, decode=False)
    if not facts.width:
        what = "the image can't be read, and its boxes are shares of its size"
        raise DataError(str(image), what, "Put the image in its place again.")
    return facts.upright_size


def _stated_size(draft: ImageDraft) -> tuple[int, int] | None:
    width, height = draft.size or (math.nan, math.nan)
    is_one = all(math.isfinite(side) and side >= 1 and float(side).is_integer() for side in (width, height))
    return (int(width), int(height)) if is_one else None


def _refuse_unscored(found: LabelledSet) -> None:
    """Where some objects have a score and others none, nobody can tell what the file is."""
    if not found.has_scores:
        return
    remedy = "Give each detection its score, or take the scores away."
    problems = [
        Problem(str(image.source), f'{image.name}: object {number} "{each.label}" has no score, as others have', remedy)
        for image in found.images
        for number, each in enumerate(image.objects, start=1)
        if each.score is None
    ]
    if problems:
        raise DataError.collect(problems)

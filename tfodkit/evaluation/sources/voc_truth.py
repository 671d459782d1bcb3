"""The truth in a folder of Pascal VOC XML; the pictures need not be there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tfodkit import files
from tfodkit.annotations import rules
from tfodkit.annotations.coco_rle import Rle, to_rle
from tfodkit.annotations.drafts import ImageDraft, ObjectDraft, Reading
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.voc_reader import read_voc
from tfodkit.errors import DataError, Problem
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.sources.truth import Truth, problem_of
from tfodkit.evaluation.sources.truth_object import area_of
from tfodkit.images.presumed import PresumedImages
from tfodkit.wording import counted

XML = frozenset({".xml"})
FOLDERS = ("Annotations", "annotations")
"""Of the XML, where a whole data set is passed."""


def voc_files(folder: Path) -> list[Path]:
    """The XML files of a folder of annotations, or of a data set with such a folder, and in folders below; sorted."""
    return files.walk_files(_home(folder), XML)[0]


def read_voc_truth(folder: Path, paths: Sequence[Path]) -> Truth:
    """The truth in ``paths``, the XML files in ``folder``. Classes have ids from 1 in the order of their names.

    An image goes by the stem of its XML, as in labelImg. Masks are those of a devkit's ``SegmentationObject``.

    Raises:
        DataError: files or objects that can't be used; all of them.
    """
    reader = _Reader()
    home = _home(folder)
    drafts = [draft for reading in read_voc(home, paths, PresumedImages(home)) for draft in reader.drafts(reading)]
    labels = sorted({found.label.strip() for draft in drafts for found in draft.objects})
    class_ids = {label: class_id for class_id, label in enumerate(labels, start=1)}
    images = tuple(reader.ground_truth(draft, class_ids) for draft in drafts)
    if reader.problems:
        raise DataError.collect(reader.problems)
    left_out = f"{counted(reader.empty, 'box')} without an area left out of the truth"
    return Truth(
        where=str(folder),
        images=images,
        names=tuple((draft.name,) for draft in drafts),
        class_names={class_id: label for label, class_id in class_ids.items()},
        notes=(left_out,) if reader.empty else (),
    )


class _Reader:
    """The files one after the other, with what was found wrong so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.empty = 0

    def drafts(self, reading: Reading) -> Sequence[ImageDraft]:
        self.problems += [finding.problem for finding in reading.findings if finding.is_error]
        return reading.drafts

    def ground_truth(self, draft: ImageDraft, class_ids: dict[str, int]) -> GroundTruth:
        width, height = draft.size or (0, 0)
        if not (width >= 1 and height >= 1):
            fault = FaultError(rules.FIELD_INVALID, f"<size> must be 1 x 1 or more, but is {width:g} x {height:g}")
            self._note(fault, draft.source, draft.line)
            width = height = 1
        objects = [found for found in draft.objects if self._has_area(found, draft.source)]
        return GroundTruth(
            name=draft.name,
            width=int(width),
            height=int(height),
            boxes_xyxy=np.array([found.xyxy for found in objects], np.float64).reshape(-1, 4),
            class_ids=np.array([class_ids[found.label.strip()] for found in objects], np.int64),
            is_crowd=np.zeros(len(objects), np.bool_),
            is_difficult=np.array([found.difficult for found in objects], np.bool_),
            masks=_masks(objects, int(width), int(height)),
        )

    def _has_area(self, found: ObjectDraft, source: Path) -> bool:
        try:
            has_area = bool(area_of(found.xyxy))
        except FaultError as fault:
            self._note(fault, source, found.line, found.title)
            return False
        self.empty += not has_area
        return has_area

    def _note(self, fault: FaultError, source: Path, line: int | None, subject: str = "") -> None:
        self.problems.append(problem_of(fault, source, line, subject))


def _home(folder: Path) -> Path:
    return next((folder / name for name in FOLDERS if (folder / name).is_dir()), folder)


def _masks(objects: Sequence[ObjectDraft], width: int, height: int) -> tuple[Rle | None, ...] | None:
    masks = [found.mask for found in objects]
    if not any(masks):
        return None
    return tuple(None if mask is None else to_rle(mask, width=width, height=height) for mask in masks)

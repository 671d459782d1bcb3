"""The truth in a folder of Pascal VOC XML; the pictures need not be there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

import numpy as np

from tfodkit import files
from tfodkit.annotations import rules
from tfodkit.annotations.drafts import ImageDraft, ObjectDraft
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.voc_reader import read_voc_xml
from tfodkit.errors import DataError, Problem
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.sources.coco_truth import area_of
from tfodkit.evaluation.sources.truth import Truth, problem_of
from tfodkit.images.index import ImageIndex
from tfodkit.wording import counted

XML = frozenset({".xml"})
FOLDERS = ("Annotations", "annotations")
"""Of the XML, where a whole data set is passed."""


def voc_files(folder: Path) -> list[Path]:
    """The XML files of a folder of annotations, or of a data set with such a folder, and in folders below; sorted."""
    home = next((folder / name for name in FOLDERS if (folder / name).is_dir()), folder)
    return files.walk_files(home, XML)[0]


def read_voc_truth(folder: Path, paths: Sequence[Path]) -> Truth:
    """The truth in ``paths``, the XML files in ``folder``. Classes have ids from 1 in the order of their names.

    An image goes by its ``<filename>`` and by the stem of its XML.

    Raises:
        DataError: files or objects that can't be used; all of them.
    """
    reader = _Reader()
    drafts = [draft for path in paths for draft in reader.drafts(path)]
    labels = sorted({found.label.strip() for draft in drafts for found in draft.objects})
    class_ids = {label: class_id for class_id, label in enumerate(labels, start=1)}
    images = tuple(reader.ground_truth(draft, class_ids) for draft in drafts)
    if reader.problems:
        raise DataError.collect(reader.problems)
    left_out = f"{counted(reader.empty, 'box')} without an area left out of the truth"
    return Truth(
        where=str(folder),
        images=images,
        names=tuple((draft.name, draft.source.stem) for draft in drafts),
        class_names={class_id: label for label, class_id in class_ids.items()},
        notes=(left_out,) if reader.empty else (),
    )


class _NamesAlone(ImageIndex):
    """Takes every image for there that an annotation names."""

    def __init__(self) -> None:
        """Nothing is listed."""

    def find(self, filename: str, *, stem: str, subfolder: str = "") -> Path:
        return Path(subfolder) / (PureWindowsPath(filename).name or stem)

    def name_of(self, image: Path) -> str:
        return image.as_posix()


class _Reader:
    """The files one after the other, with what was found wrong so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.empty = 0

    def drafts(self, path: Path) -> Sequence[ImageDraft]:
        reading = read_voc_xml(path, _NamesAlone())
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

"""The rows of the page's tables, out of an analysis: what is to be shown, not how."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.values import CocoAccuracy, LrpClass, Shape, SizeFigures
from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation.coco import result_of
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.suspects import find_suspects
from tfodkit.evaluation.comparing.values import Interval
from tfodkit.evaluation.mistakes.values import Mistake
from tfodkit.evaluation.operating.values import Counts, Fate, OperatingTable
from tfodkit.evaluation.result import COCO_FIGURES, KEYPOINT_FIGURES

NO_INTERVAL = Interval(None, None, None)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One of COCO's figures, and over which IoUs and objects it is taken."""

    name: str
    value: float | None
    ious: str
    area: str


@dataclass(frozen=True, slots=True)
class ClassRow:
    """All that is told of a class."""

    name: str
    ap: float | None
    ap50: float | None
    interval: Interval
    best: Counts
    fate: Fate
    lrp: LrpClass


@dataclass(frozen=True, slots=True)
class SizeRow:
    """A band of object sizes; ``sides`` are those of a square of such areas, in pixels."""

    figures: SizeFigures
    sides: str


@dataclass(frozen=True, slots=True)
class MistakeRow:
    """A kind of error, what it means, how many there are, and the AP it costs; ``share`` is of the worst kind's."""

    kind: Mistake
    meaning: str
    count: int
    ap_lost: float
    share: float


@dataclass(frozen=True, slots=True)
class SuspectRow:
    """A label that may be wrong: its picture, what is the matter, and the doubt, 0 to 1, that ranks it."""

    image: str
    words: str
    doubt: float


@dataclass(frozen=True, slots=True)
class Confused:
    """So many of the ``objects`` of a class were taken for another."""

    labelled: str
    detected: str
    count: int
    objects: int


MEANINGS = {
    Mistake.CLASSIFICATION: "the box is right, the class is not",
    Mistake.LOCALISATION: "the class is right, the box lies badly",
    Mistake.BOTH: "the class is wrong, and the box lies badly",
    Mistake.DUPLICATE: "an object that is found already is found again",
    Mistake.BACKGROUND: "something is found where nothing is labelled",
    Mistake.MISSED: "an object that no detection comes near",
}


def figure_tables(analysis: Analysis) -> list[tuple[Shape, list[FigureRow]]]:
    """COCO's figures in COCO's order: of boxes, and of masks and keypoints where the model and the truth have them."""
    measured = (analysis.boxes, analysis.masks, analysis.keypoints)
    return [(one.shape, _figure_rows(one)) for one in measured if one]


def class_rows(analysis: Analysis) -> list[ClassRow]:
    """The classes in ascending order of ids."""
    columns = zip(
        result_of(analysis.images, analysis.boxes).per_class,
        table_at(analysis, analysis.options.iou).at_best,
        analysis.fates,
        analysis.lrp,
        strict=True,
    )
    return [
        ClassRow(
            name=figures.name,
            ap=figures.ap,
            ap50=figures.ap50,
            interval=analysis.uncertainty.per_class.get(figures.name, NO_INTERVAL),
            best=best,
            fate=fate,
            lrp=lrp,
        )
        for figures, best, fate, lrp in columns
    ]


def mean_over_ious(boxes: CocoAccuracy) -> NDArray[np.float64]:
    """AP of each class, float64 ``[c]``; nan without ground truth (for which alone ``ap`` is nan)."""
    return np.mean(boxes.ap, axis=0)  # type: ignore[no-any-return]


def table_at(analysis: Analysis, iou: float) -> OperatingTable:
    """The counts at an IoU, or at the nearest one that there are counts of."""
    return min(analysis.operating, key=lambda table: abs(table.iou - iou))


def size_rows(bands: tuple[SizeFigures, ...]) -> list[SizeRow]:
    """Bands of areas, with the sides of squares that are as large."""
    return [SizeRow(band, _sides(band.low, band.high)) for band in bands]


def mistake_rows(analysis: Analysis) -> list[MistakeRow]:
    """The kinds of errors in TIDE's order."""
    mistakes = analysis.mistakes
    most = max([0.0, *mistakes.ap_lost.values()])
    return [
        MistakeRow(kind, MEANINGS[kind], mistakes.counts.get(kind, 0), lost, lost / most if most > 0 else 0.0)
        for kind, lost in mistakes.ap_lost.items()
    ]


def confused_pairs(analysis: Analysis, most: int = 10) -> list[Confused]:
    """The classes most often taken for one another, the most frequent pair first; the background is no class."""
    names = analysis.confusion.class_names
    objects = analysis.confusion.counts.sum(axis=1)
    counts = analysis.confusion.counts[: len(names), : len(names)].copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    cells = (divmod(int(cell), len(names)) for cell in order)
    return [
        Confused(names[row], names[column], int(counts[row, column]), int(objects[row]))
        for row, column in cells
        if counts[row, column]
    ]


def suspect_rows(images: EvaluationSet, most: int = 20) -> list[SuspectRow]:
    """The labels that detections contradict most, the greatest doubt first."""
    suspects = find_suspects(images, most=most)
    return [SuspectRow(images.images[each.image].name, each.words(images), each.doubt) for each in suspects]


def _figure_rows(measured: CocoAccuracy) -> list[FigureRow]:
    figures = KEYPOINT_FIGURES if measured.shape is Shape.KEYPOINTS else COCO_FIGURES
    return [FigureRow(name, measured.figures.get(name), ious, area) for name, _, (_, ious, area, _) in figures]


def _sides(low: float, high: float) -> str:
    if not np.isfinite(high) or high >= 1e9:  # noqa: PLR2004 - COCO's largest area, 1e5 squared, means no end
        return f"from {low**0.5:.0f} px"
    return f"up to {high**0.5:.0f} px" if low <= 0 else f"{low**0.5:.0f} to {high**0.5:.0f} px"

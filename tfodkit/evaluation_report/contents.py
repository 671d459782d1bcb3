"""What the page holds, by the names that its template has for it."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tfodkit import __version__
from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation.comparing.values import Interval
from tfodkit.evaluation.operating.values import Confusion
from tfodkit.evaluation_report import tables
from tfodkit.evaluation_report.plot import Plot, Stroke, inline_svg
from tfodkit.evaluation_report.subject import Subject
from tfodkit.evaluation_report.summary import summarise
from tfodkit.evaluation_report.worst_pictures import ShownPicture
from tfodkit.training.step_report import short_name

MOST_IN_MATRIX = 100
"""Classes; a larger table is nothing that can be read."""


@dataclass(frozen=True, slots=True)
class ShownPlot:
    """A plot within the page: its caption, and what its lines are."""

    title: str
    words: str
    svg: str
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    count: int
    share: float
    is_right: bool


def shown(plots: list[Plot]) -> list[ShownPlot]:
    """The plots as the page holds them."""
    return [ShownPlot(plot.title, plot.words, inline_svg(plot), plot.strokes) for plot in plots]


def contents(
    analysis: Analysis,
    subject: Subject,
    worst: list[ShownPicture],
    curves: list[ShownPlot],
    training: list[ShownPlot],
) -> dict[str, Any]:
    """All that ``page/report.html.j2`` names."""
    options, images = analysis.options, analysis.images
    return {
        "model": subject.model,
        "data": subject.data,
        "counts": {
            "objects": len(images.truth),
            "classes": len(images.class_names),
            "detections": len(images.found),
        },
        "anything_found": bool((images.found.score >= options.threshold).any()),
        "threshold": options.threshold,
        "iou": options.iou,
        "seed": options.seed,
        "summary": summarise(analysis),
        "boxes": analysis.boxes,
        "figures": tables.figure_tables(analysis),
        "sizes": _size_tables(analysis),
        "voc": analysis.voc,
        "voc_with_difficult": analysis.voc_with_difficult,
        "losses": {short_name(name): value for name, value in analysis.losses.items()},
        "highest": analysis.highest_only,
        "classes": tables.class_rows(analysis),
        "table": tables.table_at(analysis, options.iou),
        "tables": analysis.operating,
        "confusion": analysis.confusion,
        "matrix": _matrix(analysis.confusion),
        "confused": tables.confused_pairs(analysis),
        "errors": analysis.mistakes,
        "mistakes": tables.mistake_rows(analysis),
        "causes": analysis.causes,
        "uncertainty": analysis.uncertainty,
        "intervals": _intervals(analysis),
        "curves": curves,
        "training": training,
        "worst": worst,
        "suspects": tables.suspect_rows(images),
        "version": __version__,
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "numpy_version": np.__version__,
        "python_version": platform.python_version(),
    }


def _size_tables(analysis: Analysis) -> list[tuple[str, list[tables.SizeRow]]]:
    boxes = analysis.boxes
    bands = (("By size, in COCO's bands", boxes.coco_sizes), ("By size, in thirds of these objects", boxes.own_sizes))
    return [(title, tables.size_rows(sizes)) for title, sizes in bands if sizes]


def _intervals(analysis: Analysis) -> list[tuple[str, Interval]]:
    known = analysis.uncertainty
    return [("mAP", known.map), ("mAP@.50", known.map50), *known.per_class.items()]


def _matrix(confusion: Confusion) -> list[list[_Cell]]:
    """The cells with their share of their row; none where there are too many classes."""
    if len(confusion.class_names) > MOST_IN_MATRIX:
        return []
    return [
        [
            _Cell(int(count), float(share), row == column)
            for column, (count, share) in enumerate(zip(*both, strict=True))
        ]
        for row, both in enumerate(zip(confusion.counts, confusion.shares, strict=True))
    ]

"""What an evaluation found, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tfodkit.evaluation.accuracy.values import Shape
from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation.coco import result_of
from tfodkit.evaluation.operating.values import Counts, Fate
from tfodkit.evaluation.result import KEYPOINT_WORDING, WORDING, ClassFigures
from tfodkit.evaluation_report.names import shortened
from tfodkit.evaluation_report.summary import summarise
from tfodkit.evaluation_report.tables import table_at
from tfodkit.wording import counted, figure, percent, score

NO_GROUND_TRUTH = -1.0
"""How COCO's own tools print a figure that has no ground truth."""
LONGEST_NAME = 24
ISOLATES = {0x2068: None, 0x2069: None}
"""What keeps names apart on a page, and is a blot on a terminal."""


def analysis_lines(analysis: Analysis) -> Iterator[str]:
    """COCO's figures in its own wording, the classes, the best average precision first, and what it comes to."""
    images = analysis.images
    yield ", ".join(
        (
            counted(len(images.images), "image"),
            counted(len(images.truth), "object"),
            counted(len(images.found), "detection"),
        )
    )
    for accuracy in (analysis.boxes, analysis.masks, analysis.keypoints):
        if accuracy is not None:
            yield "" if accuracy is analysis.boxes else f"\n{accuracy.shape}:"
            yield from figure_lines(accuracy.figures, accuracy.shape)
    yield ""
    yield from class_lines(analysis)
    yield ""
    summary = summarise(analysis)
    for sentence in (*summary.accuracy, *summary.mistakes, *summary.advice):
        yield sentence.translate(ISOLATES)


def figure_lines(figures: Mapping[str, float | None], shape: Shape = Shape.BOXES) -> Iterator[str]:
    """The figures as pycocotools prints them."""
    for name, wording in (KEYPOINT_WORDING if shape is Shape.KEYPOINTS else WORDING).items():
        value = figures[name]
        yield f" {wording} = {NO_GROUND_TRUTH if value is None else value:.3f}"


def class_lines(analysis: Analysis) -> Iterator[str]:
    """A row a class: its accuracy, what its best threshold gives, and what became of its objects."""
    options = analysis.options
    figures = result_of(analysis.images, analysis.boxes).per_class
    table = table_at(analysis, options.iou)
    rows = sorted(
        zip(figures, table.at_best, analysis.fates, strict=True),
        key=lambda row: -(row[0].ap if row[0].ap is not None else NO_GROUND_TRUTH),
    )
    names = [shortened(row[0].name, LONGEST_NAME) for row in rows]
    width = max([len("class"), *map(len, names)])
    blank = " " * (width + len("  objects     AP   AP50  AR100"))
    yield f" {blank}  |  at the best threshold     |  at {score(options.threshold)}"
    yield (
        f" {'class':{width}}  {'objects':>7}  {'AP':>5}  {'AP50':>5}  {'AR100':>5}"
        "  |   score  prec    rec   F1  |  right  wrong  missed"
    )
    for name, (own, best, fate) in zip(names, rows, strict=True):
        yield f" {name:{width}}  {_accuracy(own)}  |  {_best(best)}  |  {_fate(fate)}"


def _accuracy(figures: ClassFigures) -> str:
    values = "  ".join(f"{figure(value):>5}" for value in (figures.ap, figures.ap50, figures.ar100))
    return f"{figures.ground_truths:>7}  {values}"


def _best(counts: Counts) -> str:
    threshold = score(counts.threshold if counts.true_positives else None)
    return f"{threshold:>6} {percent(counts.precision):>5}  {percent(counts.recall):>5}  {_short(counts.f1):>4}"


def _fate(fate: Fate) -> str:
    total = fate.ground_truths
    right, wrong, missed = (
        percent(count / total if total else None) for count in (fate.correct, fate.misclassified, fate.missed)
    )
    return f"{right:>5}  {wrong:>5}  {missed:>6}"


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"

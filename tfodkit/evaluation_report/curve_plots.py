"""The curves: precision over recall, AP over IoU, and what a score threshold does."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.values import CocoAccuracy
from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation.operating.values import ThresholdCurves
from tfodkit.evaluation_report.plot import Plot, Stroke, new_axes, stroke
from tfodkit.evaluation_report.tables import mean_over_ious, table_at
from tfodkit.plots import FAINT, INK, SERIES, SHADE
from tfodkit.wording import score

MOST_NAMED = 6
"""Classes whose lines are named; the others are faint."""
RECALLS = np.linspace(0, 1, 101)
_MEAN = "mean of the classes"


def curve_plots(analysis: Analysis) -> list[Plot]:
    """All of them, in the order in which they are read; none where there is nothing to draw."""
    if np.isnan(analysis.boxes.ap).all():
        return []
    return [
        _precision_recall(analysis),
        _precision_by_iou(analysis),
        _thresholds(analysis),
        _f1_by_class(analysis),
    ]


def named_classes(boxes: CocoAccuracy) -> list[int]:
    """The columns of the classes of lowest AP, which are those to look at, at most ``MOST_NAMED``; ascending."""
    means = mean_over_ious(boxes)
    present = np.flatnonzero(~np.isnan(means))
    return sorted(present[np.argsort(means[present], kind="stable")][:MOST_NAMED].tolist())


def _precision_recall(analysis: Analysis) -> Plot:
    figure, axes = new_axes("recall", "precision")
    precision = analysis.boxes.precision[0]
    strokes, legend = _class_lines(axes, analysis, RECALLS, precision.T)
    _frame(axes, (0, 1))
    words = f"The area under a line is AP at IoU 0.50; {_named_words(analysis)}"
    return Plot("precision_recall", "Precision over recall at IoU 0.50", words, figure, strokes, legend)


def _precision_by_iou(analysis: Analysis) -> Plot:
    figure, axes = new_axes("IoU asked for", "AP")
    ious = np.array(analysis.boxes.iou_thresholds)
    strokes, legend = _class_lines(axes, analysis, ious, analysis.boxes.ap.T)
    _frame(axes, (float(ious[0]), float(ious[-1])))
    words = "Where a line falls early, objects are found but their boxes lie badly."
    return Plot("ap_by_iou", "AP by how well a box has to lie", words, figure, strokes, legend)


def _thresholds(analysis: Analysis) -> Plot:
    figure, axes = new_axes("score threshold", "")
    curves, best = analysis.curves, best_threshold(analysis)
    strokes = (Stroke("precision", SERIES[0]), Stroke("recall", SERIES[1], (6.0, 2.5)), Stroke("F1", INK, width=2.2))
    lines = [
        axes.plot(curves.thresholds, values[-1], **one.style())[0]
        for one, values in zip(strokes, (curves.precision, curves.recall, curves.f1), strict=True)
    ]
    marks = {
        analysis.options.threshold: Stroke(f"as counted: {score(analysis.options.threshold)}", FAINT, (1.5, 2.0), 1.2)
    }
    words = "Nothing is right at any threshold."
    if best is not None:
        marks = {best: Stroke(f"best F1: {score(best)}", SHADE, (4.0, 3.0), 1.2), **marks}
        words = f"F1 of all classes together is highest at a threshold of {score(best)}."
    lines += [axes.axvline(place, zorder=0, **one.style()) for place, one in marks.items()]
    _frame(axes, (0, _highest(curves)))
    title = f"What a score threshold does, IoU {analysis.options.iou:.2f}"
    return Plot("thresholds", title, words, figure, (*strokes, *marks.values()), tuple(lines))


def _f1_by_class(analysis: Analysis) -> Plot:
    figure, axes = new_axes("score threshold", "F1")
    curves = analysis.curves
    strokes, legend = _class_lines(axes, analysis, curves.thresholds, curves.f1[:-1], mean=curves.f1[-1])
    _frame(axes, (0, _highest(curves)))
    words = "Where the tops of the lines lie far apart, each class is better off with a threshold of its own."
    return Plot("f1_by_class", "F1 over the score threshold, by class", words, figure, strokes, legend)


def best_threshold(analysis: Analysis) -> float | None:
    """The one threshold of highest F1, at the analysis' IoU; None where nothing is ever right."""
    best = table_at(analysis, analysis.options.iou).overall_best
    return best.threshold if best.true_positives else None


def _highest(curves: ThresholdCurves) -> float:
    """How far thresholds are worth drawing: some models' scores are all tiny."""
    reached = curves.thresholds[curves.recall[-1] > 0]
    return min(1.0, 1.1 * float(reached.max())) if reached.size and reached.max() > 0 else 1.0


def _class_lines(
    axes: Any,
    analysis: Analysis,
    across: NDArray[np.float64],
    by_class: NDArray[np.float64],
    *,
    mean: NDArray[np.float64] | None = None,
) -> tuple[tuple[Stroke, ...], tuple[Any, ...]]:
    """A line a class and one of all; ``by_class`` is ``[c, points]``. The strokes and lines of those with a name."""
    names = list(analysis.images.class_names.values())
    named = named_classes(analysis.boxes)
    present = ~np.isnan(by_class).all(axis=1)
    for column in np.flatnonzero(present):
        if int(column) not in named:
            axes.plot(across, by_class[column], color=FAINT, linewidth=0.7, alpha=0.35)
    strokes = [stroke(number, names[column]) for number, column in enumerate(named)]
    lines = [axes.plot(across, by_class[column], **one.style())[0] for one, column in zip(strokes, named, strict=True)]
    if len(names) > 1:
        together = Stroke("all classes" if mean is not None else _MEAN, INK, width=2.2)
        values = by_class[present].mean(axis=0) if mean is None else mean
        lines += axes.plot(across, values, **together.style())
        strokes.append(together)
    return tuple(strokes), tuple(lines)


def _named_words(analysis: Analysis) -> str:
    count = int(np.count_nonzero(~np.isnan(mean_over_ious(analysis.boxes))))
    return f"named are the {MOST_NAMED} classes of lowest AP." if count > MOST_NAMED else "a line a class."


def _frame(axes: Any, across: tuple[float, float]) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.set_ylim(0, 1.02)
    axes.set_xlim(*across)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))

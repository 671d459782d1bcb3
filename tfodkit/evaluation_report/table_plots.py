"""What the page shows as tables with bars, as plots of their own: for slides and papers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation.mistakes.values import Cause
from tfodkit.evaluation_report.plot import WIDTH, Plot, new_axes, plot_font, written
from tfodkit.plots import FAINT, INK, LINE, PAPER, SERIES, SHADE, dress, new_figure, plain
from tfodkit.wording import score

MOST_CLASSES = 40
"""In a plot with a name a class."""
CELL, MARGIN = 0.32, 1.6
"""Inches: a class in a plot, and what names take."""
_ACROSS = 2
_DARK = 0.6
"""Share of a row from which on a cell's number is written in light."""


def table_plots(analysis: Analysis) -> list[Plot]:
    """The errors, the causes, the classes with their intervals, the confusion matrix: those there is anything of."""
    plots = [] if analysis.mistakes.ap is None else [_mistakes(analysis)]
    if shown := [cause for cause in analysis.causes.qualities if cause.bins]:
        plots.append(_causes(shown))
    if 0 < len(analysis.images.class_names) <= MOST_CLASSES:
        plots += [_intervals(analysis), _confusion(analysis)]
    return plots


def _mistakes(analysis: Analysis) -> Plot:
    figure, axes = new_axes("AP lost", "")
    lost = analysis.mistakes.ap_lost
    names = [str(kind) for kind in lost]
    axes.barh(names, list(lost.values()), color=LINE, height=0.6)
    for row, value in enumerate(lost.values()):
        axes.annotate(f" {value:.3f}", (value, row), va="center", fontsize=9, color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, max(0.01, *lost.values()) * 1.2 if lost else 1)
    axes.grid(visible=False)
    return Plot("mistakes", "AP lost by each kind of error", "", figure)


def _causes(causes: list[Cause]) -> Plot:
    down = math.ceil(len(causes) / _ACROSS)
    most = [max(len(cause.bins) for cause in causes[row * _ACROSS :][:_ACROSS]) for row in range(down)]
    figure = new_figure(WIDTH * 1.8, sum(0.24 * bins + 0.8 for bins in most) + 0.7)
    panels = figure.subplots(down, _ACROSS, squeeze=False, height_ratios=most).ravel().tolist()
    for axes in panels[len(causes) :]:
        axes.set_axis_off()
    drawn = [_draw_cause(panels[place], cause, most[place // _ACROSS]) for place, cause in enumerate(causes)]
    figure.legend(drawn[0], ("found", "misclassified"), loc="outside lower left", ncols=2, frameon=False, fontsize=9)
    return Plot("causes", "What became of objects, by what they look like", "", figure)


def _draw_cause(axes: Any, cause: Cause, most: int) -> tuple[Any, Any]:
    """Draw a bar a bin where there is room for ``most``; what was drawn, for the legend."""
    dress(axes)
    font, prop = plot_font(each.name for each in cause.bins)
    places, objects = range(len(cause.bins)), np.array([max(each.objects, 1) for each in cause.bins])
    correct = np.array([each.correct for each in cause.bins]) / objects
    wrong = np.array([each.misclassified for each in cause.bins]) / objects
    found = axes.barh(places, correct, color=LINE, height=0.7)
    mixed_up = axes.barh(places, wrong, left=correct, color=SHADE, height=0.7, hatch="//", edgecolor=PAPER)
    axes.set_yticks(places, written([each.name for each in cause.bins], font), fontproperties=prop)
    axes.set_ylim(most - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.grid(visible=False, axis="y")
    axes.set_title(plain(cause.quality), loc="left", fontsize=9, color=FAINT)
    return found, mixed_up


def _intervals(analysis: Analysis) -> Plot:
    names = list(analysis.images.class_names.values())
    intervals = [analysis.uncertainty.per_class.get(name) for name in names]
    figure, axes = new_axes("AP", "", height=MARGIN + CELL * len(names))
    for row, interval in enumerate(intervals):
        if interval is None or interval.value is None:
            continue
        if interval.low is not None and interval.high is not None:
            axes.plot([interval.low, interval.high], [row, row], color=LINE, linewidth=2.4, solid_capstyle="butt")
        axes.plot([interval.value], [row], "o", color=INK, markersize=4.5)
    font, prop = plot_font(names)
    axes.set_yticks(range(len(names)), written(names, font), fontproperties=prop)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.grid(axis="x", color=FAINT, alpha=0.2)
    return Plot("intervals", f"AP with its {analysis.uncertainty.level:.0%} interval", "", figure)


def _confusion(analysis: Analysis) -> Plot:
    confusion = analysis.confusion
    names = [*confusion.class_names, "background"]
    side = MARGIN + CELL * len(names)
    figure = new_figure(max(side, WIDTH), max(side, WIDTH) * 0.9)
    axes = figure.subplots()
    counts, shares = confusion.counts, confusion.shares
    axes.imshow(shares, cmap=_paper_to_line(), vmin=0, vmax=1)
    font, prop = plot_font(names)
    labels = [*written(names[:-1], font), names[-1]]
    axes.set_xticks(range(len(names)), labels, fontproperties=prop, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), labels, fontproperties=prop)
    axes.set_xlabel("detected as", color=FAINT, fontsize=9)
    axes.set_ylabel("labelled", color=FAINT, fontsize=9)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelcolor=INK)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = PAPER if shares[row, column] > _DARK else INK
            axes.text(column, row, f"{count:,}", ha="center", va="center", fontsize=7, color=colour)
    title = f"Who is taken for whom, from a score of {score(confusion.threshold)}, IoU {confusion.iou:.2f}"
    return Plot("confusion", title, "", figure)


def _paper_to_line() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("paper", [PAPER, SERIES[0]])

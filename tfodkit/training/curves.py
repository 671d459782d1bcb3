"""The curves of a run as one picture: losses, average precision, learning rate, images a second."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tfodkit.files import write_bytes
from tfodkit.plots import FAINT, INK, LINE, SERIES, SHADE, dress, new_figure, plain, png
from tfodkit.training.metrics import Row, read_table
from tfodkit.training.step_report import short_name

INCHES = (12.0, 7.6)
FIGURES = ("mAP", "mAP@.50")
TOTAL_LOSS, LOSSES = "Loss/total_loss", "Loss/"
FEW_POINTS = 30
"""Of a line; so few are marked one by one, and not smoothed."""
MOST_SMOOTHED = 25
STEEP = 20
"""The highest loss by the median one; above, the axis is logarithmic."""

Points = tuple[list[float], list[float]]


def draw_curves(metrics: Path, evaluations: Path, output: Path, *, title: str, best_step: int | None = None) -> None:
    """Draw the tables of a run, as :class:`~tfodkit.training.metrics.StepTable` writes them, into a PNG.

    ``best_step`` is marked among the evaluations.

    Raises:
        OutputError: ``output`` can't be written.
    """
    steps, evaluated = read_table(metrics), read_table(evaluations)
    figure = new_figure(*INCHES)
    figure.suptitle(plain(title), x=0.02, ha="left", fontsize=15, color=INK, fontweight="bold")
    panels = figure.subplots(2, 2)
    losses, precision, rate, speed = panels.flat
    _draw_losses(losses, steps)
    _draw_precision(precision, evaluated, best_step)
    for axes, name, column in ((rate, "learning rate", "learning_rate"), (speed, "images/s", "images_per_sec")):
        _begin(axes, name)
        axes.plot(*points(steps, column), color=LINE, linewidth=1.8)
        axes.set_ylim(bottom=0)
    last = max((row["step"] or 1 for row in (*steps, *evaluated)), default=1)
    for axes in panels.flat:
        axes.set_xlim(0, last * 1.02)
    write_bytes(output, png(figure))


def points(rows: Iterable[Row], column: str) -> Points:
    """Steps and values of a column, where it holds a number."""
    found = [(row["step"], row[column]) for row in rows if row.get(column) is not None]
    numbers = [
        (step, value) for step, value in found if step is not None and value is not None and math.isfinite(value)
    ]
    return [step for step, _ in numbers], [value for _, value in numbers]


def smoothed(values: list[float]) -> list[float]:
    """The mean of each value and those beside it: as many of them as there are to the nearer end, 25 at most."""
    wide = min(len(values) // FEW_POINTS, MOST_SMOOTHED)
    reach = [min(wide, index, len(values) - 1 - index) for index in range(len(values))]
    return [statistics.fmean(values[index - near : index + near + 1]) for index, near in enumerate(reach)]


def _draw_losses(axes: Any, rows: list[dict[str, float | None]]) -> None:
    _begin(axes, "loss")
    names = list(dict.fromkeys(name for row in rows for name in row if name.startswith(LOSSES)))
    lines = {name: points(rows, name) for name in sorted(names, key=lambda name: name != TOTAL_LOSS)}
    for (name, (steps, values)), colour in zip(lines.items(), _colours(len(lines)), strict=True):
        width = 2.2 if name == TOTAL_LOSS else 1.4
        axes.plot(steps, values, color=colour, linewidth=0.8, alpha=0.25)
        axes.plot(steps, smoothed(values), color=colour, linewidth=width, label=plain(short_name(name)))
    total = lines.get(TOTAL_LOSS, ([], []))[1]
    if total and max(total) > STEEP * statistics.median(total) > 0:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    _name_lines(axes)


def _draw_precision(axes: Any, rows: list[dict[str, float | None]], best_step: int | None) -> None:
    _begin(axes, "average precision of the validation images")
    lines: Mapping[str, Points] = {name: points(rows, name) for name in FIGURES}
    for (name, (steps, values)), colour in zip(lines.items(), SERIES, strict=False):
        marker = "o" if len(values) < FEW_POINTS else ""
        axes.plot(steps, values, color=colour, linewidth=1.8, marker=marker, markersize=4, label=name)
        for step, value in zip(steps, values, strict=True):
            if step == best_step:
                axes.plot([step], [value], "o", markersize=11, markerfacecolor="none", markeredgecolor=colour)
                above = name != FIGURES[0]
                axes.annotate(f"{value:.3f}", (step, value), xytext=(0, 9 if above else -9), textcoords="offset points",
                              ha="center", va="bottom" if above else "top", fontsize=9, color=colour)  # fmt: skip
    highest = max((value for _, values in lines.values() for value in values), default=0.0)
    axes.set_ylim(0, min(1.0, 1.3 * highest) or 1.0)
    if best_step is not None:
        axes.axvline(
            best_step, color=SHADE, linewidth=1, linestyle=(0, (4, 3)), zorder=0, label=f"best: step {best_step:,}"
        )
    _name_lines(axes)


def _begin(axes: Any, name: str) -> None:
    from matplotlib.ticker import FuncFormatter

    dress(axes)
    axes.set_title(name, loc="left", fontsize=10, color=FAINT)
    axes.set_xlabel("step", color=FAINT, fontsize=9)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _name_lines(axes: Any) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8, labelcolor=INK, loc="best")


def _colours(count: int) -> list[str]:
    return [SERIES[number % len(SERIES)] for number in range(count)]

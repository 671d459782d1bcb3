"""The curves of the run that the model came from, out of the tables that training left."""

from __future__ import annotations

from pathlib import Path

from tfodkit.evaluation_report.plot import Plot, Stroke, new_axes, stroke
from tfodkit.plots import INK
from tfodkit.training.curves import FIGURES, LOSSES, TOTAL_LOSS, points, smoothed
from tfodkit.training.metrics import read_table
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.step_report import short_name

FEW_POINTS = 30


def training_plots(run: Path | None) -> list[Plot]:
    """The loss and the average precision over the steps; none without a run, or where it has written nothing."""
    if run is None:
        return []
    folder = RunDirectory(run)
    plots = [_losses(folder.metrics_path), _precision(folder.evaluations_path)]
    return [plot for plot in plots if plot]


def _losses(metrics: Path) -> Plot | None:
    rows = read_table(metrics)
    names = list(dict.fromkeys(name for row in rows for name in row if name.startswith(LOSSES)))
    lines = {name: points(rows, name) for name in sorted(names, key=lambda name: name != TOTAL_LOSS)}
    if not any(steps for steps, _ in lines.values()):
        return None
    figure, axes = new_axes("step", "loss")
    strokes = [
        Stroke("total", INK, width=2.2) if name == TOTAL_LOSS else stroke(number, short_name(name))
        for number, name in enumerate(lines)
    ]
    drawn = [
        axes.plot(steps, smoothed(values), **one.style())[0]
        for one, (steps, values) in zip(strokes, lines.values(), strict=True)
    ]
    axes.set_ylim(bottom=0)
    words = "Smoothed. Where the total no longer falls, more steps are of little use."
    return Plot("training_loss", "Loss over the steps of training", words, figure, tuple(strokes), tuple(drawn))


def _precision(evaluations: Path) -> Plot | None:
    rows = read_table(evaluations)
    lines = {name: points(rows, name) for name in FIGURES}
    if not any(steps for steps, _ in lines.values()):
        return None
    figure, axes = new_axes("step", "average precision")
    strokes = [stroke(number, name) for number, name in enumerate(lines)]
    drawn = [
        axes.plot(steps, values, marker="o" if len(steps) < FEW_POINTS else "", markersize=3.5, **one.style())[0]
        for one, (steps, values) in zip(strokes, lines.values(), strict=True)
    ]
    axes.set_ylim(bottom=0)
    words = "Of the validation images, as it was measured during training."
    return Plot("training_precision", "Average precision during training", words, figure, tuple(strokes), tuple(drawn))

"""The learning rate of a whole run as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfodkit.config.learning.learning_rates import LearningRateCurve, learning_rate_curve
from tfodkit.config.learning.schedule_words import schedule_words
from tfodkit.config.pipeline import Message
from tfodkit.files import write_bytes
from tfodkit.plots import FAINT, INK, LINE, SHADE, check_plot_output, dress, new_figure, plain, png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INCHES = (10.0, 5.4)
NOTHING = 1e-5
"""Of the peak; less is written as 0."""


def plot_learning_rate(pipeline: Message, output: Path, *, where: str, force: bool = False) -> LearningRateCurve:
    """Draw the learning rate of each step that a config plans into a PNG, with its warm-up, peak and end marked.

    ``where`` names the config, in the title and in errors.

    Raises:
        ConfigError: as :func:`~tfodkit.config.learning.learning_rates.learning_rate_curve`.
        UsageError: ``output`` is no .png.
        OutputError: ``output`` exists and ``force`` is not set, or can't be written.
    """
    check_plot_output(output, force=force)
    curve = learning_rate_curve(pipeline, where)
    optimizer = pipeline.train_config.optimizer
    learning_rate = getattr(optimizer, optimizer.WhichOneof("optimizer")).learning_rate
    write_bytes(output, png(_drawn(curve, f"Learning rate of {Path(where).name}", schedule_words(learning_rate))))
    return curve


def _drawn(curve: LearningRateCurve, title: str, words: str) -> Figure:
    from matplotlib.ticker import FuncFormatter

    figure = new_figure(*INCHES)
    axes = figure.subplots()
    dress(axes)
    axes.plot(curve.steps, curve.rates, color=LINE, linewidth=2.2, zorder=3, solid_joinstyle="round")
    axes.fill_between(curve.steps, curve.rates, color=LINE, alpha=0.08, linewidth=0)
    figure.suptitle(plain(title), x=0.02, ha="left", fontsize=15, color=INK, fontweight="bold")
    axes.set_title(plain(words), loc="left", fontsize=10, color=FAINT, pad=12, wrap=True)
    axes.set_xlabel("step", color=FAINT)
    axes.set_ylabel("learning rate", color=FAINT)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:g}"))
    axes.set_xlim(-0.01 * curve.num_steps, 1.12 * curve.num_steps)
    axes.set_ylim(0, 1.18 * (max(rate for rate in curve.rates if rate == rate) or 1))  # noqa: PLR0124 - nan
    _mark_warm_up(axes, curve)
    _mark_end(axes, curve)
    return figure


def _mark_warm_up(axes: Any, curve: LearningRateCurve) -> None:
    end = min(curve.warm_up_steps, curve.num_steps)
    if not end:
        return
    axes.axvspan(0, end, color=SHADE, alpha=0.22, linewidth=0, zorder=1)
    goes_on = "" if curve.warm_up_steps < curve.num_steps else ", longer than the run"
    text = f"warm-up: {curve.warm_up_steps:,} steps{goes_on}"
    axes.annotate(text, (0, 0.97), xycoords=axes.get_xaxis_transform(), xytext=(4, 0), textcoords="offset points",
                  va="top", fontsize=9, color="#8a5a0b")  # fmt: skip


def _mark_end(axes: Any, curve: LearningRateCurve) -> None:
    last, rate = curve.steps[-1], curve.rates[-1]
    axes.axvline(curve.num_steps, color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
    axes.annotate(f"end: {curve.num_steps:,} steps", (curve.num_steps, 0.97), xycoords=axes.get_xaxis_transform(),
                  xytext=(5, 0), textcoords="offset points", va="top", fontsize=9, color=FAINT)  # fmt: skip
    axes.plot([last], [rate], "o", color=LINE, markersize=6, zorder=4, clip_on=False)
    text = f"{rate:.3g}" if rate > NOTHING * max(curve.rates) else "0"
    axes.annotate(text, (last, rate), xytext=(9, 6), textcoords="offset points", fontsize=10, color=LINE)
    peak = max(range(len(curve.rates)), key=lambda point: curve.rates[point])
    if curve.rates[peak] > rate:
        at = (curve.steps[peak], curve.rates[peak])
        axes.plot(*[[value] for value in at], "o", color=LINE, markersize=6, zorder=4)
        axes.annotate(f"{at[1]:.3g} at step {at[0]:,}", at, xytext=(9, 6), textcoords="offset points", fontsize=10,
                      color=LINE)  # fmt: skip

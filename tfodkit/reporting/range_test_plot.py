"""The loss over the learning rate as a picture: a range test, with the rates that it suggests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfodkit.files import write_bytes
from tfodkit.plots import FAINT, INK, LINE, SERIES, SHADE, dress, new_figure, plain, png
from tfodkit.training.lr_curve import SmoothedPoint, Suggestion
from tfodkit.training.lr_finder import FoundRates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INCHES = (10.0, 5.4)
HEADROOM = 0.25
"""Above the loss of the beginning, as a share of what it falls by and half of itself; what explodes goes out there."""


def plot_range_test(found: FoundRates, output: Path) -> None:
    """Draw the losses, as they came and smoothed, over the rate, into a PNG.

    Raises:
        OutputError: ``output`` can't be written.
    """
    write_bytes(output, png(_drawn(found)))


def _drawn(found: FoundRates) -> Figure:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    curve = found.curve
    figure = new_figure(*INCHES)
    axes = figure.subplots()
    dress(axes)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(curve.rates[0], curve.rates[-1] * 1.3)
    axes.set_ylim(*_limits(curve.settled or curve.smoothed))
    axes.plot(curve.rates, curve.losses, color=LINE, linewidth=0.8, alpha=0.3, label="loss of each step")
    rates, losses = [point.rate for point in curve.smoothed], [point.loss for point in curve.smoothed]
    axes.plot(rates, losses, color=LINE, linewidth=2.2, label="smoothed")
    _mark(axes, found.suggestion)
    axes.axvline(
        found.present, color=FAINT, linewidth=1, linestyle=(0, (1, 3)), label=f"{found.present:.2g}: of the config"
    )
    figure.suptitle(f"Learning rates for {plain(found.config.name)}", x=0.02, ha="left", fontsize=15, color=INK,
                    fontweight="bold")  # fmt: skip
    words = f"no suggestion: {found.suggestion.reason}" if found.suggestion.reason else _words(found.suggestion)
    axes.set_title(plain(words), loc="left", fontsize=10, color=FAINT, pad=12, wrap=True)
    axes.set_xlabel("learning rate", color=FAINT)
    axes.set_ylabel("total loss", color=FAINT)
    axes.legend(frameon=False, fontsize=9, labelcolor=INK, loc="lower left")
    return figure


def _mark(axes: Any, suggestion: Suggestion) -> None:
    marks = (
        (suggestion.steepest, SERIES[1], "where the loss falls fastest"),
        (suggestion.careful, SHADE, "a tenth of the lowest loss's"),
    )
    for rate, colour, text in marks:
        if rate is not None:
            axes.axvline(rate, color=colour, linewidth=1.6, linestyle=(0, (4, 3)), label=f"{rate:.2g}: {text}")


def _words(suggestion: Suggestion) -> str:
    return f"steepest at {suggestion.steepest:.2g}; lowest at {suggestion.lowest:.2g}"


def _limits(points: list[SmoothedPoint] | Any) -> tuple[float, float]:
    """Of the loss: what explodes leaves the picture, or the rest would be a flat line."""
    losses = [point.loss for point in points]
    lowest = min(range(len(losses)), key=losses.__getitem__)
    highest = max(losses[: lowest + 1])
    room = HEADROOM * (highest - losses[lowest] + highest / 2)
    return losses[lowest] - room, highest + room

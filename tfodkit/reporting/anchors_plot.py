"""Anchors against boxes as a picture: the best IoUs, and the sizes of both."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from tfodkit.config.anchors.reach import AnchorReach
from tfodkit.config.anchors.report import AnchorReport
from tfodkit.files import write_bytes
from tfodkit.plots import FAINT, INK, LINE, SERIES, dress, new_figure, plain, png

INCHES = (12.0, 5.6)
_MISSED = SERIES[1]


def plot_anchors(report: AnchorReport, output: Path) -> None:
    """Draw how many boxes have which best IoU, and their sizes over those of the anchors, into a PNG.

    Raises:
        OutputError: ``output`` can't be written.
    """
    figure = new_figure(*INCHES)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    reach, every = report.reach, report.reach.all_classes
    figure.suptitle(plain(f"Anchors of {Path(report.config).name}"), x=0.02, ha="left", fontsize=15, color=INK,
                    fontweight="bold")  # fmt: skip
    missed = f"{every.unreached:.1%} of {every.boxes:,} boxes have no anchor with an IoU of {reach.threshold:g}"
    _draw_ious(left, report, missed)
    _draw_sizes(right, reach)
    write_bytes(output, png(figure))


def _draw_ious(axes: Any, report: AnchorReport, words: str) -> None:
    dress(axes)
    counts = report.histogram()
    ends = [index / len(counts) for index in range(len(counts) + 1)]
    threshold = report.reach.threshold
    colours = [LINE if (low + high) / 2 > threshold else _MISSED for low, high in pairwise(ends)]
    axes.bar(ends[:-1], counts, width=0.9 / len(counts), align="edge", color=colours, zorder=2)
    axes.axvline(threshold, color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_title(words, loc="left", fontsize=10, color=FAINT, pad=10)
    axes.set_xlabel("IoU with the best anchor", color=FAINT)
    axes.set_ylabel("boxes", color=FAINT)
    axes.set_xlim(0, 1)


def _draw_sizes(axes: Any, reach: AnchorReach) -> None:
    from matplotlib.ticker import FuncFormatter

    dress(axes)
    axes.grid(axis="x", color=FAINT, alpha=0.2, linewidth=0.8)
    is_reached = reach.ious >= reach.threshold
    for chosen, colour, label in ((is_reached, LINE, "box"), (~is_reached, _MISSED, "box that no anchor reaches")):
        if chosen.any():
            axes.scatter(reach.widths[chosen], reach.heights[chosen], s=9, color=colour, alpha=0.35, linewidths=0,
                         label=label, zorder=2)  # fmt: skip
    sizes = [size for level in reach.levels for size in level.grid.sizes]
    axes.scatter([width for _, width in sizes], [height for height, _ in sizes], s=46, marker="+", color=INK,
                 linewidths=1.1, label="anchor", zorder=3)  # fmt: skip
    for scale, name in ((axes.set_xscale, "x"), (axes.set_yscale, "y")):
        scale("log", base=2)
        getattr(axes, f"{name}axis").set_major_formatter(FuncFormatter(lambda side, _: f"{side:g}"))
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_title(f"Sizes in an input of {reach.input_width} x {reach.input_height} pixels", loc="left", fontsize=10,
                   color=FAINT, pad=10)  # fmt: skip
    axes.set_xlabel("width in pixels", color=FAINT)
    axes.set_ylabel("height in pixels", color=FAINT)
    for handle in axes.legend(frameon=False, fontsize=9, labelcolor=FAINT, loc="lower right").legend_handles:
        handle.set_alpha(1)

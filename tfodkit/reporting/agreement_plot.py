"""How well the boxes of two sets of labels fit each other, as a histogram."""

from __future__ import annotations

from pathlib import Path

from tfodkit.evaluation.comparing.agreement import BINS, Agreement
from tfodkit.files import write_bytes
from tfodkit.plots import FAINT, INK, LINE, SERIES, dress, new_figure, plain, png

INCHES = (9.0, 5.0)
_APART = SERIES[1]


def plot_agreement(agreement: Agreement, title: str, output: Path) -> None:
    """Draw how many pairs of boxes have which IoU, matched ones and near ones, into a PNG.

    Raises:
        OutputError: ``output`` can't be written.
    """
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(*INCHES)
    axes = figure.subplots()
    dress(axes)
    figure.suptitle(plain(title), x=0.02, ha="left", fontsize=14, color=INK, fontweight="bold")
    near = [value for image in agreement.images for value in image.near_ious]
    matched = [pair.iou for pair in agreement.matched]
    names = ("too far apart: counted in one set only", "matched")
    axes.hist(
        [near, matched], BINS, range=(0, 1), stacked=True, color=(_APART, LINE), rwidth=0.9, label=names, zorder=2
    )
    axes.axvline(agreement.iou, color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_title(_words(agreement, len(near)), loc="left", fontsize=10, color=FAINT, pad=10)
    axes.set_xlabel("IoU of two boxes taken for the same object", color=FAINT)
    axes.set_ylabel("pairs of boxes", color=FAINT)
    axes.set_xlim(0, 1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if near:
        axes.legend(frameon=False, fontsize=9, labelcolor=FAINT, loc="upper left")
    write_bytes(output, png(figure))


def _words(agreement: Agreement, near: int) -> str:
    mean = "" if agreement.mean_iou is None else f", mean IoU {agreement.mean_iou:.3f}"
    alone = agreement.only_a + agreement.only_b - 2 * near
    return f"{len(agreement.matched):,} pairs matched{mean}; {alone:,} boxes touch no other"

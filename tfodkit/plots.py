"""How our plots look, and how one becomes a PNG. matplotlib is loaded by the functions alone, without a window."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfodkit.errors import UsageError
from tfodkit.files import refuse_existing_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER, INK, FAINT, LINE, SHADE = "#faf9f6", "#222222", "#78756e", "#1f5f8b", "#e8a33d"
SERIES = (LINE, "#c8553d", "#5b8c5a", "#8a5a9e", "#b08900", "#4f9da6")
"""Colours of several lines in one plot, in their order."""
DOTS_PER_INCH = 160
SUFFIX = ".png"


def check_plot_output(output: Path, *, force: bool) -> None:
    """Refuse a place that no plot can be written to, before the work begins.

    Raises:
        UsageError: ``output`` is no .png.
        OutputError: it exists and ``force`` is not set.
    """
    if output.suffix.lower() != SUFFIX:
        raise UsageError(f"--output {output}", "the picture must be a .png", f"Name it {output.with_suffix(SUFFIX)}.")
    refuse_existing_file(output, force=force)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of our paper, in inches."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    return Figure(figsize=(width, height), facecolor=PAPER, layout=ConstrainedLayoutEngine(w_pad=0.14, h_pad=0.14))


def dress(axes: Any) -> None:
    """Our paper, faint rules across, and no frame."""
    axes.set_facecolor(PAPER)
    axes.grid(axis="y", color=FAINT, alpha=0.2, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=FAINT, labelsize=9)


def plain(text: str) -> str:
    """Between dollar signs matplotlib sets a formula."""
    return text.replace("$", r"\$")


def png(figure: Figure) -> bytes:
    """The picture of a figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return picture.getvalue()

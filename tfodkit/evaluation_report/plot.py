"""A plot in the two forms it is wanted in: a PNG of its own, and an SVG within the page, light or dark.

The SVG says nothing that the page says better: its title is the page's caption, and its lines are named beside it in
the page's letters, which write every script. The PNG has a title and a legend.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from tfodkit.evaluation_report.names import shortened
from tfodkit.inference.fonts import Font, can_write, font_for
from tfodkit.plots import FAINT, INK, PAPER, SERIES, SHADE, dress, new_figure, plain, png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 4.8, 3.3
"""Inches: as small as the page shows it on a telephone, so that letters are of one size everywhere."""
DASHES = (None, (6.0, 2.5), (1.5, 2.0))
"""Once the colours are used up, lines are dashed, then dotted; lengths in line widths."""
_LEGEND_LETTERS = 8
_LEGEND_LINE = 0.2
"""Inches."""
_LONGEST_NAME = 32
_VARIABLES = {
    PAPER: "paper",
    INK: "ink",
    FAINT: "faint",
    SHADE: "series-0",
    **{colour: f"series-{number}" for number, colour in enumerate(SERIES, 1)},
}
"""What the page's style calls our colours; there they change with light and dark."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """How one line looks, and what it is."""

    name: str
    colour: str
    dash: tuple[float, float] | None = None
    width: float = 1.6

    @property
    def variable(self) -> str:
        """Its colour's name in the page's style."""
        return _VARIABLES[self.colour]

    def style(self) -> dict[str, Any]:
        """The same for matplotlib."""
        return {
            "color": self.colour,
            "linewidth": self.width,
            "linestyle": (0, self.dash) if self.dash else "solid",
        }


def stroke(number: int, name: str) -> Stroke:
    """The look of the ``number``-th line of a plot, from 0, told from the others without its colour too."""
    return Stroke(name, SERIES[number % len(SERIES)], DASHES[number // len(SERIES) % len(DASHES)])


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """A drawn plot: ``stem`` names its file, ``title`` says what it shows, ``words`` what can be seen in it."""

    stem: str
    title: str
    words: str
    figure: Figure
    strokes: tuple[Stroke, ...] = ()
    legend: tuple[Any, ...] = ()
    """matplotlib's lines, one a stroke."""


def new_axes(across: str, up: str, *, height: float = HEIGHT) -> tuple[Figure, Any]:
    """A figure of the page's size with one pair of axes, 0 to 1 upwards."""
    figure = new_figure(WIDTH, height)
    axes = figure.subplots()
    dress(axes)
    axes.set_xlabel(across, color=FAINT, fontsize=9)
    axes.set_ylabel(up, color=FAINT, fontsize=9)
    return figure, axes


def inline_svg(plot: Plot) -> Markup:
    """The figure as an SVG element in the page's own colours and letters, as wide as its place."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasSVG(plot.figure)
    file = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": plot.stem}):
        plot.figure.savefig(file, format="svg", metadata=nothing)
    text = file.getvalue()
    content = text[text.index(">", text.index("<svg")) + 1 :]
    box = re.search(r'viewBox="[\d. ]+"', text)
    assert box, "matplotlib writes one"
    label = escape(f"{plot.title}. {plot.words}")
    return Markup(f'<svg {box[0]} role="img" aria-label="{label}">{_at_home(content, plot.stem)}')


def as_png(plot: Plot) -> bytes:
    """The figure with its title and the names of its lines. Draw the SVG first: these stay in the figure."""
    title = plot.figure.suptitle(plain(plot.title), x=0.02, ha="left", fontsize=11, color=INK)
    title.set_fontweight("bold")
    if plot.legend:
        plot.figure.set_figheight(plot.figure.get_figheight() + _LEGEND_LINE * (1 + len(plot.legend) // 2))
        names = [one.name for one in plot.strokes]
        font, prop = plot_font(names)
        plot.figure.legend(
            plot.legend,
            written(names, font),
            loc="outside lower center",
            ncols=2,
            frameon=False,
            labelcolor=INK,
            prop=prop,
        )
    return png(plot.figure)


def _at_home(svg: str, stem: str) -> str:
    """Colours by the page's names, letters by its style, and ids that no other plot of the page has."""
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{variable})")
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    svg = re.sub(r'(\sid="|xlink:href="#|url\(#)', rf"\g<1>{stem}-", svg)
    return svg.replace("xlink:href", "href")


def plot_font(names: Iterable[str]) -> tuple[Font, Any]:
    """A font that can write the names, or as many as one can, as Pillow and as matplotlib have it."""
    font = font_for("".join(names), _LEGEND_LETTERS)
    path = getattr(font, "path", None)
    from matplotlib.font_manager import FontProperties

    return font, FontProperties(fname=path if isinstance(path, str) else None, size=_LEGEND_LETTERS)


def written(names: Sequence[str], font: Font) -> list[str]:
    """Names as ``font`` writes them in a plot: on one line, cut to what there is room for; else ``class N``."""
    return [_written(name, number, font) for number, name in enumerate(names, 1)]


def _written(name: str, number: int, font: Font) -> str:
    short = shortened(name, _LONGEST_NAME)
    return plain(short) if can_write(font, short) else f"class {number}"

"""How much better each class is in one run than in another, as a picture with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfodkit.evaluation.comparing.runs import Change, RunDifference
from tfodkit.evaluation_report.names import shortened
from tfodkit.files import write_bytes
from tfodkit.plots import FAINT, INK, LINE, SERIES, dress, new_figure, plain, png
from tfodkit.reporting.compare_runs_text import percent, run_letters, verdicts
from tfodkit.wording import counted
from tfodkit.workflow.compare_runs import RunsComparison

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, ROW, HEAD = 9.0, 0.34, 1.9
"""Inches."""
MOST_CLASSES = 40
LONGEST_NAME = 28
BETTER, WORSE = SERIES[2], SERIES[1]
SHARE_OF_ROW = 0.6
NOTHING = 1e-9


def plot_comparison(comparison: RunsComparison, output: Path) -> None:
    """Draw mAP, mAP@.50 and the AP of the 40 classes that differ most of each run less those of the first, into a PNG.

    Raises:
        OutputError: ``output`` can't be written.
    """
    write_bytes(output, png(_drawn(comparison)))


def _drawn(comparison: RunsComparison) -> Figure:
    names = _class_names(comparison)
    rows = ["mAP", "mAP@.50", *names]
    figure = new_figure(WIDTH, HEAD + ROW * len(rows) * max(1.0, 0.6 * len(comparison.differences)))
    axes = figure.subplots()
    dress(axes)
    axes.grid(axis="x", color=FAINT, alpha=0.2, linewidth=0.8)
    axes.grid(visible=False, axis="y")
    axes.axvline(0, color=FAINT, linewidth=1.2, zorder=1)
    axes.axhline(1.5, color=FAINT, linewidth=0.8, linestyle=(0, (1, 3)))
    letters, count = run_letters(comparison)[1:], len(comparison.differences)
    for place, (letter, found) in enumerate(zip(letters, comparison.differences, strict=True)):
        shift = SHARE_OF_ROW * ((place + 0.5) / count - 0.5)
        _draw_run(axes, found, names, shift, colour=SERIES[place % len(SERIES)] if count > 1 else None)
        if count > 1:
            run = comparison.runs[place + 1]
            axes.plot([], [], "o-", color=SERIES[place % len(SERIES)], label=plain(f"{letter}: {run.name}"))
    _label(figure, axes, comparison, rows)
    return figure


def _class_names(comparison: RunsComparison) -> list[str]:
    """Those with ground truth, what differs most in some run first."""
    most: dict[str, float] = {}
    for found in comparison.differences:
        for each in found.per_class:
            if each.ap.difference.value is not None:
                most[each.name] = max(most.get(each.name, 0.0), abs(each.ap.difference.value))
    return sorted(most, key=lambda name: -most[name])[:MOST_CLASSES]


def _draw_run(axes: Any, found: RunDifference, names: list[str], shift: float, *, colour: str | None) -> None:
    per_class = {each.name: each.ap for each in found.per_class}
    for row, change in enumerate([found.map, found.map50, *(per_class[name] for name in names)]):
        value, low, high = change.difference.value, change.difference.low, change.difference.high
        if value is None or low is None or high is None:
            continue
        own = colour or _colour(change)
        axes.plot([low, high], [row + shift] * 2, color=own, linewidth=2.2, solid_capstyle="butt", zorder=2)
        face = own if change.is_shown else axes.get_facecolor()
        axes.plot([value], [row + shift], "o", color=own, markerfacecolor=face, markersize=6, zorder=3)


def _colour(change: Change) -> str:
    if not change.is_shown:
        return FAINT
    return BETTER if (change.difference.value or 0) > 0 else WORSE


def _label(figure: Figure, axes: Any, comparison: RunsComparison, rows: list[str]) -> None:
    first, *others = comparison.runs
    found = comparison.differences[0]
    title = f"{others[0].name} less {first.name}" if len(others) == 1 else f"Runs less {first.name}"
    figure.suptitle(plain(title), x=0.02, ha="left", fontsize=14, color=INK, fontweight="bold")
    words = next(verdicts(found)) if len(others) == 1 else f"on the same {counted(comparison.images, 'image')}"
    if len(rows) - 2 == MOST_CLASSES < len(found.per_class):
        words = f"{words}; of {len(found.per_class)} classes the {MOST_CLASSES} that differ most"
    axes.set_title(plain(words), loc="left", fontsize=10, color=FAINT, pad=10, wrap=True)
    axes.set_yticks(range(len(rows)), [plain(shortened(name, LONGEST_NAME)) for name in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    for tick in axes.get_yticklabels()[:2]:
        tick.set_color(LINE)
        tick.set_fontweight("bold")
    axes.set_xlabel(
        f"difference in AP, with its interval of {percent(found.level)}; filled where it leaves out 0", color=FAINT
    )
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+.4g}" if abs(value) > NOTHING else "0")
    if len(others) > 1:
        axes.legend(frameon=False, fontsize=9, labelcolor=INK, loc="best")

"""The report: a folder with one page, and beside it the plots, the worst pictures and files for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation_report.contents import contents, shown
from tfodkit.evaluation_report.curve_plots import curve_plots
from tfodkit.evaluation_report.data_files import RESULTS, write_data_files
from tfodkit.evaluation_report.page import render
from tfodkit.evaluation_report.plot import Plot, as_png
from tfodkit.evaluation_report.subject import Subject
from tfodkit.evaluation_report.table_plots import table_plots
from tfodkit.evaluation_report.training_plots import training_plots
from tfodkit.evaluation_report.worst_pictures import FOLDER as WORST, show_worst
from tfodkit.files import folder_atomic

PAGE, PLOTS = "report.html", "plots"


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """What was written, in its final place."""

    folder: Path
    page: Path
    plots: tuple[Path, ...]
    worst: tuple[Path, ...]
    """The worst pictures, the worst first; fewer than the page names where pictures are not at hand."""
    results: Path
    """All figures as JSON."""


def write_report(analysis: Analysis, subject: Subject, output: Path, *, force: bool = False) -> ReportFiles:
    """Write the report on ``subject`` into the folder ``output``, which is there whole when this ends, or not at all.

    ::

        OUTPUT/
          report.html     the page; needs no other file and no network
          plots/*.png     its plots
          worst/NN_*.jpg  the worst pictures, full size, with what is labelled and what was found
          results.json …  the same for other programs (``data_files.py``)

    Raises:
        OutputError: ``output`` has content and ``force`` is not set, is somebody else's folder, or can't be written.
    """
    output = Path(output)
    with folder_atomic(output, force=force, marker=PAGE) as folder:
        write_data_files(analysis, subject, folder)
        worst = show_worst(analysis, subject, folder, output)
        curves, training, others = curve_plots(analysis), training_plots(subject.run), table_plots(analysis)
        page = render(contents(analysis, subject, worst, shown(curves), shown(training)))
        (folder / PAGE).write_text(page, encoding="utf-8")
        drawn = [*curves, *others, *training]
        _write_plots(drawn, folder / PLOTS)
        pictures = sorted(path.name for path in (folder / WORST).glob("*.jpg"))
    return ReportFiles(
        folder=output,
        page=output / PAGE,
        plots=tuple(output / PLOTS / f"{plot.stem}.png" for plot in drawn),
        worst=tuple(output / WORST / name for name in pictures),
        results=output / RESULTS,
    )


def _write_plots(plots: list[Plot], folder: Path) -> None:
    folder.mkdir()
    for plot in plots:
        (folder / f"{plot.stem}.png").write_bytes(as_png(plot))

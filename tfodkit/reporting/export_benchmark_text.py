"""The measured forms of an export, side by side as text."""

from __future__ import annotations

from collections.abc import Iterator

from tfodkit.exporting.benchmark import ExportBenchmark, MeasuredForm
from tfodkit.records.columns import aligned
from tfodkit.wording import ABSENT, byte_words, counted

_TITLES = ("form", "size", "load", "median", "p95", "memory", "mAP")


def export_benchmark_lines(benchmark: ExportBenchmark) -> Iterator[str]:
    """A table of those that ran, what was measured, then the reasons of the others."""
    rows = [_cells(form) for form in benchmark.forms if form.reason is None]
    if rows:
        yield from aligned([_TITLES, *rows])
        yield ""
        pictures = f"{counted(benchmark.pictures, 'picture')} ({benchmark.origin})"
        yield f"{pictures}, one at a time; median and p95 are of a picture"
        yield "after the first. Load has the runtime's import in it, memory is the most of its whole process."
    for form in benchmark.forms:
        if form.reason is not None:
            yield f"{form.format} could not be measured: {form.reason}"


def _cells(form: MeasuredForm) -> tuple[str, ...]:
    return (
        form.format,
        byte_words(form.bytes),
        f"{form.load_seconds:.1f} s",
        f"{form.median_seconds * 1e3:.1f} ms",
        f"{form.p95_seconds * 1e3:.1f} ms",
        byte_words(form.peak_bytes),
        ABSENT if form.map is None else f"{form.map:.4f}",
    )

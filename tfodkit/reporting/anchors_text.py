"""Anchors against boxes as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tfodkit.config.anchors.reach import WELL, ClassReach, Level
from tfodkit.config.anchors.report import AnchorReport, anchor_sides, usual_ratios
from tfodkit.records.columns import aligned

_LEVEL_TITLES = ("stride", "grid", "sides in pixels", "width / height", "best for")


def anchor_lines(report: AnchorReport) -> Iterator[str]:
    """The levels, the classes with the most boxes unreached first, and what would do better. Sizes are in pixels."""
    reach = report.reach
    cells = [level.grid.rows * level.grid.columns * len(level.grid.sizes) for level in reach.levels]
    yield f"{report.extractor}: {sum(cells):,} anchors in an input of {reach.input_width} x {reach.input_height} pixels"
    yield ""
    yield from aligned([_LEVEL_TITLES, *map(_level_cells, reach.levels)], words=len(_LEVEL_TITLES) - 1)
    yield ""
    at = f"{reach.threshold:g}"
    titles = ("best IoU", "boxes", f">= {WELL:g}", f">= {at}", f"< {at}", "median box")
    rows = [_class_cells(each) for each in (*reach.classes, reach.all_classes)]
    yield from aligned([titles, *rows])
    yield ""
    yield from _advice(report)


def _level_cells(level: Level) -> tuple[str, ...]:
    grid = level.grid
    down, across = grid.stride
    stride = f"{across:.3g}" if round(across, 1) == round(down, 1) else f"{across:.3g} x {down:.3g}"
    sides = ", ".join(f"{side:.0f}" for side in anchor_sides(level))
    ratios = ", ".join(f"{ratio:g}" for ratio in usual_ratios(level))
    return (stride, f"{grid.columns} x {grid.rows}", sides, ratios, f"{level.boxes:,}")


def _class_cells(each: ClassReach) -> tuple[str, ...]:
    shares = (f"{share:.1%}" for share in (each.well, each.reached, each.unreached))
    return (each.name, f"{each.boxes:,}", *shares, f"{each.median_width:.0f} x {each.median_height:.0f}")


def _advice(report: AnchorReport) -> Iterator[str]:
    now = report.reach.all_classes.reached
    if report.fitted:
        yield f"{' '.join(report.fitted.flags)} would reach {report.fitted.reached:.1%} instead of {now:.1%}"
    if report.larger:
        yield f"{report.larger.flag} would reach {report.larger.reached:.1%} instead of {now:.1%}"
    if not report.fitted and not report.larger:
        yield "no other scales, aspect ratios or larger image size were found to reach more"

"""Runs held against the first of them, as JSON and as CSV for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tfodkit.config.difference import Difference
from tfodkit.evaluation.comparing.runs import Change, RunDifference
from tfodkit.workflow.compare_runs import ComparedRun, RunsComparison

COLUMNS = (
    *("a", "b", "figure", "class", "objects", "value_a", "value_b", "difference", "low", "high", "is_shown"),
    *("only_a", "only_b"),
)
"""Of the CSV: a row a figure, the classes' AP under ``figure`` ``AP``; blank is what has no value."""


def comparison_json(comparison: RunsComparison) -> dict[str, Any]:
    """Everything, as values that JSON holds; ``differences`` and ``configs`` are of each run but the first."""
    return {
        "images": comparison.images,
        "objects": comparison.objects,
        "runs": [_run(run) for run in comparison.runs],
        "differences": [_difference(each) for each in comparison.differences],
        "configs": [None if each is None else [_field(one) for one in each] for each in comparison.configs],
    }


def comparison_csv(comparison: RunsComparison) -> str:
    """The figures of each run but the first beside those of the first, with a header."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    first, *others = comparison.runs
    for other, found in zip(others, comparison.differences, strict=True):
        writer.writerows({"a": first.name, "b": other.name, **row} for row in _rows(found))
    return file.getvalue()


def _rows(found: RunDifference) -> Iterator[dict[str, Any]]:
    yield {"figure": "mAP", **_cells(found.map)}
    yield {"figure": "mAP@.50", **_cells(found.map50)}
    for each in found.per_class:
        counts = {"objects": each.objects, "only_a": each.only_a, "only_b": each.only_b}
        yield {"figure": "AP", "class": each.name, **counts, **_cells(each.ap)}


def _cells(change: Change) -> dict[str, Any]:
    difference = change.difference
    return {
        "value_a": change.a,
        "value_b": change.b,
        "difference": difference.value,
        "low": difference.low,
        "high": difference.high,
        "is_shown": int(change.is_shown),
    }


def _run(run: ComparedRun) -> dict[str, Any]:
    return {**asdict(run), "report": str(run.report), "run": None if run.run is None else str(run.run)}


def _difference(found: RunDifference) -> dict[str, Any]:
    values = asdict(found)
    for name, change in (("map", found.map), ("map50", found.map50)):
        values[name]["is_shown"] = change.is_shown
    for row, each in zip(values["per_class"], found.per_class, strict=True):
        row["ap"]["is_shown"] = each.ap.is_shown
    return values


def _field(found: Difference) -> dict[str, Any]:
    return {**asdict(found), "kind": found.kind}

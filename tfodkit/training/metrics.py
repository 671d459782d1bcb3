"""The numbers of a run as tables, one row a step, once each: ``metrics`` and ``evaluations``, as CSV and JSON lines."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from tfodkit import files

Row: TypeAlias = Mapping[str, float | None]


class StepTable:
    """A CSV file whose first column is ``step``, and the same rows as JSON lines beside it.

    Rows are added at the end, in ascending order of step, each by one write, the CSV's first: killed at any moment, a
    table has a row whole or not at all.
    """

    def __init__(self, path: Path, *, resume_at: int = 0) -> None:
        """Open or make the table at ``path``; rows after step ``resume_at`` are dropped, as those steps come again."""
        self._path, self._json_path = path, path.with_suffix(".jsonl")
        self._columns: list[str] = []
        if path.is_file():
            self._rewrite([row for row in read_table(path) if _step(row) <= resume_at])

    def add(self, step: int, values: Row) -> None:
        """Append a row; ``None`` is an empty cell. A column that is new is added, empty in the rows before.

        Raises:
            OutputError: the disk is full.
        """
        row = {"step": step, **values}
        if set(row) - set(self._columns):
            self._rewrite(read_table(self._path), also=row)
        files.append_text(self._path, _csv_line([_cell(row.get(column)) for column in self._columns]))
        files.append_text(self._json_path, _json_line(row))

    def _rewrite(self, rows: list[dict[str, float | None]], also: Row | None = None) -> None:
        self._columns = list(dict.fromkeys(column for row in (*rows, also or {}) for column in row))
        lines = [self._columns, *([_cell(row.get(column)) for column in self._columns] for row in rows)]
        files.write_text(self._path, "".join(map(_csv_line, lines)) if self._columns else "")
        files.write_text(self._json_path, "".join(map(_json_line, rows)))


def read_table(path: Path) -> list[dict[str, float | None]]:
    """The rows of a CSV table that were written to their end; none where there is no table."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(line for line in file if line.endswith("\n"))) or [[]]
    return [{name: _number(cell) for name, cell in zip(header, row, strict=True)} for row in rows]


def read_steps(path: Path) -> frozenset[int]:
    """The steps that the table at ``path`` has a whole row of; none where there is no table."""
    return frozenset(map(_step, read_table(path)))


def _step(row: Row) -> int:
    return int(row["step"] or 0)


def _number(cell: str) -> float | None:
    if not cell:
        return None
    return int(cell) if cell.lstrip("-").isdecimal() else float(cell)


def _cell(value: float | None) -> str:
    return "" if value is None else str(value)


def _csv_line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _json_line(row: Row) -> str:
    """JSON has no NaN: what is no number is null."""
    return (
        json.dumps({name: value if value is not None and math.isfinite(value) else None for name, value in row.items()})
        + "\n"
    )

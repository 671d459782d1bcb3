"""The numbers of a run as tables: ``metrics.csv`` and ``evaluations.csv``, one row a step, once each."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from tfodkit import files


class StepTable:
    """A CSV file whose first column is ``step``; rows are added at the end, in ascending order of step."""

    def __init__(self, path: Path, *, resume_at: int = 0) -> None:
        """Open or make the table at ``path``; rows after step ``resume_at`` are dropped, as those steps come again."""
        self._path = path
        self._columns: list[str] = []
        if path.is_file():
            self._keep_until(resume_at)

    def add(self, step: int, values: Mapping[str, float | None]) -> None:
        """Append a row and flush it; ``None`` is an empty cell. The first row of a table names its columns."""
        if not self._columns:
            self._columns = ["step", *values]
            files.write_text(self._path, _to_csv([self._columns]))
        row = {"step": step, **values}
        if set(row) != set(self._columns):
            raise ValueError(f"columns must be {self._columns}, but got {list(row)}")
        cells = ["" if row[column] is None else str(row[column]) for column in self._columns]
        with self._path.open("a", encoding="utf-8", newline="") as file:
            file.write(_to_csv([cells]))

    def _keep_until(self, step: int) -> None:
        header, *rows = _read(self._path) or [[]]
        kept = [row for row in rows if int(row[0]) <= step]
        self._columns = header if kept else []  # a run that starts from nothing may have other losses
        files.write_text(self._path, _to_csv([header, *kept]))


def read_steps(path: Path) -> frozenset[int]:
    """The steps that the table at ``path`` has a whole row of; none where there is no table."""
    return frozenset(int(row[0]) for row in _read(path)[1:]) if path.is_file() else frozenset()


def _read(path: Path) -> list[list[str]]:
    """The lines of a table that were written to their end."""
    with path.open(encoding="utf-8", newline="") as file:
        whole = [line for line in file if line.endswith("\n")]
    return list(csv.reader(whole))


def _to_csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

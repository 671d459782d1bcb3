"""What is wrong with the entries of a file: a problem a kind, the first of its kind and how many more there are."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfodkit.errors import DataError, Problem


@dataclass(slots=True)
class Complaints:
    """Problems of one file, in the order in which their kinds were met."""

    _first: dict[str, Problem] = field(default_factory=dict)
    _count: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, where: str, what: str, remedy: str) -> None:
        """``kind`` tells which complaints are alike; it is not shown."""
        self._first.setdefault(kind, Problem(where, what, remedy))
        self._count[kind] = self._count.get(kind, 0) + 1

    def raise_any(self) -> None:
        """Raise :class:`DataError` where there is something to complain of."""
        if self._first:
            raise DataError.collect(self._told(kind) for kind in self._first)

    def _told(self, kind: str) -> Problem:
        first, more = self._first[kind], self._count[kind] - 1
        if not more:
            return first
        return Problem(first.where, f"{first.what}, and {more:,} more like it", first.remedy)

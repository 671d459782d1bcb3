"""What an annotation format can't hold of what it was given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of thing that a writer had to leave out, and how often."""

    what: str
    """In the plural, as counts name it: ``masks``."""
    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"a loss must be counted from 1, but got {self.count}")

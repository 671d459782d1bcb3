"""Labelled objects that can't be recorded, counted by reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LostObjects:
    """Objects of one class that can't be recorded for one reason."""

    label: str
    reason: str
    """A rule's name: ``boxes of zero size``."""
    count: int

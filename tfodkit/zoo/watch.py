"""Who is told how a download goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _say_nothing(_: str) -> None:
    pass


def _show_nothing(_: str, __: int, ___: int | None) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Watch:
    """Two functions that are called while models are fetched; both do nothing unless given."""

    say: Callable[[str], None] = _say_nothing
    """Takes a line to keep: a connection that broke, a phase that begins."""
    show: Callable[[str, int, int | None], None] = _show_nothing
    """Takes a model's name, the bytes that are here, and the bytes in all, or None where the server does not say."""

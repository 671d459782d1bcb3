"""Which numbers the options of an evaluation and of comparisons may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tfodkit.errors import UsageError

_RANGES: Mapping[str, tuple[Callable[[float], bool], str, str]] = {
    "threshold": (lambda value: 0 <= value <= 1, "0 to 1", "Scores are shares: 0.5 is 50 percent."),
    "iou": (lambda value: 0 < value <= 1, "above 0, and 1 at most", "0.5 is usual."),
    "level": (lambda value: 0 < value < 1, "above 0 and below 1", "0.95 is 95 percent."),
    "samples": (lambda value: value >= 1, "1 or more", "1000 is usual."),
    "seed": (lambda value: value >= 0, "0 or more", "Pass another number."),
}
"""By the name of the option: whether a number fits, which ones do in words, and what to do. nan fits nowhere."""


def check_ranges(**options: float | None) -> None:
    """Raise :class:`UsageError` for the first option whose number lies outside its range; ``None`` is not given."""
    for name, value in options.items():
        fits, wanted, remedy = _RANGES[name]
        if value is not None and not fits(value):
            raise UsageError(f"--{name}", f"must be {wanted}, but got {value:g}", remedy)

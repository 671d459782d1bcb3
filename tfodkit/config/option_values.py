"""What the value of an option may be: readers of a Python value or of its text at the command line.

A reader gives the value as it is kept; :class:`UnfitOptionError` says what can't be meant. Numbers are held to
their bounds as the 32-bit floats that a config stores: 1e-320 is 0 there.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tfodkit.nearest import nearest_names

Reader = Callable[[Any], Any]
LARGEST_COUNT = 2**31 - 1
_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf)", re.ASCII | re.IGNORECASE)
_NOTHING = "nothing"


class UnfitOptionError(ValueError):
    """A value that can't be meant: ``what`` is wrong with it, and the ``remedy``, as in :mod:`tfodkit.errors`."""

    def __init__(self, what: str, remedy: str, text: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.text = text
        """The one entry that is meant, where the value has many."""


def shortest(value: float) -> str:
    """The shortest decimal that reads back as ``value``: ``1``, not ``1.0``."""
    return repr(float(value)).removesuffix(".0")


def count(least: int = 1, most: int = LARGEST_COUNT) -> Reader:
    """A whole number."""

    def read(given: Any) -> int:
        value = int(given) if isinstance(given, str) and _WHOLE.fullmatch(given) else given
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            what = f"must be a whole number of {least} to {most}, but got {_shown(given)}"
            raise UnfitOptionError(what, "Give a number in that range.")
        return value

    return read


def number(
    least: float, most: float, *, example: str, without_least: bool = False, without_most: bool = False
) -> Reader:
    """A number of ``least`` to ``most``, or without the one or the other of them."""

    def read(given: Any) -> float:
        value = as_number(given)
        stored = float32(value)
        is_low = stored < least or (without_least and stored == least)
        is_high = stored > most or (without_most and stored == most)
        if is_low or is_high or math.isnan(stored):
            start = f"above {least:g}" if without_least else f"{least:g} or more"
            end = f"below {most:g}" if without_most else f"at most {most:g}"
            raise UnfitOptionError(
                f"must be {start} and {end}, but got {_shown(given)}", f"Give {example}, for example."
            )
        return value

    return read


def as_number(given: Any) -> float:
    """``given`` as a float, in bounds or not."""
    if isinstance(given, str) and _FLOAT.fullmatch(given):
        return float(given)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given)
    raise UnfitOptionError(f"must be a number, but got {_shown(given)}", "Give a number such as 0.5 or 4e-05.")


def float32(value: float) -> float:
    """``value`` as a field of a config holds it; infinite where it is too large for one."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def boolean(given: Any) -> bool:
    """``true`` or ``false``."""
    value = {"false": False, "true": True}.get(given, given) if isinstance(given, str) else given
    if not isinstance(value, bool):
        raise UnfitOptionError(f"must be true or false, but got {_shown(given)}", "Give one of them.")
    return value


def one_of(valid: Iterable[str], noun: str) -> Reader:
    """One of the names; ``noun`` says what they name."""
    names = tuple(valid)

    def read(given: Any) -> str:
        if given not in names:
            raise UnfitOptionError(f"there is no {noun} {_shown(given)}", nearest_names(str(given), names), str(given))
        return str(given)

    return read


def each(read_entry: Reader) -> Reader:
    """A tuple, each entry of which is for ``read_entry``; one text is a tuple of one."""

    def read(given: Any) -> tuple[Any, ...]:
        entries = tuple(read_entry(entry) for entry in ([given] if isinstance(given, str) else given))
        if len(set(entries)) < len(entries):
            raise UnfitOptionError("one of them is given twice", "Give each once.")
        return entries

    return read


def listed(read_entry: Reader, example: str) -> Reader:
    """A tuple of one or more, as text between commas: ``1,2,0.5``."""

    def read(given: Any) -> tuple[Any, ...]:
        entries = [entry.strip() for entry in given.split(",")] if isinstance(given, str) else _several(given)
        if entries in ([], [""]):
            raise UnfitOptionError(f"must be one or more numbers, but got {_NOTHING}", f"Give {example}, for example.")
        return tuple(read_entry(entry) for entry in entries)

    return read


def named(read_entry: Reader, example: str) -> Reader:
    """Values by name, as text ``a=1,b=0.5``."""

    def read(given: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in given.items() if isinstance(given, Mapping) else pairs(str(given), example):
            if name in found:
                raise UnfitOptionError(f"{name} is given twice", "Give each once.")
            try:
                found[name] = read_entry(value)
            except UnfitOptionError as error:
                raise UnfitOptionError(f"{name} {error.what}", error.remedy) from error
        return found

    return read


def pairs(text: str, example: str) -> list[tuple[str, str]]:
    """The names and values of ``name=value,…``, in their order."""
    found = []
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            raise UnfitOptionError(f"{part.strip()!r} is no name=value", f"Write {example}, for example.")
        found.append((name, value))
    return found


def list_text(values: Iterable[float]) -> str:
    """What :func:`listed` reads."""
    return ",".join(map(shortest, values))


def named_text(values: Mapping[str, float]) -> str:
    """What :func:`named` reads."""
    return ",".join(f"{name}={shortest(value)}" for name, value in values.items())


def _several(given: Any) -> list[Any]:
    return list(given) if isinstance(given, Iterable) else [given]


def _shown(given: Any) -> str:
    return f"{given:g}" if isinstance(given, float) else repr(given)

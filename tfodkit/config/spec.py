"""One of several kinds of a thing, with parameters, as text: ``cosine:warm_up=0.05,hold=200``.

The same notation as of augmentation steps: a name, a colon, and ``parameter=value`` between commas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tfodkit.config.option_values import Reader, UnfitOptionError, pairs
from tfodkit.nearest import nearest_names

Kinds = Mapping[str, Mapping[str, Reader]]
"""The readers of the parameters of each kind, by name; of a parameter that is given again for more, ``many(…)``."""


@dataclass(frozen=True, slots=True)
class Spec:
    """The name of a kind and the parameters that are given, as their readers give them."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Many:
    """The reader of a parameter that may be given again: a tuple of what it reads."""

    read_entry: Reader

    def __call__(self, given: Any) -> Any:
        return self.read_entry(given)


def parse_spec(text: str, kinds: Kinds, noun: str) -> Spec:
    """The spec of ``name`` or ``name:parameter=value,…``; ``noun`` says what the kinds are, for errors.

    Raises:
        UnfitOptionError: an unknown name or parameter, a value that does not fit, or one that is given twice.
    """
    name, colon, rest = (piece.strip() for piece in text.partition(":"))
    if name not in kinds:
        raise UnfitOptionError(f"there is no {noun} {name!r}", nearest_names(name, kinds))
    readers = kinds[name]
    found: dict[str, Any] = {}
    for parameter, value in pairs(rest, f"{name}:parameter=value") if colon else []:
        if parameter not in readers:
            what = f"{name} has no parameter {parameter!r}"
            raise UnfitOptionError(what, nearest_names(parameter, readers) if readers else f"Give {name} alone.")
        reader = readers[parameter]
        if parameter in found and not isinstance(reader, Many):
            raise UnfitOptionError(f"{parameter} is given twice", "Leave one of them out.")
        try:
            entry = reader(value)
        except UnfitOptionError as error:
            raise UnfitOptionError(f"{parameter} {error.what}", error.remedy) from error
        found[parameter] = (*found.get(parameter, ()), entry) if isinstance(reader, Many) else entry
    return Spec(name, found)


def spec_reader(kinds: Kinds, noun: str) -> Reader:
    """What holds a text to :func:`parse_spec`, and keeps it as it is written."""

    def read(given: Any) -> str:
        parse_spec(str(given), kinds, noun)
        return str(given)

    return read

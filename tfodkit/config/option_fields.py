"""An option as one field of a dataclass: its flag, its help, its check and its text, so that nothing is spelled twice.

``batch_size: int | None = option("Images a step.", panel="Training", metavar="N", read=count())`` is a field for Python
and a flag ``--batch-size N`` for the command line. A class of such fields calls :func:`read_options` when it is made;
:func:`flags_for` gives the flags that ask for the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from tfodkit.config.option_values import UnfitOptionError
from tfodkit.errors import UsageError


@dataclass(frozen=True, slots=True)
class Flag:
    """How one option is asked for at the command line."""

    name: str
    """``--batch-size``."""
    help: str
    panel: str
    """What the flag stands under in ``--help``; empty for the first one."""
    metavar: str
    read: Callable[[Any], Any]
    """A value or its text → the value that is kept; :class:`UnfitOptionError` for what is none."""
    text: Callable[[Any], str]
    """A value that is kept → a text that is read as it."""
    is_repeated: bool
    """The value is a tuple, and the flag is given once for each entry."""


def option(
    help: str,  # noqa: A002 - as typer calls it
    *,
    panel: str,
    metavar: str,
    read: Callable[[Any], Any],
    text: Callable[[Any], str] = str,
    flag: str = "",
    default: Any = None,
    is_repeated: bool = False,
) -> Any:
    """A field; ``flag`` where it is not the field's name with hyphens."""
    return field(default=default, metadata={"flag": Flag(flag, help, panel, metavar, read, text, is_repeated)})


def flags_of(options: Any) -> dict[str, Flag]:
    """The flag of each field of a class of options, or of one such value, by the field's name and in their order."""
    found = {}
    for item in fields(options):
        flag: Flag = item.metadata["flag"]
        name = flag.name or f"--{item.name.replace('_', '-')}"
        found[item.name] = Flag(name, flag.help, flag.panel, flag.metavar, flag.read, flag.text, flag.is_repeated)
    return found


def read_options(options: Any) -> None:
    """Check each value of a frozen dataclass that is just made, and keep it as its flag reads it, in place.

    Raises:
        UsageError: a value that can't be meant; it names the flag.
    """
    for name, flag in flags_of(options).items():
        given = getattr(options, name)
        if given is None:
            continue
        try:
            object.__setattr__(options, name, flag.read(given))
        except UnfitOptionError as error:
            raise UsageError(f"{flag.name} {error.text or given}", error.what, error.remedy) from error


def flags_for(options: Any) -> list[str]:
    """The command-line flags that ask for the same options; none for what has its default."""
    defaults = {item.name: item.default for item in fields(options)}
    parts = []
    for name, flag in flags_of(options).items():
        value = getattr(options, name)
        if value != defaults[name]:
            texts = [flag.text(entry) for entry in value] if flag.is_repeated else [flag.text(value)]
            parts += [part for text in texts for part in (flag.name, text)]
    return parts

"""What a rule finds in a config's message, before it is known in which line of which file it stands."""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.findings import Rule


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one field."""

    rule: Rule
    field: str
    """As :meth:`tfodkit.config.lint.locations.Locations.line` takes it; blank for the config as a whole."""
    what: str
    """Names the field and what is wrong with its value, without a full stop."""
    subject: str = ""
    """The part that it is about, where ``what`` does not say it."""

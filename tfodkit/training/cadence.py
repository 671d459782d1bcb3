"""How often something happens: every so many steps, epochs or minutes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tfodkit.errors import UsageError

Unit = Literal["steps", "epochs", "minutes"]

SECONDS_A_MINUTE = 60

_UNITS: dict[str, Unit] = {"": "steps", "e": "epochs", "m": "minutes"}
_TEXT = re.compile(r"(?P<count>\d+(?:\.\d+)?)(?P<unit>[em]?)")


@dataclass(frozen=True, slots=True)
class Cadence:
    """Every ``count`` of ``unit``; ``count`` is above 0, and whole for steps."""

    count: float
    unit: Unit = "steps"

    @classmethod
    def parse(cls, text: str | int, flag: str) -> Cadence:
        """A cadence as a flag spells it: ``100`` steps, ``2e`` epochs, ``10m`` minutes.

        Raises:
            UsageError: something else; ``flag`` begins the message.

        >>> Cadence.parse("0.5e", "--eval-every")
        Cadence(count=0.5, unit='epochs')
        """
        match = _TEXT.fullmatch(str(text))
        count = float(match["count"]) if match else 0.0
        if not match or not count or (not match["unit"] and not count.is_integer()):
            what = f"must be steps (100), epochs (2e) or minutes (10m), more than none, but got {str(text)!r}"
            raise UsageError(flag, what, "Pass a count, with e or m behind it for epochs or minutes.")
        return cls(count, _UNITS[match["unit"]])

    def without_epochs(self, steps_per_epoch: float | None, flag: str) -> Cadence:
        """The same in steps, 1 at least, where it is in epochs: nothing below knows epochs.

        Raises:
            UsageError: it is in epochs, and how long one is can't be told.
        """
        if self.unit != "epochs":
            return self
        if steps_per_epoch is None:
            what = f"is in epochs ({self}), but no manifest.json beside the records tells how many images one has"
            raise UsageError(flag, what, "Give it in steps, or write the records with tfodkit make-records.")
        return Cadence(max(1.0, float(round(self.count * steps_per_epoch))))

    def is_due(self, step: int, *, seconds: float) -> bool:
        """Whether it happens after ``step``, when ``seconds`` have gone since the last time.

        Raises:
            ValueError: it is in epochs still.
        """
        if self.unit == "epochs":
            raise ValueError("a cadence in epochs must be made one in steps first")
        return step % int(self.count) == 0 if self.unit == "steps" else seconds >= SECONDS_A_MINUTE * self.count

    def __str__(self) -> str:
        unit = self.unit[:-1] if self.count == 1 else self.unit
        return f"{self.count:g} {unit}"

"""``summary.json``: what each step made, of what, and how long it took; what lets the next start skip it.

::

    {"format": 1, "tfodkit": "0.2.0", "steps": [
      {"step": "train", "template": "example", "output": "example/run", "state": "made", "key": "5f…", "origin": "a0…",
       "ended": "2026-01-31T12:00:00+00:00", "seconds": 310.2, "figures": {"step": 400, …}}, …]}

``key`` is a digest of all that the step's result depends on. ``origin`` is one of that which a result must be made anew
for; where only the key differs, the step goes on from what is there. ``ended`` is null while the step is at work, or
where it was killed there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from tfodkit import __version__, files
from tfodkit.errors import OutputError

FORMAT = 1
State = Literal["made", "up to date", "gone on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One step, for one template or, where that is empty, for all."""

    step: str
    template: str
    output: str
    """Relative to the work's folder."""
    key: str = ""
    origin: str = ""
    state: State = "made"
    """By the newest start."""
    ended: str | None = None
    seconds: float = 0.0
    """That it took to make, over all starts."""
    figures: Mapping[str, Any] = field(default_factory=dict)


class Ledger:
    """The entries by step and template, in their order; each change is written at once."""

    def __init__(self, path: Path) -> None:
        """Read what ``path`` holds, if it is there.

        Raises:
            OutputError: it is no such file.
        """
        self._path = path
        self._entries = {(entry.step, entry.template): entry for entry in _read(path)}
        self._now: list[Entry] = []

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Those of this start, in the order of the work."""
        return tuple(self._now)

    def find(self, step: str, template: str) -> Entry | None:
        """What is known of a step from before."""
        return self._entries.get((step, template))

    def begin(self, entry: Entry) -> None:
        """A step begins: should this process be killed, the next one knows what it was at."""
        self._entries[entry.step, entry.template] = replace(entry, ended=None)
        self._write()

    def keep(self, entry: Entry) -> Entry:
        """A step is done."""
        entry = entry if entry.ended else replace(entry, ended=datetime.now(UTC).isoformat(timespec="seconds"))
        self._entries[entry.step, entry.template] = entry
        self._now.append(entry)
        self._write()
        return entry

    def _write(self) -> None:
        content = {
            "format": FORMAT,
            "tfodkit": __version__,
            "steps": [asdict(entry) for entry in self._entries.values()],
        }
        files.write_text(self._path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def digest(*parts: Any) -> str:
    """Of plain values, in hexadecimal."""
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> list[Entry]:
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] == FORMAT:
            return [Entry(**step) for step in content["steps"]]
        problem = f"its format is {content['format']!r}, not {FORMAT}"
    except (ValueError, KeyError, TypeError, OSError) as error:
        problem = f"{type(error).__name__}: {error}"
    remedy = "Choose another place, or move the file away: all but the records is then made anew."
    raise OutputError(str(path), f"is no summary that this version can go on with ({problem})", remedy)

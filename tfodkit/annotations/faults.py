"""What a reader raises inside itself: the file, or the object that it is at, can't be used."""

from __future__ import annotations

from pathlib import Path

from tfodkit.findings import Finding, Rule


class FaultError(Exception):
    """``rule`` is broken; ``what`` says why, without a full stop. Never leaves a reader."""

    def __init__(self, rule: Rule, what: str, line: int | None = None) -> None:
        super().__init__(rule, what, line)
        self.rule = rule
        self.what = what
        self.line = line

    def finding(self, path: Path, line: int | None = None, subject: str = "") -> Finding:
        """What to report; ``line`` holds where the fault knows none."""
        return Finding(self.rule, path, self.what, self.line if line is None else line, subject)

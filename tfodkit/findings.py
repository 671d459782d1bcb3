"""Rules that input can break, and findings: what breaks one, where, and what became of it.

A rule's code never changes its meaning. Each room has a table of its own:

====== ======================== =============================================================
TFK1xx ``annotations/rules.py`` annotation files; finding their images is ``images/rules.py``
TFK2xx ``images/rules.py``      image files
TFK3xx ``annotations/rules.py`` objects: boxes, masks, keypoints
TFK4xx ``annotations/rules.py`` labels
TFK5xx ``dataset/rules.py``     the data set as a whole
TFK6xx ``config/lint/rules.py`` configs, and what they name
====== ======================== =============================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from tfodkit.errors import Problem

LONGEST_TEXT = 300
"""Characters that a message gives a name or a sentence; a label can have thousands."""


class Severity(StrEnum):
    """What a finding means for making records."""

    ERROR = "error"
    """No records are written as long as it is there."""
    WARNING = "warning"
    """Records are written; somebody should look at it."""
    NOTE = "note"
    """Good to know."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing that can be wrong."""

    code: str
    severity: Severity
    name: str
    """In the plural, as counts name it: ``boxes of zero size``."""
    remedy: str
    """A sentence: what to do about it."""


class Outcome(StrEnum):
    """What became of what is wrong."""

    OPEN = "open"
    """Nothing was done; an error of this outcome stops the making of records."""
    FIXED = "fixed"
    """The record has it right; the user's file is as it was."""
    LEFT_OUT = "left out"
    """The object, or the image, is in no record."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in one place."""

    rule: Rule
    path: Path
    """The file to look into: an annotation where it says something wrong, else the image."""
    what: str
    """Names the object and what is wrong with its value, without a full stop."""
    line: int | None = None
    subject: str = ""
    """Which object of the file, such as ``object 3 "cat"``; blank for the whole file."""
    outcome: Outcome = Outcome.OPEN

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def is_error(self) -> bool:
        """True where no records can be made as long as it is there."""
        return self.rule.severity is Severity.ERROR and self.outcome is Outcome.OPEN

    @property
    def problem(self) -> Problem:
        """As part of an error: a single line that any terminal can show, whatever strangers wrote."""
        where = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        what = _shortened(_printable(self.what))
        if self.subject:
            what = f"{_shortened(_printable(self.subject))}: {what}"
        return Problem(_printable(where), what, self.rule.remedy, self.code)

    @property
    def place(self) -> str:
        """``a.xml:17 object 3 "cat"``: by file name alone, the same on every machine; a single line."""
        place = self.path.name if self.line is None else f"{self.path.name}:{self.line}"
        return f"{_printable(place)} {_shortened(_printable(self.subject))}".rstrip()

    def fixed(self) -> Finding:
        return replace(self, outcome=Outcome.FIXED)

    def left_out(self) -> Finding:
        return replace(self, outcome=Outcome.LEFT_OUT)


def by_rule(findings: Iterable[Finding]) -> dict[Rule, list[Finding]]:
    """The findings of each rule that was broken, in the order of codes."""
    grouped: dict[Rule, list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.rule].append(finding)
    return dict(sorted(grouped.items(), key=lambda item: item[0].code))


def _printable(text: str) -> str:
    """With escapes for line breaks, control characters and what is no Unicode."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"

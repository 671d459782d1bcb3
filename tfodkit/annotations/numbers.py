"""Numbers in text, as strangers write them."""

from __future__ import annotations

import re

from tfodkit.annotations.rules import DECIMAL_COMMA, FIELD_INVALID
from tfodkit.findings import Rule

MAX_DIGITS = 400
"""Characters; the shortest text of any float has 24."""

_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)


class NotANumberError(Exception):
    """The text is no number; ``rule`` is the one that is broken, ``what`` says why."""

    def __init__(self, rule: Rule, what: str) -> None:
        super().__init__(rule, what)
        self.rule = rule
        self.what = what


def parse_number(text: str, field: str) -> float:
    """The number in ``text``, perhaps not finite; ``field`` names it in the error.

    Raises:
        NotANumberError: the text is none, or has a decimal comma. Python's ``1_000`` and digits of other scripts are
            none either.
    """
    try:
        if len(text) <= MAX_DIGITS and text.isascii() and "_" not in text:
            return float(text)
    except ValueError:
        pass
    rule = DECIMAL_COMMA if _COMMA.fullmatch(text.strip()) else FIELD_INVALID
    raise NotANumberError(rule, f"{field} must be a number, but got {text!r:.40}")

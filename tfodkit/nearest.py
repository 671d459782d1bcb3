"""What the user may have meant by a name that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

NEAREST = 3
ALL_SHOWN = 12


def nearest_names(name: str, valid: Iterable[str]) -> str:
    """A sentence with the valid names nearest to ``name``, best first; with all of them where none is near.

    Capitals do not count.

    >>> nearest_names("bagle", ["mug", "bagel"])
    'Did you mean bagel?'
    """
    names = sorted(valid)
    spelled = {valid_name.casefold(): valid_name for valid_name in names}
    close = [spelled[found] for found in difflib.get_close_matches(name.casefold(), spelled, n=NEAREST, cutoff=0.5)]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    if not names:
        return "There is none to choose from."
    shown = ", ".join(names[:ALL_SHOWN])
    hidden = len(names) - ALL_SHOWN
    return f"Choose one of: {shown}, and {hidden} more." if hidden > 0 else f"Choose one of: {shown}."

"""Names that strangers gave, to classes and files, as they are safe to show: on one line, short, in their own order.

What could end a tag is the template's to escape; here is what could still disturb a page or a plot.
"""

from __future__ import annotations

import unicodedata

LONGEST = 48
_FIRST_STRONG_ISOLATE, _POP_DIRECTIONAL_ISOLATE = "\u2068", "\u2069"
_BIDIRECTIONAL = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def shortened(name: str, longest: int = LONGEST) -> str:
    r"""A name on one line, cut with an ellipsis, without characters that control; a space at least.

    >>> shortened("a\nb"), shortened("mug" * 20, 8)
    ('a b', 'mugmugm…')
    """
    line = " ".join("".join(map(_harmless, name)).split()) or "(no name)"
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def isolated(text: str) -> str:
    """Text that stands within a sentence, whichever way it is read (Unicode Standard Annex 9, isolates)."""
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_DIRECTIONAL_ISOLATE}"


def _harmless(character: str) -> str:
    controls = unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
    return " " if controls or unicodedata.bidirectional(character) in _BIDIRECTIONAL else character

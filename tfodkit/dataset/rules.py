"""What can be wrong with a data set as a whole (TFK5xx)."""

from __future__ import annotations

from tfodkit.findings import Rule, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

IMAGES_EQUAL = Rule("TFK501", _WARNING, "images with the same content", "Keep one of them; they stay in one split.")
IMAGES_ALIKE = Rule(
    "TFK502",
    _NOTE,
    "images that are nearly equal",
    "Keep one of them, unless their differences matter; they stay in one split.",
)
CLASS_RARE = Rule("TFK503", _WARNING, "classes with too few images", "Label more images of the class.")
NO_OBJECTS = Rule("TFK504", _NOTE, "images without objects", "They are trained on as background.")
CLASS_NOT_IN_SPLIT = Rule("TFK505", _WARNING, "classes that a split lacks", "Label more images of the class.")

NOT_LISTED = Rule("TFK506", _WARNING, "images that no split list names", "Add them to a list, if they are to be used.")
LISTED_ABSENT = Rule(
    "TFK507",
    _WARNING,
    "listed images that are not there",
    "Put the image and its annotation there, or correct the list.",
)
LISTED_TWICE = Rule("TFK508", _ERROR, "images that are listed for two splits", "Remove them from one of the lists.")
LIST_INVALID = Rule(
    "TFK509",
    _ERROR,
    "lines of split lists that can't be understood",
    "Write a name that is one image's, and where one file lists all, train, val or test behind it.",
)
GROUP_DIVIDED = Rule(
    "TFK510",
    _WARNING,
    "images that belong together, listed for different splits",
    "List them for one split: what one of them teaches gives the other away.",
)
NOT_GROUPED = Rule(
    "TFK511",
    _WARNING,
    "images that --group-by says nothing about",
    "They are drawn one by one; if they belong together, widen the expression.",
)

RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
"""All of them, in the order of their codes."""

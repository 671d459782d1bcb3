"""What can be wrong with annotations: files (TFK1xx), objects (TFK3xx) and labels (TFK4xx)."""

from __future__ import annotations

from tfodkit.findings import Rule, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
_LABEL_AGAIN = "Label the image again, or correct the file in a text editor."
_FIX_BOX = "Fix the box in labelImg, or pass"

NOT_WELL_FORMED = Rule("TFK101", _ERROR, "annotation files that can't be parsed", _LABEL_AGAIN)
NOT_AN_ANNOTATION = Rule(
    "TFK102", _ERROR, "files that hold no annotation", "Pass Pascal VOC XML, COCO JSON, YOLO text or a CSV of boxes."
)
ENTITIES = Rule("TFK103", _ERROR, "XML files with a DOCTYPE", "Remove it: annotations have no use for it.")
ANNOTATION_TOO_LARGE = Rule("TFK104", _ERROR, "annotation files that are too large", _LABEL_AGAIN)
ANNOTATION_UNREADABLE = Rule("TFK105", _ERROR, "annotation files that can't be read", "Check the file.")
FIELD_MISSING = Rule("TFK106", _ERROR, "missing fields", _LABEL_AGAIN)
FIELD_INVALID = Rule("TFK107", _ERROR, "fields with an impossible value", _LABEL_AGAIN)
DECIMAL_COMMA = Rule("TFK108", _ERROR, "numbers with a decimal comma", "Write decimals with a point.")
ANNOTATED_TWICE = Rule(
    "TFK113",
    _ERROR,
    "images that are annotated twice",
    "Correct the file name in one of the annotations, or remove it.",
)
NOT_ANNOTATED = Rule(
    "TFK114", _WARNING, "images without an annotation", "Label them, or move them elsewhere; they are left out."
)
CLASS_UNDEFINED = Rule(
    "TFK115", _ERROR, "objects of a class id that has no name", "Add the class to the list of classes."
)

BOX_INVERTED = Rule("TFK301", _ERROR, "inverted boxes", f"{_FIX_BOX} --drop-invalid.")
BOX_EMPTY = Rule(
    "TFK302", _WARNING, "boxes of zero size", "They are left out; draw the box in labelImg if there is an object."
)
BOX_OUTSIDE = Rule("TFK303", _ERROR, "boxes that leave the image", f"{_FIX_BOX} --clip-boxes.")
BOX_ELSEWHERE = Rule("TFK304", _ERROR, "boxes wholly outside the image", f"{_FIX_BOX} --drop-invalid.")
BOX_NOT_FINITE = Rule("TFK305", _ERROR, "boxes that are no finite numbers", f"{_FIX_BOX} --drop-invalid.")
BOX_TINY = Rule(
    "TFK306",
    _WARNING,
    "boxes too small to be learned",
    "Train at a larger size, cut the image into tiles, or remove the box.",
)
BOX_REPEATED = Rule("TFK307", _WARNING, "boxes drawn twice", "Remove one of them in labelImg.")
DIFFICULT = Rule(
    "TFK308", _NOTE, "objects marked difficult", "They are trained on, and passed over by Pascal VOC's evaluation."
)
TRUNCATED = Rule("TFK309", _NOTE, "objects marked truncated", "They are trained on like any other.")
MASK_INVALID = Rule("TFK310", _ERROR, "masks that can't be used", "Draw the mask again, or pass --drop-invalid.")
KEYPOINTS_INVALID = Rule(
    "TFK311", _ERROR, "keypoints that can't be used", "Set the keypoints again, or pass --drop-invalid."
)
ALL_INVALID = Rule(
    "TFK312",
    _WARNING,
    "images whose objects are all invalid",
    "Label the image again: without its objects it would be trained on as background, so it is left out.",
)
BOX_ORIENTED = Rule(
    "TFK313",
    _ERROR,
    "boxes that are turned",
    "Draw an upright box in labelImg, or pass --drop-invalid; tfodkit compare takes turned ones.",
)

LABEL_BLANK = Rule("TFK401", _ERROR, "objects without a label", "Name the object.")
LABEL_SPACES = Rule(
    "TFK402", _NOTE, "labels with white space at an end", "It is taken away; correct the label where it is written."
)
LABEL_CASE = Rule("TFK403", _WARNING, "labels that differ in case only", "If they mean one class, write them alike.")
LABEL_UNICODE = Rule(
    "TFK404", _WARNING, "labels that look alike and are not", "If they mean one class, write them alike."
)
LABEL_UNKNOWN = Rule(
    "TFK405",
    _ERROR,
    "objects of a class that the label map lacks",
    "Add the class to the label map, or pass --drop-invalid.",
)
LABEL_RESERVED = Rule(
    "TFK406",
    _ERROR,
    "objects of the class background",
    "Rename the class, or remove the object: images without objects are filed under this name.",
)
LABEL_CONTROL = Rule("TFK407", _ERROR, "labels with control characters", "Name the object again.")

RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
"""All of them, in the order of their codes."""

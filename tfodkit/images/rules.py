"""What can be wrong with image files (TFK2xx), and with finding them (TFK109 and following)."""

from __future__ import annotations

from tfodkit.findings import Rule, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
_REPLACE = "Replace the image, or pass --drop-invalid."

NAME_LEADS_OUT = Rule("TFK109", _ERROR, "image names that lead out of the folder", "Write the image's plain file name.")
IMAGE_MISSING = Rule("TFK110", _ERROR, "annotations without an image", "Put the image there, or pass its folder.")
IMAGE_AMBIGUOUS = Rule("TFK111", _ERROR, "annotations that fit several images", "Write the image's full file name.")
IMAGE_CONTRADICTED = Rule(
    "TFK112",
    _ERROR,
    "annotations that name another image",
    "Correct the file name in the annotation, or rename the file.",
)
FOLDER_LOOP = Rule(
    "TFK116",
    _WARNING,
    "links that lead back to their own folder",
    "Remove the link; what lies behind it was read once.",
)

IMAGE_UNREADABLE = Rule("TFK201", _ERROR, "images that can't be read", "Check the file.")
NOT_AN_IMAGE = Rule("TFK202", _ERROR, "files that are no image", _REPLACE)
IMAGE_DAMAGED = Rule(
    "TFK203",
    _ERROR,
    "damaged images",
    "Replace the image, or pass --repair-images to save what can be decoded, or --drop-invalid.",
)
SUFFIX_WRONG = Rule(
    "TFK204",
    _WARNING,
    "images that are not what their extension says",
    "Rename the image; its content is used as it is.",
)
FORMAT_UNSUPPORTED = Rule(
    "TFK205", _ERROR, "images in a format that can't be trained on", "Convert the image, or pass --repair-images."
)
CMYK = Rule(
    "TFK206",
    _WARNING,
    "CMYK images",
    "Convert the image to RGB, or pass --repair-images: few programs show its colours alike.",
)
ALPHA = Rule(
    "TFK207",
    _NOTE,
    "images with transparency",
    "What is transparent is trained on with the colour below it; --repair-images puts it on white.",
)
SIXTEEN_BIT = Rule(
    "TFK208",
    _WARNING,
    "images of 16 bits a channel",
    "The trainer takes the upper 8 bits; --repair-images does the same for everybody else.",
)
EXIF_ROTATED = Rule(
    "TFK209",
    _ERROR,
    "images that EXIF turns",
    "Pass --exif apply to turn the pixels, or --exif strip to leave them as they are stored.",
)
TOO_MANY_PIXELS = Rule(
    "TFK210", _ERROR, "images with too many pixels", "Shrink the image and label it again, or cut it into pieces."
)
SIZE_INVALID = Rule(
    "TFK211",
    _ERROR,
    "annotations whose image size is zero or no number",
    "Label the image again, or pass --repair-sizes to take the image's own size.",
)
SIZE_CONTRADICTED = Rule(
    "TFK212",
    _ERROR,
    "annotations of another size than their image",
    "Label the image again, or put back the image that was labelled.",
)
NAME_NOT_TEXT = Rule("TFK213", _ERROR, "file names that are no UTF-8", "Rename the image.")
NAME_NOT_ASCII = Rule("TFK214", _NOTE, "file names beyond ASCII", "Fine here; some older tools stumble over them.")
NAME_LONG = Rule(
    "TFK215", _WARNING, "very long file names", "Shorten the name: archives and some file systems cut it off."
)
SEVERAL_FRAMES = Rule("TFK216", _WARNING, "images of several frames", "Only the first frame is used.")
FORMAT_NOT_DECODED = Rule(
    "TFK217",
    _ERROR,
    "images in a format that can't be decoded",
    "Convert the image to JPEG or PNG with another program, and check that its boxes still fit.",
)

RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
"""All of them, in the order of their codes."""

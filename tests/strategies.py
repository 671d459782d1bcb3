"""What hypothesis draws for the round trips of every annotation format."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from tfodkit.annotations import ImageAnnotation, ObjectAnnotation
from tfodkit.annotations.values import label_problem
from tfodkit.boxes import Box

# The whole of Unicode takes seconds to set up; these are the letters that some format or other gives a meaning.
LETTERS = st.sampled_from("aZ09 _./\\<>&\"',;:#-é中😀\u00a0\u200d\u202e\u2028")
WORDS = st.sampled_from(["no", "null", "1.5", "~", "0", "background 2", "=1+1", "קפה", "{}"])
NAMES = (st.text(LETTERS, min_size=1, max_size=8).map(str.strip) | WORDS).filter(lambda text: not label_problem(text))
SHARES = st.floats(0, 1, allow_subnormal=False)
MIN_SIDE = 0.01
"""Pixels; a smaller box may vanish in the digits of YOLO text."""


@st.composite
def objects(draw: st.DrawFn, width: int, height: int) -> ObjectAnnotation:
    xmin, xmax = sorted((draw(SHARES) * width, draw(SHARES) * width))
    ymin, ymax = sorted((draw(SHARES) * height, draw(SHARES) * height))
    if draw(st.booleans()):
        xmin, ymin, xmax, ymax = map(round, (xmin, ymin, xmax, ymax))
    if xmax - xmin < MIN_SIDE or ymax - ymin < MIN_SIDE:
        xmin, ymin, xmax, ymax = 0, 0, width, height
    flags = draw(st.booleans()), draw(st.booleans())
    return ObjectAnnotation(draw(NAMES), Box(xmin, ymin, xmax, ymax), *flags, draw(NAMES))


@st.composite
def image_annotations(draw: st.DrawFn, folder: Path, name: str) -> ImageAnnotation:
    """The annotation of ``folder / name``, where ``name`` may have a subfolder; the size is not the file's."""
    width, height = draw(st.integers(1, 5000)), draw(st.integers(1, 5000))
    found = tuple(draw(st.lists(objects(width, height), max_size=5)))
    image = folder / name
    return ImageAnnotation(image, width, height, found, subfolder=name.rpartition("/")[0])

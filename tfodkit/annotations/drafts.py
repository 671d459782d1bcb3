"""What an annotation file says, before anybody has judged it: readers give drafts, ``dataset/survey.py`` judges them.

A draft is what stands in the file: its boxes may be inverted, empty, outside or not a number, its labels blank. What a
reader can't turn into a draft at all is a :class:`~tfodkit.findings.Finding`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.masks import Mask
from tfodkit.annotations.values import UNSPECIFIED
from tfodkit.boxes import OrientedBox
from tfodkit.findings import Finding, Rule


@dataclass(frozen=True, slots=True)
class ObjectDraft:
    """One object as its file has it."""

    number: int
    """Which object of its image, from 1, counting those that could not be read."""
    label: str
    """As written, white space and all."""
    xyxy: tuple[float, float, float, float]
    """``(xmin, ymin, xmax, ymax)`` in pixels, or in shares of the image's size where the image's draft says so."""
    line: int | None = None
    """Of the box in the file."""
    difficult: bool = False
    truncated: bool = False
    pose: str = UNSPECIFIED
    is_crowd: bool = False
    mask: Mask | None = None
    keypoints: tuple[Keypoint, ...] = ()
    score: float | None = None
    """Of a detection, unjudged: nan where it is no number; None where there is none, as with what people labelled."""
    oriented: OrientedBox | None = None
    """Where the object's box is a turned one; ``xyxy`` is then the upright one around it."""

    @property
    def title(self) -> str:
        """``object 3 "cat"``, as messages name it."""
        return f'object {self.number} "{self.label.strip()}"'


@dataclass(frozen=True, slots=True)
class ImageDraft:
    """One image as its annotation file has it; the image has been found."""

    image: Path
    name: str
    """The image's path below the folder of the images, with ``/``; unique in a data set."""
    source: Path
    """The annotation file."""
    objects: tuple[ObjectDraft, ...] = ()
    size: tuple[float, float] | None = None
    """``(width, height)`` in pixels as stated, perhaps 0 or nan; None where the format states none."""
    line: int | None = None
    """Of the size, or of the image, in the file."""
    is_normalised: bool = False
    """True where boxes are shares of the upright image's width and height, as YOLO has them; keypoints and masks
    likewise."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one annotation file, or of a part of it."""

    drafts: tuple[ImageDraft, ...] = ()
    findings: tuple[Finding, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Names of images that the file is about, but of which it says nothing that can be used."""
    strays: tuple[tuple[str, Rule], ...] = ()
    """Objects that are in no draft because their image can't be told, and in no finding of their own: the label, blank
    where it can't be read, and the rule that is broken."""

"""Which pixels an annotation's boxes are counted in, and which will be recorded: EXIF can make them two."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tfodkit.annotations.drafts import ImageDraft
from tfodkit.annotations.masks import PolygonMask
from tfodkit.boxes import Box
from tfodkit.dataset.policies import Policies
from tfodkit.findings import Finding
from tfodkit.images.facts import FIRST_SIDEWAYS, ImageFacts
from tfodkit.images.rules import EXIF_ROTATED, SIZE_CONTRADICTED, SIZE_INVALID

UPRIGHT = 1
"""EXIF's orientation that turns nothing."""
MAX_SIDE = (1 << 31) - 1
"""Pixels; PNG's own limit, above JPEG's."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture that the boxes were drawn on, and how they come to lie on the one that is recorded."""

    width: int
    """Pixels of the picture that the boxes were drawn on; ``height`` likewise."""
    height: int
    orientation: int = UPRIGHT
    """EXIF's orientation that leads from the one picture to the other; 1 where they are the same."""
    is_back: bool = False
    """True where the way leads from the upright picture to the stored one."""

    @property
    def is_turned(self) -> bool:
        """True where boxes have to be moved."""
        return self.orientation != UPRIGHT

    @property
    def recorded_size(self) -> tuple[int, int]:
        """``(width, height)`` of the picture that will be recorded."""
        if self.orientation < FIRST_SIDEWAYS:
            return self.width, self.height
        return self.height, self.width

    def place(self, box: Box) -> Box:
        """The box, drawn in this frame, on the picture that is recorded."""
        if self.orientation == UPRIGHT:
            return box
        if self.is_back:
            stored = (self.height, self.width) if self.orientation >= FIRST_SIDEWAYS else (self.width, self.height)
            return box.turned_back(self.orientation, width=stored[0], height=stored[1])
        return box.turned(self.orientation, width=self.width, height=self.height)

    def place_point(self, x: float, y: float) -> tuple[float, float]:
        """As :meth:`place`, for a point."""
        if self.orientation == UPRIGHT:
            return x, y
        placed = self.place(Box(x, y, x, y))
        return placed.xmin, placed.ymin

    def place_mask(self, mask: PolygonMask) -> PolygonMask:
        """As :meth:`place`, for a mask."""
        return PolygonMask(tuple(self._place_polygon(polygon) for polygon in mask.polygons))

    def _place_polygon(self, polygon: tuple[float, ...]) -> tuple[float, ...]:
        points = zip(polygon[::2], polygon[1::2], strict=True)
        return tuple(value for point in points for value in self.place_point(*point))


def frame_of(draft: ImageDraft, facts: ImageFacts, policies: Policies) -> tuple[Frame | None, list[Finding]]:
    """The frame of a draft whose image could be read; None where its size or EXIF leave it open, and why."""
    stored, upright = (facts.width, facts.height), facts.upright_size
    size, findings = _stated_size(draft, policies)
    if any(finding.is_error for finding in findings):
        return None, findings
    if size is not None and size not in (stored, upright):
        what = f"the image has {stored[0]} x {stored[1]} pixels, but its annotation says {size[0]} x {size[1]}"
        return None, [*findings, Finding(SIZE_CONTRADICTED, draft.source, what, draft.line)]
    if facts.orientation == UPRIGHT:
        return Frame(*stored), findings
    is_drawn_upright = size is None or size == upright
    findings.append(_exif_finding(draft, facts, policies, size))
    if policies.exif == "apply":
        return (Frame(*upright) if is_drawn_upright else Frame(*stored, facts.orientation)), findings
    if policies.exif == "strip":
        return (Frame(*upright, facts.orientation, is_back=True) if is_drawn_upright else Frame(*stored)), findings
    return None, findings


def _stated_size(draft: ImageDraft, policies: Policies) -> tuple[tuple[int, int] | None, list[Finding]]:
    if draft.size is None:
        return None, []
    if all(math.isfinite(side) and 1 <= side <= MAX_SIDE and float(side).is_integer() for side in draft.size):
        return (int(draft.size[0]), int(draft.size[1])), []
    stated = " x ".join("none" if math.isnan(side) else f"{side:g}" for side in draft.size)
    what = f"the image's size must be whole numbers of pixels from 1, but the annotation says {stated}"
    finding = Finding(SIZE_INVALID, draft.source, what, draft.line)
    return None, [finding.fixed() if policies.repair_sizes else finding]


def _exif_finding(draft: ImageDraft, facts: ImageFacts, policies: Policies, size: tuple[int, int] | None) -> Finding:
    stored, upright = (facts.width, facts.height), facts.upright_size
    if size is None or stored == upright:
        drawn = "its boxes are taken to be drawn on the upright picture, as labelImg shows it"
    else:
        drawn = f"its boxes were drawn on the {'upright' if size == upright else 'stored'} one"
    what = f"EXIF orientation {facts.orientation}: viewers turn the picture, TensorFlow does not; {drawn}"
    finding = Finding(EXIF_ROTATED, draft.image, what)
    return finding if policies.exif == "error" else finding.fixed()

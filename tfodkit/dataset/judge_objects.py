"""Judges the objects of one image: what becomes an annotation, what is mended, what is wrong."""

from __future__ import annotations

import math
from dataclasses import replace
from sys import intern

from tfodkit.annotations.drafts import ImageDraft, ObjectDraft
from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.masks import Mask, PolygonMask, RunLengthMask
from tfodkit.annotations.rules import (
    BOX_ELSEWHERE,
    BOX_EMPTY,
    BOX_INVERTED,
    BOX_NOT_FINITE,
    BOX_ORIENTED,
    BOX_OUTSIDE,
    BOX_REPEATED,
    LABEL_BLANK,
    LABEL_CONTROL,
    LABEL_RESERVED,
    LABEL_SPACES,
    LABEL_UNKNOWN,
    MASK_INVALID,
)
from tfodkit.annotations.values import ObjectAnnotation, label_problem
from tfodkit.boxes import Box
from tfodkit.dataset.frame import Frame
from tfodkit.dataset.label_map import BACKGROUND
from tfodkit.dataset.policies import Policies
from tfodkit.findings import Finding, Rule

ROUNDING = 1e-5
"""The share of an image's size by which a normalised box may leave it: the last digits of centre and half a width."""
PIXEL_DIGITS = 5
"""Of a normalised box in pixels: what is beyond is the noise of floats, so that whole pixels come back whole."""


class ObjectJudge:
    """Judges the objects of images, one image after the other."""

    def __init__(self, policies: Policies, classes: frozenset[str] | None) -> None:
        """``classes`` are those that a label map allows; None allows all."""
        self._policies = policies
        self._classes = classes

    def judge(self, draft: ImageDraft, frame: Frame | None) -> tuple[tuple[ObjectAnnotation, ...], list[Finding]]:
        """The objects that can be recorded, placed on the recorded picture; and every finding.

        Without a frame, as where the image can't be read, borders are not looked at and nothing is placed.
        """
        findings: list[Finding] = []
        objects: list[ObjectAnnotation] = []
        places: dict[tuple[str, Box], int] = {}
        for found in draft.objects:
            before = len(findings)
            label, box = self._label(draft, found, findings), self._box(draft, found, frame, findings)
            if box is None or any(finding.is_error for finding in findings[before:]):
                continue
            if first := places.get((label, box)):
                findings.append(_finding(BOX_REPEATED, draft, found, f"the same box as object {first}"))
            places.setdefault((label, box), found.number)
            if frame and (placed := _placed(draft, found, label, box, frame, findings)):
                objects.append(placed)
        return tuple(objects), findings

    def _label(self, draft: ImageDraft, found: ObjectDraft, findings: list[Finding]) -> str:
        label = intern(found.label.strip())  # one string a class, not one an object
        if label != found.label:
            findings.append(_finding(LABEL_SPACES, draft, found, f"the label is {found.label!r:.60}").fixed())
        if problem := label_problem(label):
            rule = LABEL_CONTROL if label else LABEL_BLANK
            findings.append(_finding(rule, draft, found, f"the label can't name a class: {problem}"))
        elif label == BACKGROUND:
            findings.append(_finding(LABEL_RESERVED, draft, found, f"a class can't be called {BACKGROUND!r}"))
        elif self._classes is not None and label not in self._classes:
            findings.append(_finding(LABEL_UNKNOWN, draft, found, "the label map has no such class"))
        return label

    def _box(self, draft: ImageDraft, found: ObjectDraft, frame: Frame | None, findings: list[Finding]) -> Box | None:
        """The box in pixels of the frame, cut at its borders where a policy says so; None where it is no box."""
        if found.oriented:
            what = f"the box is turned by {math.degrees(found.oriented.angle):.0f} degrees, but detectors' are upright"
            findings.append(_finding(BOX_ORIENTED, draft, found, what))
            return None
        xyxy = _in_pixels(found.xyxy, frame) if draft.is_normalised else found.xyxy
        if not all(map(math.isfinite, xyxy)):
            findings.append(_finding(BOX_NOT_FINITE, draft, found, f"the box is {_numbers(found.xyxy)}"))
            return None
        box = Box(*xyxy)
        if box.width < 0 or box.height < 0:
            side, low, high = ("x", box.xmin, box.xmax) if box.width < 0 else ("y", box.ymin, box.ymax)
            findings.append(_finding(BOX_INVERTED, draft, found, f"{side}min {low:g} > {side}max {high:g}"))
            return None
        if box.is_empty:
            what = f"the box {_numbers(box.xyxy)} has no {'width' if box.width == 0 else 'height'}"
            findings.append(_finding(BOX_EMPTY, draft, found, what).left_out())
            return None
        return box if frame is None else self._inside(draft, found, box, frame, findings)

    def _inside(
        self, draft: ImageDraft, found: ObjectDraft, box: Box, frame: Frame, findings: list[Finding]
    ) -> Box | None:
        if box.xmin >= 0 and box.ymin >= 0 and box.xmax <= frame.width and box.ymax <= frame.height:
            return box
        inside = box.clip(width=frame.width, height=frame.height)
        if inside.is_empty:
            what = f"the box {_numbers(box.xyxy)} lies outside the {frame.width} x {frame.height} image"
            findings.append(_finding(BOX_ELSEWHERE, draft, found, what))
            return None
        finding = _finding(BOX_OUTSIDE, draft, found, _beyond(box, frame))
        findings.append(finding.fixed() if self._policies.clip_boxes else finding)
        return inside


def _placed(
    draft: ImageDraft, found: ObjectDraft, label: str, box: Box, frame: Frame, findings: list[Finding]
) -> ObjectAnnotation | None:
    mask = found.mask
    try:
        if mask is not None:
            mask = _placed_mask(mask, draft, frame)
    except ValueError as error:
        findings.append(_finding(MASK_INVALID, draft, found, str(error)))
        return None
    keypoints = tuple(_placed_keypoint(point, draft, frame) for point in found.keypoints)
    return ObjectAnnotation(
        label,
        frame.place(box),
        found.difficult,
        found.truncated,
        intern(found.pose),
        found.is_crowd,
        mask,
        keypoints,
        found.line,
    )


def _placed_mask(mask: Mask, draft: ImageDraft, frame: Frame) -> Mask:
    """The mask in pixels of the recorded picture; ``ValueError`` where it does not fit it."""
    if isinstance(mask, RunLengthMask) and (mask.width, mask.height) != (frame.width, frame.height):
        raise ValueError(
            f"the mask has {mask.width} x {mask.height} pixels, but the image {frame.width} x {frame.height}"
        )
    if isinstance(mask, PolygonMask):
        if draft.is_normalised:
            scale = (frame.width, frame.height)
            polygons = (tuple(value * scale[i % 2] for i, value in enumerate(polygon)) for polygon in mask.polygons)
            mask = PolygonMask(tuple(polygons))
        return frame.place_mask(mask) if frame.is_turned else mask
    if frame.is_turned:
        raise ValueError("the mask can't be turned with its image, because it is no polygon")
    return mask


def _placed_keypoint(point: Keypoint, draft: ImageDraft, frame: Frame) -> Keypoint:
    x, y = (point.x * frame.width, point.y * frame.height) if draft.is_normalised else (point.x, point.y)
    x, y = frame.place_point(x, y)
    return replace(point, x=x, y=y)


def _in_pixels(xyxy: tuple[float, ...], frame: Frame | None) -> tuple[float, ...]:
    """Normalised sides in pixels, cut where they leave the image by mere rounding; as they are without a frame."""
    if frame is None:
        return xyxy
    sides = [min(max(side, 0.0), 1.0) if -ROUNDING <= side <= 1 + ROUNDING else side for side in xyxy]
    scales = (frame.width, frame.height) * 2
    return tuple(round(side * scale, PIXEL_DIGITS) for side, scale in zip(sides, scales, strict=True))


def _beyond(box: Box, frame: Frame) -> str:
    faults = (
        (box.xmin < 0, f"xmin {box.xmin:g} < 0"),
        (box.ymin < 0, f"ymin {box.ymin:g} < 0"),
        (box.xmax > frame.width, f"xmax {box.xmax:g} > width {frame.width}"),
        (box.ymax > frame.height, f"ymax {box.ymax:g} > height {frame.height}"),
    )
    return ", ".join(text for is_wrong, text in faults if is_wrong)


def _finding(rule: Rule, draft: ImageDraft, found: ObjectDraft, what: str) -> Finding:
    return Finding(rule, draft.source, what, found.line, found.title)


def _numbers(values: tuple[float, ...]) -> str:
    return f"({', '.join(f'{value:g}' for value in values)})"

"""Every picture of a data set looked at once: what can be trained on, and what was found wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfodkit.annotations.values import ImageAnnotation
from tfodkit.findings import Finding
from tfodkit.images.facts import ImageFacts
from tfodkit.images.mends import ImageMend


@dataclass(frozen=True, slots=True)
class SurveyedImage:
    """One picture that can become a record."""

    annotation: ImageAnnotation
    """In the frame of the picture as it will be recorded: after ``mend``."""
    facts: ImageFacts
    """Of the file as it lies on the disk."""
    mend: ImageMend | None = None
    """What has to be done to the file's bytes first; None where they go into the record unchanged."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The pictures that can be trained on, sorted by name, and everything that was found, policies applied."""

    folder: Path
    """Of the images."""
    format: str
    """The annotations' format: ``voc``, ``coco``, ``yolo`` or ``csv``."""
    images: tuple[SurveyedImage, ...]
    findings: tuple[Finding, ...]

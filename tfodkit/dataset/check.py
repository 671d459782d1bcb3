"""Finds what is wrong with labelled pictures: :func:`check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tfodkit.annotations.rules import BOX_TINY, DIFFICULT, TRUNCATED
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.dataset.checks import FEW_IMAGES, check_images
from tfodkit.dataset.input_size import InputSize
from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.source import open_source
from tfodkit.dataset.survey import Progress, Survey, survey
from tfodkit.findings import Finding, Severity

if TYPE_CHECKING:
    import pandas as pd

TINY_AREA = 64
"""Square pixels at the detector's input: one cell of the finest feature map of most detectors, of stride 8."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What :func:`check` looks at."""

    policies: Policies = field(default_factory=Policies)
    label_map: LabelMap | None = None
    """The classes that are allowed; all without one."""
    input_size: InputSize | None = None
    """The detector's, to find boxes that are too small for it; not looked for without one."""
    few_images: int = FEW_IMAGES
    """A class in fewer images is said to be rare."""
    decode: bool = True
    """Decode every image to its last pixel, and look for pictures that are nearly equal."""
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found, and what there is."""

    survey: Survey
    findings: tuple[Finding, ...]
    """Of the survey and of the data set as a whole; by code, then by file and line."""

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity; errors that a policy mended, or left out, count as warnings."""
        counts = Counter(effective_severity(finding) for finding in self.findings)
        return {severity: counts[severity] for severity in Severity}

    @property
    def is_sound(self) -> bool:
        """True where records can be made."""
        return not any(finding.is_error for finding in self.findings)

    def to_frame(self) -> pd.DataFrame:
        """One row a finding: code, severity, outcome, path, line, subject, what, remedy."""
        import pandas as pd

        return pd.DataFrame([finding_values(finding) for finding in self.findings], columns=list(_COLUMNS))


_COLUMNS = ("code", "severity", "outcome", "path", "line", "subject", "what", "remedy")


def check(
    images: Path | str,
    *,
    annotations: Path | str | None = None,
    format: str | None = None,  # noqa: A002 - named as the flag is
    options: CheckOptions | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Look at every annotation and every image of a data set; what is wrong is in the report, nothing is changed.

    ``images`` is a folder of images, the root of a VOC, YOLO or COCO data set, or a COCO ``.json``, a ``.csv`` or a
    ``data.yaml``;
    ``annotations`` is where the annotations are if not beside the images; ``format`` is ``voc``, ``coco``, ``yolo`` or
    ``csv``, where several are there.

    Raises:
        DataError: there is nothing to read, or more than one format.
    """
    options = options or CheckOptions()
    source = open_source(Path(images), None if annotations is None else Path(annotations), format)
    found = survey(
        source,
        policies=options.policies,
        decode=options.decode,
        workers=options.workers,
        label_map=options.label_map,
        progress=progress,
    )
    together = check_images(found.images, few_images=options.few_images)
    findings = [*found.findings, *together, *_of_objects(found, options.input_size)]
    findings.sort(key=lambda finding: (finding.code, str(finding.path), finding.line or 0))
    return CheckReport(found, tuple(findings))


def effective_severity(finding: Finding) -> Severity:
    """The rule's severity; an error that a policy took care of is a warning."""
    if finding.rule.severity is Severity.ERROR and not finding.is_error:
        return Severity.WARNING
    return finding.rule.severity


def finding_values(finding: Finding) -> dict[str, str | int | None]:
    """A finding as plain values by name, as JSON and tables have it."""
    problem = finding.problem
    values = (
        finding.code,
        str(effective_severity(finding)),
        str(finding.outcome),
        str(finding.path).encode(errors="backslashreplace").decode(),
        finding.line,
        finding.subject,
        finding.what,
        problem.remedy,
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _of_objects(found: Survey, input_size: InputSize | None) -> Iterator[Finding]:
    for image in found.images:
        annotation = image.annotation
        source = annotation.source or annotation.image
        for item in annotation.objects:
            for rule, flag in ((DIFFICULT, "difficult"), (TRUNCATED, "truncated")):
                if getattr(item, flag):
                    yield Finding(rule, source, f"marked {flag}", item.line, _subject(item))
            if input_size and (what := _tiny(item, annotation, input_size)):
                yield Finding(BOX_TINY, source, what, item.line, _subject(item))


def _tiny(item: ObjectAnnotation, annotation: ImageAnnotation, input_size: InputSize) -> str | None:
    across, down = input_size.scale(width=annotation.width, height=annotation.height)
    width, height = item.box.width * across, item.box.height * down
    if width * height >= TINY_AREA:
        return None
    return f"the box is {width:.1f} x {height:.1f} pixels at the detector's input, less than {TINY_AREA} in all"


def _subject(item: ObjectAnnotation) -> str:
    """An object by its place: its number in the file is not known any more."""
    return f'"{item.label}" at ({", ".join(f"{side:g}" for side in item.box.xyxy)})'

"""What a check found, as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tfodkit.dataset.check import CheckReport, effective_severity
from tfodkit.findings import Finding, Outcome, Severity, by_rule
from tfodkit.wording import counted

SHOWN_PLACES = 5

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def check_lines(report: CheckReport, *, shown: int | None = SHOWN_PLACES) -> Iterator[str]:
    """:func:`finding_lines` of a data set's check; then the counts."""
    yield from finding_lines(report.findings, shown=shown)
    yield from _summary_lines(report)


def config_lines(findings: Sequence[Finding], *, shown: int | None = SHOWN_PLACES) -> Iterator[str]:
    """:func:`finding_lines` of a config's; then the counts."""
    yield from finding_lines(findings, shown=shown)
    is_sound = not any(finding.is_error for finding in findings)
    verdict = "it can be trained" if is_sound else "it can't be trained before the errors are mended"
    yield f"{_counts(severity_counts(findings))}: {verdict}"


def finding_lines(findings: Iterable[Finding], *, shown: int | None = SHOWN_PLACES) -> Iterator[str]:
    """Each rule that was broken with its first ``shown`` places (None for all), errors first, blank lines between."""
    groups = list(by_rule(findings).values())
    groups.sort(key=lambda found: min(_ORDER[effective_severity(finding)] for finding in found))
    for found in groups:
        yield from _group_lines(found, shown)
        yield ""


def severity_counts(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many there are of each severity, 0 included."""
    counts = Counter(effective_severity(finding) for finding in findings)
    return {severity: counts[severity] for severity in Severity}


def _group_lines(findings: list[Finding], shown: int | None) -> Iterator[str]:
    rule = findings[0].rule
    severity = min((effective_severity(finding) for finding in findings), key=_ORDER.__getitem__)
    yield f"{severity} {rule.code}: {rule.name}: {len(findings)}{_outcomes(findings)}. {rule.remedy}"
    places = findings if shown is None else findings[:shown]
    for finding in places:
        problem = finding.problem
        yield f"  {problem.where}: {problem.what}"
    if hidden := len(findings) - len(places):
        yield f"  … and {hidden} more; --all shows them"


def _outcomes(findings: list[Finding]) -> str:
    """``, 3 fixed, 1 left out``: what was done about them, where something was."""
    counts = Counter(finding.outcome for finding in findings)
    parts = [f"{counts[outcome]} {outcome}" for outcome in (Outcome.FIXED, Outcome.LEFT_OUT) if counts[outcome]]
    return "".join(f", {part}" for part in parts)


def _summary_lines(report: CheckReport) -> Iterator[str]:
    images = report.survey.images
    boxes = Counter(item.label for image in images for item in image.annotation.objects)
    classes = counted(len(boxes), "class")
    yield f"{counted(len(images), 'image')} with {counted(boxes.total(), 'box')} of {classes}"
    verdict = "records can be made" if report.is_sound else "no records can be made before the errors are mended"
    yield f"{_counts(report.counts)}: {verdict}"


def _counts(counts: Mapping[Severity, int]) -> str:
    return ", ".join(counted(count, severity.value) for severity, count in counts.items())

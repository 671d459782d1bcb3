"""``tfodkit compare-runs``: what runs do better than the first of them, and whether that could be chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfodkit.config.difference import Difference, config_differences
from tfodkit.config.pipeline import read_pipeline
from tfodkit.errors import DataError, Problem, UsageError
from tfodkit.evaluation.comparing.runs import MeasuredRun, RunDifference, compare_measured, measure_run
from tfodkit.evaluation.comparing.same_truth import TruthDifference, in_terms_of, truth_difference
from tfodkit.evaluation.comparing.uncertainty import corrected_interval
from tfodkit.evaluation.comparing.values import Interval
from tfodkit.wording import counted
from tfodkit.workflow.evaluated_report import EvaluatedReport, read_report
from tfodkit.workflow.option_ranges import check_ranges
from tfodkit.workflow.run_facts import RunFacts, read_facts

FEWEST = 2
SHOWN_NAMES = 5
SAME_DATA = "Evaluate both on the same images with the same labels."


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One of the runs: ``name`` is its own among them; ``run`` and ``facts`` are ``None`` where only a report is there.

    ``threshold`` is the score at which its detections are counted, ``detections`` how many there are at any score.
    """

    name: str
    report: Path
    run: Path | None
    model: str
    facts: RunFacts | None
    map: Interval
    map50: Interval
    threshold: float
    detections: int


@dataclass(frozen=True, slots=True)
class RunsComparison:
    """All runs, and each but the first held against the first, in their order.

    ``configs`` are the differences of the runs' configs, ``None`` where one of the two has none.
    """

    images: int
    objects: int
    runs: tuple[ComparedRun, ...]
    differences: tuple[RunDifference, ...]
    configs: tuple[tuple[Difference, ...] | None, ...]


def compare_runs(
    *places: Path | str,
    threshold: float | None = None,
    samples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    tell: Callable[[str], None] | None = None,
) -> RunsComparison:
    """Hold runs against the first of ``places`` on the images that all of them were evaluated on.

    Args:
        places: folders of runs that were evaluated, or of reports of ``tfodkit eval``; two or more.
        threshold: the lowest score of a detection that finds an object, 0 to 1; of each run that of its best F1 unless
            given.
        samples: how often the images are drawn anew.
        seed: of these draws.
        level: of the intervals, above 0 and below 1.
        tell: told in words what begins.

    Raises:
        UsageError: there is one place only, or an option can't be meant.
        CheckpointError: a run was not evaluated yet.
        DataError: there is no report, it is damaged, or the reports are of different images or labels.
        ConfigError, OutputError: the config or the record of a run is damaged.
    """
    if len(places) < FEWEST:
        raise UsageError("tfodkit compare-runs", "there must be two runs or more", "Pass the folder of another run.")
    check_ranges(threshold=threshold, samples=samples, seed=seed, level=level)
    tell = tell or _say_nothing
    reports, measured = [], []
    for place in places:
        tell(f"reading {place}")
        reports.append(read_report(Path(place)))
    first, *others = reports
    _refuse_other_truths(first, others)
    for report in reports:
        tell(f"measuring {report.folder}")
        images = in_terms_of(first.images, report.images)
        measured.append(measure_run(images, samples=samples, seed=seed, threshold=threshold))
    return RunsComparison(
        images=len(first.images.images),
        objects=int((~first.images.truth.is_crowd).sum()),
        runs=tuple(map(_compared, _names(reports), reports, measured, [level] * len(reports))),
        differences=tuple(compare_measured(measured[0], each, level=level) for each in measured[1:]),
        configs=tuple(_config_differences(first, other) for other in others),
    )


def _compared(name: str, report: EvaluatedReport, measured: MeasuredRun, level: float) -> ComparedRun:
    return ComparedRun(
        name=name,
        report=report.folder,
        run=report.run.path if report.run else None,
        model=report.model,
        facts=read_facts(report.run) if report.run else None,
        map=corrected_interval(measured.drawn.map, level),
        map50=corrected_interval(measured.drawn.map50, level),
        threshold=measured.threshold,
        detections=len(report.images.found),
    )


def _config_differences(first: EvaluatedReport, other: EvaluatedReport) -> tuple[Difference, ...] | None:
    if first.run is None or other.run is None:
        return None
    return tuple(config_differences(*(read_pipeline(each.run.config_path) for each in (first, other) if each.run)))


def _names(reports: Sequence[EvaluatedReport]) -> list[str]:
    """The shortest that tell them apart."""
    names = [report.name for report in reports]
    count = Counter(names)
    return [name if count[name] == 1 else str(report.folder) for name, report in zip(names, reports, strict=True)]


def _refuse_other_truths(first: EvaluatedReport, others: Sequence[EvaluatedReport]) -> None:
    problems = [
        Problem(str(other.folder), what, SAME_DATA)
        for other in others
        for what in _differing(truth_difference(first.images, other.images), first.folder)
    ]
    if problems:
        raise DataError.collect(problems)


def _differing(found: TruthDifference, first: Path) -> list[str]:
    parts = (
        (found.only_a, "image", f"of {first} missing here"),
        (found.only_b, "image", f"not in {first}"),
        (found.labelled_otherwise, "image", f"labelled otherwise in {first}"),
        (found.classes_a, "class", f"of {first} missing here"),
        (found.classes_b, "class", f"not in {first}"),
    )
    return [f"{counted(len(names), noun)} {how}: {_some(names)}" for names, noun, how in parts if names]


def _some(names: Sequence[str]) -> str:
    hidden = f" and {len(names) - SHOWN_NAMES:,} more" if len(names) > SHOWN_NAMES else ""
    return f"{', '.join(names[:SHOWN_NAMES])}{hidden}"


def _say_nothing(what: str) -> None:
    """Progress for nobody."""

"""Runs held against the first of them, as text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tfodkit.evaluation.comparing.runs import ClassChange, PictureChange, RunDifference
from tfodkit.evaluation.comparing.values import Interval
from tfodkit.records.columns import aligned
from tfodkit.reporting.config_text import difference_lines
from tfodkit.training.step_report import clock
from tfodkit.wording import ABSENT, byte_words, counted, figure
from tfodkit.workflow.compare_runs import ComparedRun, RunsComparison
from tfodkit.workflow.run_facts import RunFacts

SHOWN_PICTURES = 20
MARK = "*"
Number = TypeVar("Number", int, float)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def comparison_lines(comparison: RunsComparison) -> Iterator[str]:
    """The runs with their figures; then of each but the first, what is better or worse, in classes and in pictures."""
    first, *others = comparison.runs
    letters = run_letters(comparison)
    level, samples = comparison.differences[0].level, comparison.differences[0].samples
    images, objects = counted(comparison.images, "image"), counted(comparison.objects, "object")
    yield f"{images} with {objects}, drawn anew {counted(samples, 'time')}"
    yield ""
    yield from aligned([_RUN_TITLES, *map(_run_cells, letters, comparison.runs)], words=2)
    yield from (f"{letter}: {run.model}" for letter, run in zip(letters, comparison.runs, strict=True) if run.model)
    for letter, other, found, config in zip(
        letters[1:], others, comparison.differences, comparison.configs, strict=True
    ):
        yield ""
        yield f"{letter} held against A: {other.name} against {first.name}"
        yield from verdicts(found, letter)
        yield ""
        yield from _classes(found, letter)
        yield ""
        yield from _pictures(found.pictures, letter)
        if config is not None:
            yield ""
            yield from difference_lines(config, f"config of {first.name}", f"config of {other.name}")
    yield ""
    yield f"Intervals are of {percent(level)}, by the bootstrap over images; {MARK} marks those that leave out 0."


def run_letters(comparison: RunsComparison) -> list[str]:
    """``A`` for the first run, and so on; numbers where letters do not suffice."""
    count = len(comparison.runs)
    return list(LETTERS[:count]) if count <= len(LETTERS) else ["A", *map(str, range(2, count + 1))]


def verdicts(found: RunDifference, letter: str = "B") -> Iterator[str]:
    """What the intervals of mAP and mAP@.50 say, a sentence each."""
    for name, change in (("mAP", found.map), ("mAP@.50", found.map50)):
        value, bounds = change.difference.value, _bounds(change.difference, signed=True)
        if value is None:
            yield f"no {name}: nothing is labelled"
        elif change.is_shown:
            better = "better" if value > 0 else "worse"
            yield f"{letter} is {better} by {abs(value):.3f} {name} ({percent(found.level)}: {bounds})"
        else:
            yield (
                f"no difference in {name} that these {counted(found.images, 'image')} could show: "
                f"{_signed(value)} ({percent(found.level)}: {bounds})"
            )


def percent(level: float) -> str:
    """``95%``."""
    return f"{100 * level:.4g}%"


_RUN_TITLES = ("", "run", "mAP", "mAP@.50", "score", "detections", "steps", "best at", "time", "checkpoint")


def _run_cells(letter: str, run: ComparedRun) -> tuple[str, ...]:
    facts = run.facts or RunFacts(None, None, None, None, None)
    return (
        letter,
        run.name,
        _with_bounds(run.map),
        _with_bounds(run.map50),
        f"{run.threshold:g}",
        f"{run.detections:,}",
        _known(facts.steps, "{:,}".format),
        _known(facts.best_step, "{:,}".format),
        _known(facts.seconds, clock),
        _known(facts.checkpoint_bytes, byte_words),
    )


def _classes(found: RunDifference, letter: str) -> Iterator[str]:
    titles = ("class", "objects", "AP of A", f"AP of {letter}", "difference", "from", "to", "", "only A finds",
              f"only {letter} finds")  # fmt: skip
    ranked = sorted(found.per_class, key=lambda each: -abs(each.ap.difference.value or 0))
    yield from aligned([titles, *map(_class_cells, ranked)])
    by_chance = len(found.per_class) * (1 - found.level)
    if by_chance >= 1 and any(each.ap.is_shown for each in found.per_class):
        yield f"Of {len(found.per_class)} classes about {by_chance:.0f} would be marked by chance alone."


def _class_cells(each: ClassChange) -> tuple[str, ...]:
    change, difference = each.ap, each.ap.difference
    return (
        each.name,
        f"{each.objects:,}",
        figure(change.a),
        figure(change.b),
        _signed(difference.value),
        _signed(difference.low),
        _signed(difference.high),
        MARK if change.is_shown else "",
        f"{each.only_a:,}",
        f"{each.only_b:,}",
    )


def _pictures(pictures: Sequence[PictureChange], letter: str) -> Iterator[str]:
    if not pictures:
        yield "no picture changed: the same objects are found, and as many detections are false"
        return
    only_a, only_b = (sum(getattr(each, side) for each in pictures) for side in ("only_a", "only_b"))
    yield (
        f"{counted(len(pictures), 'picture')} changed: {counted(only_a, 'object')} only A finds, "
        f"{counted(only_b, 'object')} only {letter}"
    )
    titles = ("picture", "objects", "only A finds", f"only {letter} finds", "false in A", f"false in {letter}")
    rows = [
        (each.name, *(f"{count:,}" for count in (each.objects, each.only_a, each.only_b, each.false_a, each.false_b)))
        for each in pictures[:SHOWN_PICTURES]
    ]
    yield from aligned([titles, *rows])
    if (hidden := len(pictures) - SHOWN_PICTURES) > 0:
        yield f"… and {hidden:,} more; --json lists all"


def _known(value: Number | None, words: Callable[[Number], str]) -> str:
    return ABSENT if value is None else words(value)


def _with_bounds(interval: Interval) -> str:
    return ABSENT if interval.value is None else f"{interval.value:.3f} ({_bounds(interval)})"


def _bounds(interval: Interval, *, signed: bool = False) -> str:
    words = _signed if signed else figure
    return f"{words(interval.low)} to {words(interval.high)}"


def _signed(value: float | None) -> str:
    """With its sign; a zero has none."""
    if value is None:
        return ABSENT
    return "0.000" if abs(value) < 0.0005 else f"{value:+.3f}"  # noqa: PLR2004 - what rounds to nothing

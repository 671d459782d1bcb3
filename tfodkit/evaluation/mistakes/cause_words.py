"""Causes in sentences that a person who labels pictures can act on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tfodkit.evaluation.mistakes.qualities import Group
from tfodkit.evaluation.mistakes.values import Bin


def strong_cause_words(compared: Sequence[tuple[Group, Bin]]) -> str:
    """A sentence on the group that differs most from the others together, and one that says what may help."""
    bins = [each for _, each in compared]
    number = max(range(len(bins)), key=lambda place: _weight(bins[place], _all_but(bins, place)))
    (group, own), others = compared[number], _all_but(bins, number)
    subject = group.subject[0].upper() + group.subject[1:]
    shares = f"{_percent(own.correct, own)} of them are found, of the others {_percent(others.correct, others)}"
    if _share(own.correct, own) > _share(others.correct, others):
        return f"{subject} fare best: {shares}. Add pictures of the others."
    if _gap(own.misclassified, own, others.misclassified, others) > _gap(own.missed, own, others.missed, others):
        taken = f"{_percent(own.misclassified, own)} of them, of the others {_percent(others.misclassified, others)}"
        return f"{subject} are taken for other classes: {taken}. {group.advice}"
    return f"{subject} are missed: {shares}. {group.advice}"


def no_cause_words(compared: Sequence[Bin]) -> str:
    """The same where nothing can be said for sure."""
    if len(compared) < 2:  # noqa: PLR2004 - to compare takes two
        return "Too few objects to tell."
    ordered = sorted(compared, key=lambda each: _share(each.correct, each))
    low, high = (_percent(each.correct, each) for each in (ordered[0], ordered[-1]))
    return f"No clear effect: {low} to {high} of the objects are found."


def _weight(own: Bin, others: Bin) -> tuple[float, bool]:
    """How far apart they are, in units of what is usual for bins of their sizes; of equals the worse one is first."""
    gap = _gap(own.correct, own, others.correct, others)
    usual = math.sqrt(1 / own.objects + 1 / others.objects)
    return round(abs(gap) / usual, 9), gap < 0


def _gap(count: int, of: Bin, other_count: int, of_other: Bin) -> float:
    return _share(count, of) - _share(other_count, of_other)


def _all_but(bins: Sequence[Bin], number: int) -> Bin:
    others = [each for place, each in enumerate(bins) if place != number]
    columns = zip(*((each.objects, each.correct, each.misclassified) for each in others), strict=True)
    return Bin("others", *map(sum, columns))


def _share(count: int, of: Bin) -> float:
    return count / of.objects


def _percent(count: int, of: Bin) -> str:
    return f"{100 * _share(count, of):.0f}%"

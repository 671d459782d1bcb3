"""The worst pictures as the page shows them, and as files of their own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from PIL import Image

from tfodkit.evaluation.accuracy.matching import NOBODY
from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation_report.names import isolated, shortened
from tfodkit.evaluation_report.page import data_uri
from tfodkit.evaluation_report.panels import (
    FILE_QUALITY,
    PAGE_QUALITY,
    draw_panels,
    file_name,
    fitted,
    jpeg,
)
from tfodkit.evaluation_report.subject import Subject
from tfodkit.evaluation_report.worst import BadPicture, Flaw, class_of, describe, find_worst

FOLDER = "worst"
MOST_TOLD = 30
"""That are told in words, of a picture."""


@dataclass(frozen=True, slots=True)
class ToldFlaw:
    """A mistake in words: the class and score of the detection, or the class of what was missed.

    ``numbers`` are those in the pictures: ``4``, or ``1–3`` where three are told at once.
    """

    numbers: str
    name: str
    score: float | None
    words: str


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A bad picture for the page. ``labelled`` and ``found`` are ``data:`` addresses, empty without a picture."""

    name: str
    cost: float
    words: str
    link: str
    file: str
    labelled: str
    found: str
    size: tuple[int, int]
    labelled_words: str
    found_words: str
    flaws: tuple[ToldFlaw, ...]
    unlisted: int


def show_worst(analysis: Analysis, subject: Subject, folder: Path, final: Path) -> list[ShownPicture]:
    """Draw the worst pictures into ``folder / "worst"``; links are as seen from ``final``, where the page will lie."""
    worst = find_worst(analysis)
    ranks = {bad.place: rank for rank, bad in enumerate(worst)}
    shown = [_without_picture(bad, analysis, _link(subject.paths, bad.place, final)) for bad in worst]
    for place, picture in subject.pictures(sorted(ranks)):
        rank = ranks[place]
        shown[rank] = _with_picture(shown[rank], picture, worst[rank], analysis, folder, rank + 1)
    return shown


def _without_picture(bad: BadPicture, analysis: Analysis, link: str) -> ShownPicture:
    images = analysis.images
    seen = (images.found.image == bad.place) & (images.found.score >= analysis.options.threshold)
    told = tuple(_told(bad.flaws, analysis))
    missed = sum(flaw.detection == NOBODY for flaw in bad.flaws)
    return ShownPicture(
        name=images.images[bad.place].name,
        cost=bad.cost,
        words=f"{missed:,} missed, {len(bad.flaws) - missed:,} wrong",
        link=link,
        file="",
        labelled="",
        found="",
        size=(0, 0),
        labelled_words=_census(analysis, images.truth.class_id[images.truth.image == bad.place].tolist()),
        found_words=_census(analysis, images.found.class_id[seen].tolist()),
        flaws=told[:MOST_TOLD],
        unlisted=max(0, len(told) - MOST_TOLD),
    )


def _with_picture(
    shown: ShownPicture, picture: Image.Image, bad: BadPicture, analysis: Analysis, folder: Path, number: int
) -> ShownPicture:
    threshold = analysis.options.threshold
    name = file_name(number, shown.name)
    place = folder / FOLDER / name
    place.parent.mkdir(exist_ok=True)
    full = draw_panels(picture, bad, analysis.images, threshold=threshold).joined()
    place.write_bytes(jpeg(full, FILE_QUALITY))
    small = draw_panels(fitted(picture), bad, analysis.images, threshold=threshold)
    return replace(
        shown,
        file=f"{FOLDER}/{quote(name)}",
        labelled=data_uri(jpeg(small.labelled, PAGE_QUALITY)),
        found=data_uri(jpeg(small.found, PAGE_QUALITY)),
        size=small.labelled.size,
    )


def _told(flaws: Sequence[Flaw], analysis: Analysis) -> Iterator[ToldFlaw]:
    """Each mistake in words; objects of a class that were missed in one line."""
    first = 1
    for (score, name, words), alike in groupby(flaws, key=lambda flaw: _words(flaw, analysis)):
        last = first + len(list(alike)) - 1
        yield ToldFlaw(f"{first}" if last == first else f"{first}–{last}", name, score, words)
        first = last + 1


def _words(flaw: Flaw, analysis: Analysis) -> tuple[float | None, str, str]:
    score = None if flaw.detection == NOBODY else float(analysis.images.found.score[flaw.detection])
    return score, class_of(flaw, analysis.images), describe(flaw, analysis.images)


def _census(analysis: Analysis, class_ids: Iterable[int]) -> str:
    """``3 mug, 1 bagel``: how many of what, the most first."""
    counts = Counter(class_ids).most_common(5)
    names = analysis.images.class_names
    return ", ".join(f"{count:,} {isolated(shortened(names[class_id]))}" for class_id, count in counts) or "nothing"


def _link(paths: Sequence[Path], place: int, final: Path) -> str:
    """The image's address as seen from the page's folder; none where it is not known."""
    if place >= len(paths):
        return ""
    return quote(os.fsencode(os.path.relpath(os.path.abspath(paths[place]), os.path.abspath(final))))  # noqa: PTH100

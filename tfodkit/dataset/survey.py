"""Every picture of a data set looked at once: what can be trained on, and what was found wrong."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tfodkit.annotations.drafts import ImageDraft, Reading
from tfodkit.annotations.rules import ALL_INVALID, ANNOTATED_TWICE, NOT_ANNOTATED
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.dataset.frame import UPRIGHT, frame_of
from tfodkit.dataset.judge_objects import ObjectJudge
from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.lost_objects import LostObjects
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.source import Source
from tfodkit.errors import DataError
from tfodkit.findings import Finding, Outcome, Rule
from tfodkit.images.facts import ImageFacts
from tfodkit.images.mends import MENDED_BY_ENCODING, ImageMend
from tfodkit.images.reading import examine_image
from tfodkit.images.rules import EXIF_ROTATED, FOLDER_LOOP

BATCH = 16
"""Images that a worker takes at a time: handing over one by one costs as much as looking at them."""
OBJECT = "object "
"""How the subject of a finding about a single object begins."""
AHEAD = 2
"""Batches that each worker may be ahead of the judge: enough to even out large images."""

Progress = Callable[[int, int], None]
"""Called after each image with the images done and the images in all."""


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
    annotated: tuple[tuple[str, int], ...] = ()
    """Objects of each class in the annotations, whatever became of them, as (name, count) sorted by name."""
    lost: tuple[LostObjects, ...] = ()
    """Those of them that ``images`` does not show, sorted by class and reason."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stands in the way of records."""
        return tuple(finding for finding in self.findings if finding.is_error)

    def require_sound(self) -> None:
        """Raise :class:`DataError` with every error."""
        if errors := self.errors:
            raise DataError.collect(finding.problem for finding in errors)


def survey(
    source: Source,
    *,
    policies: Policies | None = None,
    decode: bool = True,
    workers: int | None = None,
    label_map: LabelMap | None = None,
    progress: Progress | None = None,
) -> Survey:
    """Read every annotation of ``source``, examine every image, and judge them by ``policies``.

    With ``decode`` each image is decoded to its last pixel; otherwise its header and its end are looked at, which is
    many times faster. ``label_map`` names the classes that are allowed; all are without one. ``workers`` is a number of
    threads, one for each processor unless given; the outcome does not depend on it.

    Bad data raises nothing: see ``findings``, sorted by file and line.
    """
    judge = _Judge(policies or Policies(), label_map)
    total = len(source.images.images)
    for done, (draft, facts) in enumerate(_examined(judge.drafts(source), decode, workers), start=1):
        judge.add(draft, facts)
        if progress:
            progress(min(done, total), total)
    return judge.survey(source)


def worker_count(workers: int | None) -> int:
    """``workers``, or one for each processor."""
    return workers or os.cpu_count() or 1


def _examined(
    drafts: Iterable[ImageDraft], decode: bool, workers: int | None
) -> Iterator[tuple[ImageDraft, ImageFacts]]:
    """Each draft with its image's facts, in order, examined ahead in threads, several at a time."""
    threads = worker_count(workers)
    remaining = iter(drafts)
    waiting: deque[tuple[list[ImageDraft], Future[list[ImageFacts]]]] = deque()

    def examine(batch: list[ImageDraft]) -> list[ImageFacts]:
        return [examine_image(draft.image, decode=decode) for draft in batch]

    with ThreadPoolExecutor(threads) as pool:
        while True:
            batch = list(islice(remaining, BATCH))
            if batch:
                waiting.append((batch, pool.submit(examine, batch)))
            if waiting and (not batch or len(waiting) > threads * AHEAD):
                first, facts = waiting.popleft()
                yield from zip(first, facts.result(), strict=True)
            elif not batch:
                return


class _Judge:
    """Judges one image after the other, and keeps what comes of it."""

    def __init__(self, policies: Policies, label_map: LabelMap | None) -> None:
        self._policies = policies
        self._objects = ObjectJudge(policies, None if label_map is None else frozenset(label_map.names))
        self._images: list[SurveyedImage] = []
        self._findings: list[Finding] = []
        self._sources: dict[str, Path] = {}
        self._unreadable: set[str] = set()
        self._annotated: Counter[str] = Counter()
        self._lost: Counter[tuple[str, str]] = Counter()

    def drafts(self, source: Source) -> Iterator[ImageDraft]:
        """The drafts of all readings; an image's second one is a finding."""
        for reading in source.readings():
            self._findings.extend(reading.findings)
            self._count_unreadable(reading)
            self._unreadable.update(reading.unreadable)
            for draft in reading.drafts:
                if self._is_first(draft):
                    yield draft
                else:
                    self._lose((found.label.strip(), ANNOTATED_TWICE) for found in draft.objects)

    def add(self, draft: ImageDraft, facts: ImageFacts) -> None:
        mend, findings = self._mend_of(draft, facts)
        frame = None
        if facts.width:
            frame, more = frame_of(draft, facts, self._policies)
            findings += more
        objects, more = self._objects.judge(draft, frame)
        self._findings += findings
        self._findings += more
        broken = next((finding.rule for finding in findings if finding.is_error), None)
        self._count(draft, more, broken)
        if frame and not broken and self._is_usable(draft, objects, more):
            subfolder = draft.name.rpartition("/")[0]
            annotation = ImageAnnotation(draft.image, *frame.recorded_size, objects, draft.source, subfolder)
            self._images.append(SurveyedImage(annotation, facts, mend))

    def _is_usable(self, draft: ImageDraft, objects: tuple[ObjectAnnotation, ...], findings: list[Finding]) -> bool:
        """False where an object is wrong, unless it may be dropped and leaves others: the rest is no background."""
        if not any(finding.is_error for finding in findings):
            return True
        if self._policies.drop_invalid and not objects:
            what = "none of its objects is valid"
            self._findings.append(Finding(ALL_INVALID, draft.source, what, draft.line).left_out())
        return self._policies.drop_invalid and bool(objects)

    def survey(self, source: Source) -> Survey:
        findings = [*self._findings, *self._not_annotated(source), *map(_loop, source.images.loops)]
        if self._policies.drop_invalid:
            findings = [finding.left_out() if finding.is_error else finding for finding in findings]
        findings.sort(key=lambda finding: (str(finding.path), finding.line or 0, finding.code, finding.subject))
        images = sorted(self._images, key=lambda image: image.annotation.name)
        return Survey(
            source.images.folder,
            source.format,
            tuple(images),
            tuple(findings),
            tuple(sorted(self._annotated.items())),
            tuple(LostObjects(label, reason, count) for (label, reason), count in sorted(self._lost.items())),
        )

    def _count(self, draft: ImageDraft, findings: list[Finding], broken: Rule | None) -> None:
        """Count the objects of an image, and those that are lost: all where the image breaks a rule."""
        faults = {finding.subject: finding.rule for finding in reversed(findings) if _loses(finding)}
        for found in draft.objects:
            label = found.label.strip()
            self._annotated[label] += 1
            if rule := broken or (faults.get(found.title) if faults else None):
                self._lost[label, rule.name] += 1

    def _count_unreadable(self, reading: Reading) -> None:
        """Count the objects that never became a draft; their class stands in the subject, see ``ObjectDraft.title``."""
        self._lose(reading.strays)
        for finding in reading.findings:
            if finding.subject.startswith(OBJECT):
                label = finding.subject.partition('"')[2].removesuffix('"')
                self._lose([(label, finding.rule)])

    def _lose(self, objects: Iterable[tuple[str, Rule]]) -> None:
        for label, rule in objects:
            self._annotated[label] += 1
            self._lost[label, rule.name] += 1

    def _is_first(self, draft: ImageDraft) -> bool:
        first = self._sources.get(draft.name)
        if first is None:
            self._sources[draft.name] = draft.source
            return True
        what = f"{draft.name} is annotated in {first.name} already"
        self._findings.append(Finding(ANNOTATED_TWICE, draft.source, what, draft.line))
        return False

    def _mend_of(self, draft: ImageDraft, facts: ImageFacts) -> tuple[ImageMend | None, list[Finding]]:
        """What to do to the image's bytes, and what is wrong with them; EXIF's turn is the frame's matter."""
        findings = [Finding(flaw.rule, draft.image, flaw.what) for flaw in facts.flaws if flaw.rule is not EXIF_ROTATED]
        encode_again = self._policies.repair_images and any(finding.rule in MENDED_BY_ENCODING for finding in findings)
        if encode_again:
            findings = [finding.fixed() if finding.rule in MENDED_BY_ENCODING else finding for finding in findings]
        exif = None if facts.orientation == UPRIGHT or self._policies.exif == "error" else self._policies.exif
        return (ImageMend(exif, encode_again) if exif or encode_again else None), findings

    def _not_annotated(self, source: Source) -> Iterator[Finding]:
        for image in source.images.images:
            if (name := source.images.name_of(image)) not in self._sources and name not in self._unreadable:
                yield Finding(NOT_ANNOTATED, image, "no annotation is about this image").left_out()


def _loses(finding: Finding) -> bool:
    return finding.is_error or finding.outcome is Outcome.LEFT_OUT


def _loop(link: Path) -> Finding:
    return Finding(FOLDER_LOOP, link, "the link leads to a folder that was read already")

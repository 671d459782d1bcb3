"""What is going to be written, before anything is: which image goes where, under which id its classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tfodkit.dataset.dataset import Dataset
from tfodkit.dataset.groups import group_images, images_not_grouped
from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.lost_objects import LostObjects
from tfodkit.dataset.rules import NOT_LISTED
from tfodkit.dataset.shares import Side
from tfodkit.dataset.split import split_dataset
from tfodkit.dataset.split_lists import SplitLists, read_split_lists
from tfodkit.dataset.survey import Survey, SurveyedImage
from tfodkit.errors import DataError
from tfodkit.findings import Finding, Outcome, Severity, by_rule
from tfodkit.records.box_sample import SampledBox, sample_boxes
from tfodkit.records.manifest import TRAIN, VAL, Affected
from tfodkit.records.options import RecordOptions


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """All that decides what is written."""

    options: RecordOptions
    format: str
    """The annotations' format."""
    label_map: LabelMap
    images: tuple[SurveyedImage, ...]
    """Those that are in a split, sorted by name."""
    side_of: Mapping[str, Side]
    """The split of each image's name."""
    findings: tuple[Finding, ...]
    """None of them an error."""
    annotated: tuple[tuple[str, int], ...]
    """Objects of each class in the annotations, as the survey has them."""
    lost: tuple[LostObjects, ...]
    """Those of them that are in no image of ``images``."""

    def boxes(self) -> dict[str, Counter[str]]:
        """Boxes in the annotations by split and class: what the trainer must see."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for image in self.images:
            annotation = image.annotation
            counts[self.side_of[annotation.name]].update(found.label for found in annotation.objects)
        return dict(counts)

    def box_sample(self) -> dict[str, tuple[SampledBox, ...]]:
        """Some boxes of each split, for the manifest."""
        return sample_boxes((image.annotation for image in self.images), self.side_of, self.label_map.ids())

    def dropped(self) -> tuple[Affected, ...]:
        return _affected(finding for finding in self.findings if finding.outcome is Outcome.LEFT_OUT)

    def changed(self) -> tuple[Affected, ...]:
        return _affected(finding for finding in self.findings if finding.outcome is Outcome.FIXED)

    def warnings(self) -> tuple[Affected, ...]:
        """With what is wrong beside each place: nothing was done about it."""
        return _affected((finding for finding in self.findings if _is_warning(finding)), tells_what=True)


def plan_records(found: Survey, options: RecordOptions) -> RecordPlan:
    """Split the images of a survey without errors, and number their classes.

    Raises:
        DataError: no image has an object, or there is none to train on or to validate with; or lists can't be meant.
        UsageError: the options can't be meant for these images.
    """
    dataset = Dataset(tuple(image.annotation for image in found.images))
    label_map = dataset.label_map if options.label_map is None else options.label_map
    together = group_images(found.images, by=options.group_by, near_duplicates=options.near_duplicates)
    lists = _split_lists(options.lists, dataset)
    split = split_dataset(dataset, shares=options.shares, seed=options.seed, together=together, fixed=lists.side_of)
    _require_both(found, set(split.side_of.values()), options)
    alone = images_not_grouped(found.images, options.group_by) if options.group_by else ()
    recorded = tuple(image for image in found.images if image.annotation.name in split.side_of)
    return RecordPlan(
        options=options,
        format=found.format,
        label_map=label_map,
        images=recorded,
        side_of=split.side_of,
        findings=(*found.findings, *lists.findings, *alone, *split.findings),
        annotated=found.annotated,
        lost=(*found.lost, *_not_listed(found, split.side_of)),
    )


def _not_listed(found: Survey, side_of: Mapping[str, Side]) -> Iterator[LostObjects]:
    """The objects of images that the lists leave out."""
    counts = Counter(
        item.label
        for image in found.images
        if image.annotation.name not in side_of
        for item in image.annotation.objects
    )
    yield from (LostObjects(label, NOT_LISTED.name, count) for label, count in sorted(counts.items()))


def _split_lists(path: Path | None, dataset: Dataset) -> SplitLists:
    if path is None:
        return SplitLists({})
    lists = read_split_lists(path, [annotation.name for annotation in dataset.annotations])
    if errors := [finding.problem for finding in lists.findings if finding.is_error]:
        raise DataError.collect(errors)
    if not lists.side_of:  # a split drawn in silence is not what was asked for
        remedy = "Pass the lists that belong to these images, or none, to draw the split."
        raise DataError(str(path), "the lists name none of the annotated images", remedy)
    return lists


def _require_both(found: Survey, sides: set[Side], options: RecordOptions) -> None:
    for side, purpose in ((TRAIN, "train on"), (VAL, "validate with")):
        if side not in sides:
            what = f"no image is left to {purpose}, of {len(found.images)} that can be used"
            more = "List" if options.lists else "Label"
            raise DataError(str(found.folder), what, f"{more} more images, or let fewer of them belong together.")


def _is_warning(finding: Finding) -> bool:
    return finding.outcome is Outcome.OPEN and finding.rule.severity is Severity.WARNING


def _affected(findings: Iterable[Finding], *, tells_what: bool = False) -> tuple[Affected, ...]:
    def named(finding: Finding) -> str:
        return f"{finding.place}: {finding.what}" if tells_what else finding.place

    return tuple(
        Affected(rule.code, rule.name, tuple(map(named, broken))) for rule, broken in by_rule(findings).items()
    )

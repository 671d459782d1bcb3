"""``tfodkit compare``: two sets of labels of the same pictures, box by box."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.boxes import OrientedBox
from tfodkit.dataset.source import IMAGE_FOLDERS
from tfodkit.errors import DataError, Problem, UsageError
from tfodkit.evaluation.comparing.agreement import Agreement, compare_images
from tfodkit.evaluation.comparing.labelled import LabelledImage, LabelledSet
from tfodkit.evaluation.comparing.labels_as_columns import evaluation_of, size_of
from tfodkit.evaluation.comparing.pairing import pair_images
from tfodkit.evaluation.comparing.suspects import find_suspects
from tfodkit.evaluation_report.suspects_list import SuspectFiles, write_suspects
from tfodkit.images.index import IMAGE_SUFFIXES, ImageIndex, NoImageError
from tfodkit.workflow.labels import read_labels
from tfodkit.workflow.option_ranges import check_ranges

SHOWN_NAMES = 3
MOST_SUSPECTS = 200


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of labels: as they were read, but for images that only one has, and how far they agree."""

    a: LabelledSet
    b: LabelledSet
    """Its images are, place by place, those of ``a``; of detections, with those below the threshold too."""
    agreement: Agreement


def compare(
    a: Path | str,
    b: Path | str,
    *,
    iou: float = 0.5,
    threshold: float = 0.5,
    images: Path | str | None = None,
    format: str | None = None,  # noqa: A002 - named as the flag is
) -> Comparison:
    """Compare two sets of annotations, or annotations and detections, of the same pictures.

    Args:
        a: a folder of VOC XML (labelImg's, or roLabelImg's turned boxes) or YOLO text, a COCO JSON or a CSV.
        b: likewise; with a score in each annotation of a COCO JSON, as ``tfodkit detect`` writes it, detections.
        iou: from which on two boxes are taken for the same object, whatever their classes; above 0, at most 1.
        threshold: the lowest score of a detection that is compared, 0 to 1.
        images: the folder of the pictures, which YOLO's boxes need.
        format: ``voc``, ``coco``, ``yolo`` or ``csv``, where a folder holds several of them.

    Raises:
        DataError: a set can't be read, the sets have no image in common, or state different sizes of one.
        UsageError: ``iou``, ``threshold`` or ``format`` can't be meant.
    """
    check_ranges(iou=iou, threshold=threshold)
    folder = None if images is None else Path(images)
    first, second = (read_labels(Path(place), images=folder, format=format) for place in (a, b))
    names = [[image.name for image in each.images] for each in (first, second)]
    pairs = pair_images(*names)
    if not pairs:
        raise _nothing_in_common(first, second)
    ours, theirs = (
        replace(each, images=tuple(each.images[pair[side]] for pair in pairs))
        for side, each in enumerate((first, second))
    )
    _refuse_other_sizes(ours, theirs)
    compared = zip(ours.above(threshold).images, theirs.above(threshold).images, strict=True)
    agreement = Agreement(
        iou,
        tuple(compare_images(one, other, iou=iou) for one, other in compared),
        *(
            tuple(name for place, name in enumerate(each) if place not in {pair[side] for pair in pairs})
            for side, each in enumerate(names)
        ),
    )
    return Comparison(ours, theirs, agreement)


def write_label_suspects(
    comparison: Comparison,
    output: Path | str,
    *,
    images: Path | str | None = None,
    most: int = MOST_SUSPECTS,
    force: bool = False,
) -> SuspectFiles:
    """Write the labels of ``a`` that the detections in ``b`` contradict, for labelImg.

    See :func:`tfodkit.evaluation.comparing.suspects.find_suspects` and, for what is written,
    :func:`tfodkit.evaluation_report.suspects_list.write_suspects`. Pictures are copied where they are found: under the
    names that the detections have; in ``images`` or, unless given, among the annotations or in a folder of images
    beside theirs.

    Raises:
        UsageError: ``b`` holds no detections, or ``a`` does; or ``a`` has turned boxes.
        OutputError: ``output`` is there and not empty without ``force``, or something else wrote it.
    """
    _refuse_unsuitable(comparison)
    evaluated = evaluation_of(comparison.a.images, comparison.b.images)
    suspects = find_suspects(evaluated, most=most)
    pairs = list(zip(comparison.a.images, comparison.b.images, strict=True))
    pictures = _Pictures(Path(comparison.a.place), None if images is None else Path(images))
    return write_suspects(
        evaluated,
        suspects,
        Path(output),
        annotations=[_annotation(image, other) for image, other in pairs],
        pictures={place: path for place, pair in enumerate(pairs) if (path := pictures.find(*pair))},
        force=force,
    )


def _refuse_unsuitable(comparison: Comparison) -> None:
    labels, detections = comparison.a, comparison.b
    remedy = "Pass annotations first, then a detections.json."
    if labels.has_scores:
        raise UsageError(labels.place, "these are detections, but labels are to be looked at", remedy)
    if not detections.has_scores:
        raise UsageError(detections.place, "there are no detections: nothing has a score", remedy)
    if any(isinstance(found.box, OrientedBox) for image in labels.images for found in image.objects):
        what = "there are turned boxes, which labelImg would lose"
        raise UsageError(labels.place, what, "Leave --suspects out: the comparison tells where they differ.")


class _Pictures:
    """Finds pictures, and takes it easily where there are none; no folder is listed before it has to be."""

    def __init__(self, labels: Path, images: Path | None) -> None:
        near = labels if labels.is_dir() else labels.parent
        beside = [near.parent / name for name in IMAGE_FOLDERS]
        self._folders = [folder for folder in ([near, *beside] if images is None else [images]) if folder.is_dir()]

    @cached_property
    def _indexes(self) -> list[ImageIndex]:
        return [ImageIndex(folder) for folder in self._folders]

    def find(self, labelled: LabelledImage, found: LabelledImage) -> Path | None:
        given = Path(found.name)
        if given.suffix.lower() in IMAGE_SUFFIXES and os.path.isfile(given):  # noqa: PTH113 - any name may stand there
            return given
        subfolder, _, name = labelled.name.rpartition("/")
        for index in self._indexes:
            with contextlib.suppress(NoImageError):
                return index.find(name, stem=Path(name).stem, subfolder=subfolder)
        return None


def _annotation(image: LabelledImage, other: LabelledImage) -> ImageAnnotation:
    objects = (
        ObjectAnnotation(each.label, each.enclosing, each.difficult, each.truncated, each.pose, each.is_crowd)
        for each in image.objects
    )
    return ImageAnnotation(Path(image.name), *size_of(image, other), tuple(objects), image.source)


def _nothing_in_common(a: LabelledSet, b: LabelledSet) -> DataError:
    what = f"no image is in both {a.place}, which has {_some(a)}, and {b.place}, which has {_some(b)}"
    return DataError(b.place, what, "Pass labels of the same pictures; names count, extensions do not.")


def _some(labels: LabelledSet) -> str:
    names: Sequence[str] = [image.name for image in labels.images]
    more = ["…"] if len(names) > SHOWN_NAMES else []
    return ", ".join([*names[:SHOWN_NAMES], *more]) or "no image"


def _refuse_other_sizes(a: LabelledSet, b: LabelledSet) -> None:
    problems = [
        _other_size(one, other)
        for one, other in zip(a.images, b.images, strict=True)
        if one.size and other.size and one.size != other.size
    ]
    if problems:
        raise DataError.collect(problems)


def _other_size(one: LabelledImage, other: LabelledImage) -> Problem:
    sizes = [f"{width} x {height}" for width, height in (one.size or (0, 0), other.size or (0, 0))]
    what = f"{other.name} has {sizes[1]} pixels, but {sizes[0]} in {one.source}: their boxes can't be compared"
    is_turned = one.size == (other.size or (0, 0))[::-1]
    remedy = (
        "EXIF turns the picture, and one set was drawn on it unturned: see tfodkit check --exif."
        if is_turned
        else "Scale the boxes of one set, or correct the size where only that is wrong."
    )
    return Problem(str(other.source), what, remedy)

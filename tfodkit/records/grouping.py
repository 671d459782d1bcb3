"""Which images are written together: per home class, per folder, or all of a split."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.dataset import home_class
from tfodkit.dataset.label_map import BACKGROUND, LabelMap
from tfodkit.dataset.survey import SurveyedImage
from tfodkit.records.file_names import file_stems
from tfodkit.records.manifest import SPLITS
from tfodkit.records.options import Grouping

ALL = "all"
"""The one group of a split that is not divided."""
TOP = "."
"""The group of images that lie in no folder below that of the images."""


@dataclass(frozen=True, slots=True)
class ImageGroup:
    """The images of one split and one group, in the order they are written; at least one."""

    split: str
    name: str
    """As :attr:`tfodkit.records.manifest.RecordFile.group`."""
    stem: str
    """What its files' names begin with, such as ``train_mug``."""
    images: tuple[SurveyedImage, ...]


def record_groups(
    images: Iterable[SurveyedImage], side_of: Mapping[str, str], grouping: Grouping, label_map: LabelMap
) -> tuple[ImageGroup, ...]:
    """Every image in exactly one group, in the order that it comes in.

    ``side_of`` gives the split of each image's name. Groups are sorted by split, in the order of ``SPLITS``, then by
    their files' names.
    """
    images = tuple(images)
    names = _group_names([image.annotation for image in images], grouping)
    members: dict[tuple[str, str], list[SurveyedImage]] = defaultdict(list)
    for image, name in zip(images, names, strict=True):
        members[side_of[image.annotation.name], name].append(image)
    stems = _stems(grouping, label_map, sorted(set(names)))
    groups = (
        ImageGroup(split, name, f"{split}{stems[name]}", tuple(found)) for (split, name), found in members.items()
    )
    return tuple(sorted(groups, key=lambda group: (SPLITS.index(group.split), group.stem)))


def _group_names(annotations: list[ImageAnnotation], grouping: Grouping) -> list[str]:
    match grouping:
        case "single":
            return [ALL] * len(annotations)
        case "folder":
            return [annotation.subfolder or TOP for annotation in annotations]
        case "class":
            images_with = Counter(label for annotation in annotations for label in annotation.labels)
            return [home_class(annotation, images_with) for annotation in annotations]


def _stems(grouping: Grouping, label_map: LabelMap, names: list[str]) -> dict[str, str]:
    """What follows the split in the name of a group's files. That of a class does not depend on which others occur."""
    match grouping:
        case "single":
            return {ALL: ""}
        case "folder":
            return {name: f"_{stem}" for name, stem in file_stems(names).items()} | {TOP: ""}
        case "class":
            return {name: f"_{stem}" for name, stem in file_stems([*label_map.names, BACKGROUND]).items()}

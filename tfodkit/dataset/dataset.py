"""Many images: what is labelled, in one order whatever the disk says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.label_map import BACKGROUND, LabelMap
from tfodkit.errors import DataError
from tfodkit.findings import Finding

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Dataset:
    """Annotated images, sorted by :attr:`ImageAnnotation.name`, each name once; and what was found wrong with them."""

    annotations: tuple[ImageAnnotation, ...]
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        names = [annotation.name for annotation in self.annotations]
        if names != sorted(set(names)):
            raise ValueError("annotations must be sorted by image name, each name once")

    @classmethod
    def of(cls, annotations: Iterable[ImageAnnotation], findings: Iterable[Finding] = ()) -> Dataset:
        """As the value itself, in whatever order the annotations come; ``ValueError`` where a name comes twice."""
        return cls(tuple(sorted(annotations, key=lambda annotation: annotation.name)), tuple(findings))

    @property
    def label_map(self) -> LabelMap:
        """The classes that occur, sorted by name; :class:`DataError` where no image has an object."""
        labels = {label for annotation in self.annotations for label in annotation.labels}
        if not labels:
            raise DataError("the data set", "no image has an object", "Label the images with labelImg.")
        return LabelMap.from_names(labels)

    def images_with(self) -> Counter[str]:
        """In how many images each class occurs."""
        return Counter(label for annotation in self.annotations for label in annotation.labels)

    def to_frame(self) -> pd.DataFrame:
        """One row an object: see :func:`tfodkit.dataset.tables.object_table`."""
        from tfodkit.dataset.tables import object_table

        return object_table(self)


def home_class(annotation: ImageAnnotation, images_with: Counter[str]) -> str:
    """The class that an image is filed under: the one among its objects that occurs in the fewest images.

    Of equally rare ones the first by name; ``background`` for an image without objects.
    """
    if not annotation.objects:
        return BACKGROUND
    return min(annotation.labels, key=lambda label: (images_with[label], label))

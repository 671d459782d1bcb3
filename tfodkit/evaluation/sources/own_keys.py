"""The ids and names by which a file of detections means images and classes, looked up in the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tfodkit.evaluation.sources.complaints import Complaints
from tfodkit.evaluation.sources.truth import Key, Truth
from tfodkit.nearest import nearest_names
from tfodkit.wording import counted

SHOWN = 5
TRUTH_OF_REPORTS = "truth.json"
"""What a report has beside its ``detections.json`` (``evaluation_report/data_files.py``), whose ids mean its images."""


class OwnKeys:
    """Finds places and classes in the truth, each key once, and counts the entries whose image or class it lacks.

    ``image_names`` and ``class_names`` are those that the file itself gives to its ids; they go before the ids.
    """

    def __init__(
        self, path: Path, truth: Truth, *, image_names: Mapping[Key, str], class_names: Mapping[Key, str]
    ) -> None:
        self._path = path
        self._truth = truth
        self._image_names = image_names
        self._class_names = class_names
        self._places: dict[Key, int | None] = {}
        self._class_ids: dict[Key, int | None] = {}
        self._unknown_images: Counter[Key] = Counter()
        self._unknown_classes: Counter[Key] = Counter()

    def place_of(self, key: Key) -> int | None:
        """The place of an image in the truth."""
        if key not in self._places:
            self._places[key] = self._truth.place_of(self._image_names.get(key, key))
        if (place := self._places[key]) is None:
            self._unknown_images[self._image_names.get(key, key)] += 1
        return place

    def class_of(self, key: Key) -> int | None:
        """The truth's id of a class."""
        if key not in self._class_ids:
            self._class_ids[key] = self._truth.class_of(self._class_names.get(key, key))
        if (class_id := self._class_ids[key]) is None:
            self._unknown_classes[self._class_names.get(key, key)] += 1
        return class_id

    def complain(self, complaints: Complaints) -> None:
        """Of all that was asked for and is not there."""
        images, classes = self._unknown_images, self._unknown_classes
        if images:
            what = _unknown(images, "image", f"that {self._truth.where} does not have, or has more than once")
            complaints.add("images", str(self._path), what, self._other_images(next(iter(images))))
        if classes:
            what = _unknown(classes, "class", f"that {self._truth.where} does not have")
            remedy = f"{self._other_classes(next(iter(classes)))} Take the others out, or name the classes in a list"
            complaints.add("classes", str(self._path), what, f"{remedy} of categories.")

    def _other_images(self, key: Key) -> str:
        if isinstance(key, str):
            return nearest_names(key, [image.name for image in self._truth.images])
        if ids := [own for own in self._truth.image_ids if isinstance(own, int)]:
            return f"Its ids are {min(ids)} to {max(ids)}: pass the COCO file that the detections' ids belong to."
        beside = self._path.with_name(TRUTH_OF_REPORTS)
        example = f", such as {beside}" if beside.is_file() else ""
        return f"These are ids of a COCO file: pass it as --truth{example}, or name the images in a list of images."

    def _other_classes(self, key: Key) -> str:
        known = self._truth.class_names.items()
        return nearest_names(str(key), [name if isinstance(key, str) else f"{name} ({own})" for own, name in known])


def _unknown(counts: Counter[Key], noun: str, which: str) -> str:
    named = ", ".join(f"{key!r} ({count})" for key, count in counts.most_common(SHOWN))
    hidden = f" and {len(counts) - SHOWN:,} more" if len(counts) > SHOWN else ""
    total, different = counted(counts.total(), "detection"), counted(len(counts), noun)
    return f"{total} of {different} {which}: {named}{hidden}"

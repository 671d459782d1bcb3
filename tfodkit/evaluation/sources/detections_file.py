"""Detections out of JSON: COCO's results, of anybody's model, or the ``detections.json`` of ``tfodkit detect``.

::

    [{"image_id": 9, "category_id": 1, "bbox": [x, y, width, height], "score": 0.93,
      "segmentation": {"size": [height, width], "counts": …},           where the model gives masks
      "keypoints": [x, y, score, …]}, …]                                where it gives keypoints

    {"annotations": [the same],                                         and, where they are there:
     "images":     [{"id": 9, "file_name": "tray.jpg"}, …],             images go by their names then,
     "categories": [{"id": 1, "name": "bagel"}, …]}                     and classes by theirs

``image_id`` may be a file name or its stem, ``category_id`` the name of a class. From
https://cocodataset.org/#format-results, but for that.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.text import read_text
from tfodkit.errors import DataError
from tfodkit.evaluation.columns import FoundColumns
from tfodkit.evaluation.sources.complaints import Complaints
from tfodkit.evaluation.sources.detection_entry import Entry, entry_of
from tfodkit.evaluation.sources.plausible import complain_of_coordinates
from tfodkit.evaluation.sources.truth import Key, Truth
from tfodkit.nearest import nearest_names
from tfodkit.wording import counted

MAX_BYTES = 4 << 30
SHOWN = 5
FORM = "Pass COCO's results, a list of image_id, category_id, bbox and score, or detections.json of tfodkit detect."


def read_detections(path: Path, truth: Truth) -> FoundColumns:
    """The detections in the file at ``path``, of the images and with the classes of ``truth``.

    Raises:
        DataError: the file can't be read, or holds something else; entries can't be used, each kind of fault with the
            first and the count; or the coordinates are none of pixels, or not x, y, width and height.
    """
    content = _json(path)
    file = _Detections(path, truth)
    file.read(content)
    return file.columns()


class _Detections:
    """One file on its way to columns."""

    def __init__(self, path: Path, truth: Truth) -> None:
        self._path = path
        self._truth = truth
        self._complaints = Complaints()
        self._image_names: Mapping[Key, str] = {}
        self._class_names: Mapping[Key, str] = {}
        self._unknown_images: Counter[Key] = Counter()
        self._unknown_classes: Counter[Key] = Counter()
        self._places: dict[Key, int | None] = {}
        self._class_ids: dict[Key, int | None] = {}
        self._entries: list[Entry] = []

    def read(self, content: Any) -> None:
        entries = content
        if isinstance(content, dict):
            entries = content.get("annotations")
            self._image_names = self._names(content.get("images"), "file_name", "images")
            self._class_names = self._names(content.get("categories"), "name", "categories")
        if not isinstance(entries, list):
            raise DataError(str(self._path), "there is no list of detections", FORM)
        for number, fields in enumerate(entries, start=1):
            self._take(fields, number)
        self._complain_of_unknown()
        self._complain_of_parts()
        self._complaints.raise_any()

    def columns(self) -> FoundColumns:
        """In the order of the images, the best scores first; of equal ones that which came first."""
        entries = self._entries
        image = np.array([entry.place for entry in entries], np.int64)
        score = np.array([entry.score for entry in entries], np.float64)
        boxes = np.array([entry.xyxy for entry in entries], np.float64).reshape(-1, 4)
        sizes = np.array([(each.width, each.height) for each in self._truth.images], np.float64)
        complain_of_coordinates(boxes, sizes[image], str(self._path))
        order = np.lexsort((-score, image))
        return FoundColumns(
            image=image[order],
            boxes_xyxy=boxes[order],
            class_id=np.array([entry.class_id for entry in entries], np.int64)[order],
            score=score[order],
            masks=self._masks(order),
            keypoints=self._keypoints(order),
        )

    def _masks(self, order: NDArray[np.int64]) -> tuple[Any, ...] | None:
        masks = [entry.mask for entry in self._entries]
        return tuple(masks[row] for row in order) if any(masks) else None

    def _keypoints(self, order: NDArray[np.int64]) -> NDArray[np.float64] | None:
        points = [entry.keypoints for entry in self._entries if entry.keypoints is not None]
        return np.stack(points)[order] if points else None

    def _take(self, fields: Any, number: int) -> None:
        where = f"{self._path}: entry {number}"
        try:
            entry = entry_of(fields, self._place, self._class_id, self._truth.images)
        except FaultError as fault:
            # alike are faults that begin alike: "score must be 0 to 1, but is …"
            self._complaints.add(fault.what.partition(", but")[0], where, fault.what, FORM)
            return
        if entry is not None:
            self._entries.append(entry)

    def _place(self, key: Key) -> int | None:
        if key not in self._places:
            self._places[key] = self._truth.place_of(self._image_names.get(key, key))
        if (place := self._places[key]) is None:
            self._unknown_images[self._image_names.get(key, key)] += 1
        return place

    def _class_id(self, key: Key) -> int | None:
        if key not in self._class_ids:
            self._class_ids[key] = self._truth.class_of(self._class_names.get(key, key))
        if (class_id := self._class_ids[key]) is None:
            self._unknown_classes[self._class_names.get(key, key)] += 1
        return class_id

    def _complain_of_unknown(self) -> None:
        images, classes = self._unknown_images, self._unknown_classes
        if images:
            names = [image.name for image in self._truth.images]
            what = _unknown(images, "image", f"that {self._truth.where} does not have, or has more than once")
            self._complaints.add("images", str(self._path), what, nearest_names(str(next(iter(images))), names))
        if classes:
            what = _unknown(classes, "class", f"that {self._truth.where} does not have")
            first = next(iter(classes))
            names = [
                name if isinstance(first, str) else f"{name} ({class_id})"
                for class_id, name in self._truth.class_names.items()
            ]
            nearest = nearest_names(str(first), names)
            remedy = f"{nearest} Take the others out, or name the classes in a list of categories."
            self._complaints.add("classes", str(self._path), what, remedy)

    def _complain_of_parts(self) -> None:
        """Masks and keypoints are of all detections or of none, and as many keypoints as the truth has."""
        for name, has in (
            ("segmentation", [entry.mask is not None for entry in self._entries]),
            ("keypoints", [entry.keypoints is not None for entry in self._entries]),
        ):
            if any(has) and not all(has):
                what = f"{len(has) - sum(has):,} of {len(has):,} detections have no {name}, but the others have"
                self._complaints.add(name, str(self._path), what, "Write it for all of them, or for none.")
        counts = {len(entry.keypoints) for entry in self._entries if entry.keypoints is not None}
        wanted = {image.keypoints.shape[1] for image in self._truth.images if image.keypoints is not None}
        if counts and (len(counts) > 1 or (wanted and counts != {max(wanted)})):
            there = f"as many for each, {max(wanted)} as in the truth" if wanted else "as many for each"
            what = f"keypoints must be {there}, but there are {' and '.join(map(str, sorted(counts)))}"
            self._complaints.add("counts", str(self._path), what, "Write x, y and score of every keypoint.")

    def _names(self, entries: Any, field: str, member: str) -> dict[Key, str]:
        """The names of ids, in a list that may be missing."""
        names: dict[Key, str] = {}
        taken: set[str] = set()
        for number, entry in enumerate(entries if isinstance(entries, list) else [], start=1):
            where = f"{self._path}: {member}, entry {number}"
            key, name = (entry.get("id"), entry.get(field)) if isinstance(entry, dict) else (None, None)
            if not isinstance(key, int | str) or not isinstance(name, str):
                self._complaints.add(member, where, f"there is no id or no {field}", FORM)
            elif key in names or name in taken:
                what = f"the id {key!r} or the {field} {name!r} is there twice"
                self._complaints.add(f"{member} twice", where, what, "Give each its own.")
            else:
                names[key] = name
                taken.add(name)
        return names


def _unknown(counts: Counter[Key], noun: str, which: str) -> str:
    named = ", ".join(f"{key!r} ({count})" for key, count in counts.most_common(SHOWN))
    hidden = f" and {len(counts) - SHOWN:,} more" if len(counts) > SHOWN else ""
    total, different = counted(counts.total(), "detection"), counted(len(counts), noun)
    return f"{total} of {different} {which}: {named}{hidden}"


def _json(path: Path) -> Any:
    try:
        return json.loads(read_text(path, MAX_BYTES))
    except FaultError as fault:
        where = str(path) if fault.line is None else f"{path}:{fault.line}"
        raise DataError(where, fault.what, FORM) from fault
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{error.lineno}", f"not well-formed JSON: {error.msg}", FORM) from error
    except (RecursionError, ValueError) as error:
        raise DataError(str(path), "the JSON is nested too deeply, or has a number of too many digits", FORM) from error

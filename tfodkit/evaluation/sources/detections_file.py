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
from tfodkit.evaluation.sources.own_keys import OwnKeys
from tfodkit.evaluation.sources.plausible import complain_of_coordinates
from tfodkit.evaluation.sources.truth import Key, Truth

MAX_BYTES = 4 << 30
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
        self._entries: list[Entry] = []

    def read(self, content: Any) -> None:
        lists = content if isinstance(content, dict) else {"annotations": content}
        image_names = self._names(lists.get("images"), "file_name", "images")
        class_names = self._names(lists.get("categories"), "name", "categories")
        entries = lists.get("annotations")
        if not isinstance(entries, list):
            raise DataError(str(self._path), "there is no list of detections", FORM)
        keys = OwnKeys(self._path, self._truth, image_names=image_names, class_names=class_names)
        for number, fields in enumerate(entries, start=1):
            self._take(fields, number, keys)
        keys.complain(self._complaints)
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

    def _take(self, fields: Any, number: int, keys: OwnKeys) -> None:
        where = f"{self._path}: entry {number}"
        try:
            entry = entry_of(fields, keys.place_of, keys.class_of, self._truth.images)
        except FaultError as fault:
            # alike are faults that begin alike: "score must be 0 to 1, but is …"
            self._complaints.add(fault.what.partition(", but")[0], where, fault.what, FORM)
            return
        if entry is not None:
            self._entries.append(entry)

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

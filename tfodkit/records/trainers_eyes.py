"""Which objects of a record the trainer sees: the rules of the Object Detection API's input pipeline, one by one.

What is told here was read in ``data_decoders/tf_example_decoder.py``, ``inputs.py`` (``transform_input_data``,
``pad_input_data_to_static_shapes``), ``utils/ops.py`` (``retain_groundtruth``) and ``core/box_list_ops.py``
(``to_absolute_coordinates``) of tf-models-research-object-detection 2.8.0, in the order in which it is applied there:

1. A feature of another kind than the decoder asks for ends the run, as does a picture that is missing.
2. The four sides of boxes must be of one length.
3. Class texts are looked up in the label map; where there is none, not even a blank one, the labels' ids are taken.
4. Boxes with a coordinate that is not a number are dropped; each of the others must have a class. Classes without a box
   are dropped without a word.
5. Objects with an id below 0 are dropped, and a text that is not in the label map has the id -1.
6. A box whose end lies before its start ends the run.
7. An id of 0, or above ``num_classes``, becomes a target of no class at all.
8. What exceeds ``max_number_of_boxes`` is cut off.
9. Weights are handed out to the boxes that are left, in order; an object of weight 0 teaches nothing.

``difficult`` and ``is_crowd`` objects are trained on like all others. A coordinate above 1.1 ends every evaluation, and
the training of Faster R-CNN. Image-level labels, and what only some models load (masks, keypoints), are not looked at.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfodkit.dataset.label_map import read_class_lookup
from tfodkit.records.features import Features, Kind, KindError

LARGEST_COORDINATE: float = struct.unpack("<f", struct.pack("<f", 1.1))[0]
"""Of normalised boxes, as a 32-bit float: above it upstream takes them for pixels, and stops."""

ENCODED = "image/encoded"
SIDES = tuple(f"image/object/bbox/{side}" for side in ("ymin", "xmin", "ymax", "xmax"))
TEXT, LABEL, WEIGHT = "image/object/class/text", "image/object/class/label", "image/object/weight"
PER_BOX: tuple[tuple[str, Kind], ...] = (
    ("image/object/is_crowd", "int64_list"),
    ("image/object/area", "float_list"),
    ("image/object/difficult", "int64_list"),
)
"""Gathered together with the boxes: as many, or a multiple of them, or none."""

ALONE: Mapping[str, Kind] = {
    ENCODED: "bytes_list",
    "image/format": "bytes_list",
    "image/filename": "bytes_list",
    "image/source_id": "bytes_list",
    "image/key/sha256": "bytes_list",
    "image/height": "int64_list",
    "image/width": "int64_list",
}
"""Features with exactly one value, where they are there."""
MANY: Mapping[str, Kind] = {
    **dict.fromkeys(SIDES, "float_list"),
    **dict(PER_BOX),
    TEXT: "bytes_list",
    LABEL: "int64_list",
    WEIGHT: "float_list",
    "image/object/group_of": "int64_list",
    "image/class/text": "bytes_list",
    "image/class/label": "int64_list",
    "image/class/confidence": "float_list",
    "image/neg_category_ids": "int64_list",
    "image/not_exhaustive_category_ids": "int64_list",
}

DECODED = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM")
"""How pictures begin that become three channels of one frame: JPEG, PNG, BMP. GIF and WebP do not."""


@dataclass(frozen=True, slots=True)
class Classes:
    """What the trainer knows of classes."""

    ids: Mapping[bytes, int]
    """By every text that names a class, in UTF-8; empty for a trainer without a label map."""
    names: Mapping[int, str]
    """By id, in the order of ids."""
    num_classes: int
    """Of the model's config; ids above it are no class."""

    @classmethod
    def read(cls, label_map: Path, num_classes: int | None = None) -> Classes:
        """Of a label map; ``num_classes`` is its highest id unless given. RecordError where it can't be read."""
        lookup = read_class_lookup(label_map)
        ids = {text.encode(): class_id for text, class_id in lookup.ids.items()}
        return cls(ids, lookup.names, max(lookup.names) if num_classes is None else num_classes)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the trainer makes of one record."""

    labels: tuple[str, ...]
    """The class of each object in the record: its class's name, else the text, else its id, else blank."""
    lost: Mapping[int, str]
    """Why the trainer does not see an object, by its number from 0."""
    stop: str = ""
    """What ends training or evaluation at this record; all objects are lost then. Blank where nothing does."""


class _StopError(Exception):
    """The record ends the run."""


def look_at(features: Features, classes: Classes, max_boxes: int | None) -> Sight:
    """What the trainer sees of a record with these features.

    ``max_boxes`` is ``max_number_of_boxes`` of the config's input reader; None for as many as there are.
    """
    labels: tuple[str, ...] = ()
    try:
        _check_kinds(features)
        sides = [features.floats(side) for side in SIDES]
        texts, ids = _classes_of(features, classes)
        labels = _labels(texts, ids, max(map(len, sides)), classes)
        _check_picture(features)
        boxes = _boxes(sides)
        _check_lengths(features, len(boxes))
        return Sight(labels, _lost(boxes, ids, texts, _Reader(classes, features.floats(WEIGHT), max_boxes)))
    except KindError as error:
        return _stopped(labels, str(error))
    except _StopError as error:
        return _stopped(labels, str(error))


def _stopped(labels: tuple[str, ...], why: str) -> Sight:
    return Sight(labels, dict.fromkeys(range(len(labels)), "its record ends the run"), why)


def _check_kinds(features: Features) -> None:
    for name, kind in features.kinds():
        wanted = MANY.get(name) or ALONE.get(name, kind)
        if (kind != wanted or name in ALONE) and features.count(name, wanted) != 1:
            raise KindError(f"{name} must hold one value, but holds {features.count(name, wanted)}")


def _classes_of(features: Features, classes: Classes) -> tuple[Sequence[bytes], list[int]]:
    texts = features.texts(TEXT)
    if texts and classes.ids:
        return texts, [classes.ids.get(text, -1) for text in texts]
    return (), list(features.ints(LABEL))


def _labels(texts: Sequence[bytes], ids: Sequence[int], boxes: int, classes: Classes) -> tuple[str, ...]:
    found = [
        classes.names.get(class_id) or (texts[index].decode(errors="replace") if texts else f"id {class_id}")
        for index, class_id in enumerate(ids)
    ]
    return (*found, *[""] * (boxes - len(found)))


def _check_picture(features: Features) -> None:
    picture = features.text(ENCODED)
    if not picture:
        raise _StopError(f"{ENCODED} is missing or empty")
    if not picture.startswith(DECODED):
        raise _StopError(f"{ENCODED} begins with {picture[:4]!r}, which is no JPEG, PNG or BMP")
    if (features.text("image/format") or b"jpeg") in (b"raw", b"RAW"):
        raise _StopError("image/format is raw, so that the picture would be taken for bare pixels")


def _boxes(sides: Sequence[Sequence[float]]) -> list[tuple[float, ...]]:
    """``yxyx_norm`` boxes."""
    if len(set(map(len, sides))) != 1:
        counts = ", ".join(f"{len(side)} {name.rpartition('/')[2]}" for side, name in zip(sides, SIDES, strict=True))
        raise _StopError(f"the lists of box sides differ in length: {counts}")
    return list(zip(*sides, strict=True))


def _check_lengths(features: Features, boxes: int) -> None:
    for name, kind in PER_BOX:
        if boxes and (count := features.count(name, kind)) % boxes:
            raise _StopError(f"{name} holds {count} values for {boxes} boxes")


@dataclass(frozen=True, slots=True)
class _Reader:
    """What a config's reader adds to a record's boxes and classes."""

    classes: Classes
    weights: Sequence[float]
    max_boxes: int | None

    def reason(self, rank: int, class_id: int) -> str | None:
        """Why the object at place ``rank`` of those that are left is not seen; None where it is."""
        if not 1 <= class_id <= self.classes.num_classes:
            return f"its id is {class_id}, outside 1 to {self.classes.num_classes}, the number of classes"
        if self.max_boxes is not None and rank >= self.max_boxes:
            return f"the reader's max_number_of_boxes is {self.max_boxes}"
        if len(self.weights) and (rank >= len(self.weights) or self.weights[rank] == 0):
            return "its weight is 0" if rank < len(self.weights) else f"there are only {len(self.weights)} weights"
        return None


def _lost(
    boxes: Sequence[tuple[float, ...]], ids: Sequence[int], texts: Sequence[bytes], reader: _Reader
) -> dict[int, str]:
    lost: dict[int, str] = {}
    rank = 0
    for number, box in enumerate(boxes):
        if any(map(math.isnan, box)):
            lost[number] = "its box has a coordinate that is not a number"
        elif number >= len(ids):
            raise _StopError(f"{len(boxes)} boxes, but {len(ids)} classes")
        elif ids[number] < 0:
            lost[number] = _unknown(texts, ids, number)
        else:
            _check_box(box, number)
            if reason := reader.reason(rank, ids[number]):
                lost[number] = reason
            rank += 1
    surplus = range(len(boxes), len(ids))
    return {**lost, **dict.fromkeys(surplus, "it has a class but no box")} if surplus else lost


def _unknown(texts: Sequence[bytes], ids: Sequence[int], number: int) -> str:
    if not texts:
        return f"its id is {ids[number]}, below 0"
    return f"the text {texts[number].decode(errors='replace')!r} is not in the label map, whatever its id"


def _check_box(box: tuple[float, ...], number: int) -> None:
    ymin, xmin, ymax, xmax = box
    what = ""
    if ymax < ymin:
        what = f"ymax {ymax:.6g} < ymin {ymin:.6g}"
    elif xmax < xmin:
        what = f"xmax {xmax:.6g} < xmin {xmin:.6g}"
    elif max(box) > LARGEST_COORDINATE:
        what = f"{max(box):.6g} > 1.1: normalised coordinates are shares of the picture, 0 to 1"
    elif math.isinf(min(box)):
        what = "it is infinite"
    if what:
        raise _StopError(f"the box of object {number + 1}: {what}")

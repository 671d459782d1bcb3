"""Writes COCO JSON, an entry a line, so that two files can be compared and messages can name lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from tfodkit import files
from tfodkit.annotations.coco_boxes import bbox_of
from tfodkit.annotations.coco_keypoints import keypoint_numbers
from tfodkit.annotations.coco_masks import segmentation_of
from tfodkit.annotations.json_numbers import plain
from tfodkit.annotations.losses import Loss
from tfodkit.annotations.mask_pixels import to_run_lengths
from tfodkit.annotations.masks import PolygonMask
from tfodkit.annotations.values import UNSPECIFIED, ImageAnnotation, ObjectAnnotation

_Entry = dict[str, Any]


def write_coco(
    annotations: Sequence[ImageAnnotation], path: Path, *, class_names: Sequence[str] | None = None
) -> tuple[Loss, ...]:
    """Write all images with their objects to ``path``, atomically; nothing is lost.

    COCO has widths where boxes have sides: of sides with more than six digits behind the point, the last
    bit may come back different.

    Ids count from 1: images and objects in their order, categories in that of ``class_names``, or of the labels sorted
    by name. ``file_name`` is the image's path below the folder of the images. A category's keypoints are named in the
    order in which its objects first show them. ``area`` is the mask's where there is one. Pascal VOC's ``difficult``,
    ``truncated`` and ``pose`` are written where they are set, for :func:`~tfodkit.annotations.coco_reader.read_coco`.

    Raises:
        DataError: the PNG of a mask can't be read.
        ValueError: ``class_names`` lack a label; keypoints of an object have one name.
    """
    labels = {found.label for annotation in annotations for found in annotation.objects}
    names = sorted(labels) if class_names is None else list(class_names)
    if unknown := labels.difference(names):
        raise ValueError(f"class_names must have every label, but lack {min(unknown)!r}")
    keypoints = _keypoint_names(annotations, names)
    ids = {name: number for number, name in enumerate(names, start=1)}
    with files.open_atomic(path) as file:
        file.write(b'{\n"info": {"description": "written by tfodkit"},\n"licenses": [],\n')
        _write_list(file, "images", map(_image, range(1, len(annotations) + 1), annotations), ",\n")
        _write_list(file, "annotations", _annotations(annotations, ids, keypoints), ",\n")
        _write_list(file, "categories", (_category(ids[name], name, keypoints[name]) for name in names), "\n}\n")
    return ()


def _write_list(file: BinaryIO, key: str, entries: Iterable[_Entry], end: str) -> None:
    file.write(f'"{key}": ['.encode())
    separator = "\n"
    for entry in entries:
        file.write(f"{separator}{json.dumps(entry)}".encode())
        separator = ",\n"
    file.write(f"]{end}".encode())


def _image(number: int, annotation: ImageAnnotation) -> _Entry:
    return {"id": number, "file_name": annotation.name, "width": annotation.width, "height": annotation.height}


def _category(number: int, name: str, keypoints: Sequence[str]) -> _Entry:
    entry: _Entry = {"id": number, "name": name, "supercategory": ""}
    return {**entry, "keypoints": list(keypoints), "skeleton": []} if keypoints else entry


def _annotations(
    annotations: Iterable[ImageAnnotation], ids: Mapping[str, int], keypoints: Mapping[str, Sequence[str]]
) -> Iterator[_Entry]:
    number = 0
    for image_id, annotation in enumerate(annotations, start=1):
        for found in annotation.objects:
            number += 1
            yield {
                "id": number,
                "image_id": image_id,
                "category_id": ids[found.label],
                "bbox": bbox_of(found.box),
                **_mask(found, annotation.width, annotation.height),
                "iscrowd": int(found.is_crowd),
                **_points(found, keypoints[found.label]),
                **_voc(found),
            }


def _mask(found: ObjectAnnotation, width: int, height: int) -> _Entry:
    if found.mask is None:
        return {"area": plain(found.box.area), "segmentation": []}
    runs = to_run_lengths(found.mask, width=width, height=height)
    mask = found.mask if isinstance(found.mask, PolygonMask) else runs
    return {"area": sum(runs.counts[1::2]), "segmentation": segmentation_of(mask)}


def _points(found: ObjectAnnotation, names: Sequence[str]) -> _Entry:
    if not found.keypoints:
        return {}
    labelled = sum(point.visibility > 0 for point in found.keypoints)
    return {"keypoints": keypoint_numbers(found.keypoints, names), "num_keypoints": labelled}


def _voc(found: ObjectAnnotation) -> _Entry:
    flags: _Entry = {name: 1 for name in ("difficult", "truncated") if getattr(found, name)}
    return flags if found.pose == UNSPECIFIED else {**flags, "pose": found.pose}


def _keypoint_names(annotations: Iterable[ImageAnnotation], labels: Iterable[str]) -> dict[str, list[str]]:
    """The names of each class's keypoints, in the order in which they first occur."""
    names: dict[str, dict[str, None]] = {label: {} for label in labels}
    for annotation in annotations:
        for found in annotation.objects:
            own = [point.name for point in found.keypoints]
            if len(set(own)) < len(own):
                raise ValueError(f"keypoints of an object must have a name each, but got {own}")
            names[found.label].update(dict.fromkeys(own))
    return {label: list(found) for label, found in names.items()}

"""What an evaluation leaves for other programs, beside its page.

::

    results.json        all figures (``results.py``)
    per_class.csv       a row a class
    detections.json     every detection, as COCO's results: ``COCO("truth.json").loadRes("detections.json")``
    truth.json          what they were held against, as COCO's annotations
    suspects.csv        labels that the detections contradict (``comparing/suspects.py``), the most doubtful first
    annotations/*.xml   what was found above the threshold, an image each: opens in labelImg beside the pictures
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from tfodkit.annotations.coco_rle import Rle
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.annotations.voc_writer import to_voc_xml
from tfodkit.boxes import Box
from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation.columns import EvaluatedImage, EvaluationSet
from tfodkit.evaluation.comparing.suspects import find_suspects
from tfodkit.evaluation.sources.own_keys import TRUTH_OF_REPORTS
from tfodkit.evaluation_report.names import shortened
from tfodkit.evaluation_report.results import class_rows, results
from tfodkit.evaluation_report.subject import Subject
from tfodkit.evaluation_report.suspects_list import CSV_NAME, suspects_csv
from tfodkit.files import own_name
from tfodkit.images.index import leads_out

RESULTS, PER_CLASS, DETECTIONS, TRUTH, ANNOTATIONS = (
    "results.json",
    "per_class.csv",
    "detections.json",
    TRUTH_OF_REPORTS,
    "annotations",
)
LONGEST_NAME = 120
SHAPES = ("segmentation", "keypoints")


def write_data_files(analysis: Analysis, subject: Subject, folder: Path) -> None:
    """Write them into ``folder``, which is there."""
    images = analysis.images
    _write_json(folder / RESULTS, results(analysis, subject), indent=1)
    (folder / PER_CLASS).write_text(per_class_csv(analysis), encoding="utf-8")
    (folder / CSV_NAME).write_text(suspects_csv(images, find_suspects(images)), encoding="utf-8")
    _write_json(folder / DETECTIONS, coco_results(images))
    _write_json(folder / TRUTH, coco_truth(images))
    for path, content in found_xml(images, analysis.options.threshold):
        place = folder / ANNOTATIONS / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def per_class_csv(analysis: Analysis) -> str:
    """The classes as a table with a header; what has no value is blank."""
    file = io.StringIO(newline="")
    rows = class_rows(analysis)
    writer = csv.DictWriter(file, list(rows[0]) if rows else ["id", "class"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def coco_results(images: EvaluationSet) -> list[dict[str, Any]]:
    """The detections as COCO's results; ids of images are those of :func:`coco_truth`."""
    found, ids = images.found, _image_ids(images)
    rows = zip(found.image.tolist(), found.class_id.tolist(), found.boxes_xyxy.tolist(), strict=True)
    entries = [{"image_id": ids[image], "category_id": class_id, "bbox": _xywh(box)} for image, class_id, box in rows]
    for entry, score in zip(entries, found.score.tolist(), strict=True):
        entry["score"] = score
    _add_shapes(entries, found.masks, found.keypoints)
    return entries


def coco_truth(images: EvaluationSet) -> dict[str, Any]:
    """The truth as COCO's annotations. Images have their own ids where they have one each, else numbers from 1."""
    truth, ids = images.truth, _image_ids(images)
    rows = zip(truth.image.tolist(), truth.class_id.tolist(), truth.boxes_xyxy.tolist(), strict=True)
    entries: list[dict[str, Any]] = [
        {"id": number, "image_id": ids[image], "category_id": class_id, "bbox": _xywh(box)}
        for number, (image, class_id, box) in enumerate(rows, start=1)
    ]
    flags = zip(truth.area.tolist(), truth.is_crowd.tolist(), truth.is_difficult.tolist(), strict=True)
    for entry, (area, is_crowd, is_difficult) in zip(entries, flags, strict=True):
        entry.update(area=area, iscrowd=int(is_crowd), **({"difficult": 1} if is_difficult else {}))
    _add_shapes(entries, truth.masks, truth.keypoints)
    for entry in entries if truth.keypoints is not None else ():
        entry["num_keypoints"] = sum(map(bool, entry["keypoints"][2::3]))
    return {
        "images": [
            {"id": key, "file_name": image.name, "width": image.width, "height": image.height}
            for key, image in zip(ids, images.images, strict=True)
        ],
        "annotations": entries,
        "categories": [{"id": class_id, "name": name} for class_id, name in images.class_names.items()],
    }


def found_xml(images: EvaluationSet, threshold: float) -> Iterable[tuple[PurePosixPath, bytes]]:
    """Pascal VOC XML of each image with detections of ``threshold`` or more, and a path for it below a folder.

    Boxes are whole pixels inside the picture. No two images share a path, and none leads out of the folder.
    """
    found = images.found
    rows = np.flatnonzero(found.score >= threshold)
    taken: set[str] = set()
    for place, first, end in zip(*_runs(found.image[rows]), strict=True):
        image = images.images[place]
        objects = [_object(images, row, image) for row in rows[first:end].tolist()]
        if drawn := tuple(each for each in objects if each is not None):
            path = _own_path(image.name, taken)
            folder = path.parent.as_posix()
            annotation = ImageAnnotation(
                Path(path), image.width, image.height, drawn, subfolder="" if folder == "." else folder
            )
            yield path.with_suffix(".xml"), to_voc_xml(annotation)


def _runs(places: np.ndarray[Any, Any]) -> tuple[list[int], list[int], list[int]]:
    """The values of ascending ``places``, and where the run of each begins and ends."""
    values, firsts = np.unique(places, return_index=True)
    return values.tolist(), firsts.tolist(), [*firsts[1:].tolist(), len(places)][: len(values)]


def _object(images: EvaluationSet, row: int, image: EvaluatedImage) -> ObjectAnnotation | None:
    sides = [float(round(side)) for side in images.found.boxes_xyxy[row].tolist()]
    box = Box(*sides).clip(width=image.width, height=image.height)
    name = shortened(images.class_names[int(images.found.class_id[row])], LONGEST_NAME)
    return None if box.is_empty else ObjectAnnotation(name.strip(), box)


def _own_path(name: str, taken: set[str]) -> PurePosixPath:
    path = PurePosixPath(shortened(PureWindowsPath(name).name if leads_out(name) else name, LONGEST_NAME))
    return PurePosixPath(own_name(str(path.with_suffix("")), taken) + path.suffix)


def _image_ids(images: EvaluationSet) -> list[int]:
    ids = [image.id for image in images.images if image.id is not None]
    return ids if len(set(ids)) == len(images.images) else list(range(1, len(images.images) + 1))


def _xywh(box_xyxy: list[float]) -> list[float]:
    xmin, ymin, xmax, ymax = box_xyxy
    return [xmin, ymin, xmax - xmin, ymax - ymin]


def _add_shapes(entries: list[dict[str, Any]], masks: tuple[Rle, ...] | None, keypoints: Any) -> None:
    if masks is not None:
        for entry, mask in zip(entries, masks, strict=True):
            entry["segmentation"] = {"size": list(mask["size"]), "counts": mask["counts"].decode()}
    if keypoints is not None:
        for entry, points in zip(entries, keypoints.reshape(len(keypoints), -1).tolist(), strict=True):
            entry["keypoints"] = points


def _write_json(path: Path, content: Any, indent: int | None = None) -> None:
    path.write_text(json.dumps(content, indent=indent, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")

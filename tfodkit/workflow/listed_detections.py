"""COCO's results, a list in which images and classes are mere numbers, told by the truth that lies beside it."""

from __future__ import annotations

from pathlib import Path

from tfodkit.boxes import Box
from tfodkit.errors import DataError
from tfodkit.evaluation.comparing.labelled import LabelledImage, LabelledObject, LabelledSet
from tfodkit.evaluation.sources.own_keys import TRUTH_OF_REPORTS
from tfodkit.evaluation.sources.read_set import read_set
from tfodkit.evaluation.sources.read_truth import read_truth


def is_list(path: Path) -> bool:
    """Whether a JSON file holds a list, as far as its beginning tells."""
    try:
        with path.open("rb") as file:
            return file.read(1 << 10).lstrip().startswith(b"[")
    except OSError:
        return False


def read_listed(path: Path) -> LabelledSet:
    """The detections of a COCO results list, with the names of the ``truth.json`` in its folder, as eval writes both.

    Raises:
        DataError: there is no ``truth.json``, or one of the two can't be used.
    """
    beside = path.with_name(TRUTH_OF_REPORTS)
    if not beside.is_file():
        what = "the file is a list, as COCO's results are, in which images and classes are mere numbers"
        form = "Pass a file with images, annotations and categories, as tfodkit detect writes it"
        remedy = f"{form}, or hold the list against a COCO file: tfodkit eval --detections {path} --truth TRUTH."
        raise DataError(str(path), what, remedy)
    images = read_set(path, read_truth(beside, shapes=False))
    objects: list[list[LabelledObject]] = [[] for _ in images.images]
    found = images.found
    rows = zip(
        found.image.tolist(), found.boxes_xyxy.tolist(), found.class_id.tolist(), found.score.tolist(), strict=True
    )
    left_out = 0
    for place, xyxy, class_id, score in rows:
        box = Box(*xyxy)
        if box.is_empty:
            left_out += 1
        else:
            objects[place].append(LabelledObject(images.class_names[class_id], box, score))
    labelled = [
        LabelledImage(image.name, (image.width, image.height), tuple(mine), path)
        for image, mine in zip(images.images, objects, strict=True)
    ]
    return LabelledSet(str(path), tuple(sorted(labelled, key=lambda image: image.name)), left_out)

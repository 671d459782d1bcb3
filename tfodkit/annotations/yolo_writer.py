"""Writes YOLO text as Ultralytics' trainer takes it.

::

labels/<subfolder>/<stem>.txt    one line an object, in shares of the image's width and height
classes.txt                      one name a line, as labelImg wants it
data.yaml                        the names again, and that the images are in images/, which is up to the caller
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tfodkit import files
from tfodkit.annotations.losses import (
    CROWD,
    DIFFICULT,
    KEYPOINTS,
    MASKS,
    POSES,
    TRUNCATED,
    Loss,
    count_extras,
    losses_of,
)
from tfodkit.annotations.masks import PolygonMask
from tfodkit.annotations.places import place_beside
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.annotations.yolo_names import LIST_NAMES
from tfodkit.errors import DataError

DIGITS = 10
"""Decimals: a pixel of the widest JPEG is found again to a thousandth of a thousandth."""
SAME_BOX = 1.0
"""Pixels by which a polygon's bounds may differ from the box of its object: more, and the box is what was meant."""
CORNERS = 3
"""The fewest of a polygon: a line of two would be read as a box."""
IMAGES, LABELS = "images", "labels"


def write_yolo(annotations: Sequence[ImageAnnotation], folder: Path, *, class_names: Sequence[str]) -> tuple[Loss, ...]:
    """Write the files of a data set into ``folder``; say what YOLO text can't hold.

    An object's class id is its place in ``class_names``, from 0. Where every object of an image has a mask of one
    polygon that fills its box, the image's lines are polygons; readers take each box from its polygon. Else they are
    boxes, and masks are lost.

    Raises:
        DataError: two images would share a file, or one would have that of the list of classes. Nothing is written.
        ValueError: a label is missing in ``class_names``.
    """
    ids = {name: class_id for class_id, name in enumerate(class_names)}
    counts = count_extras(annotations, KEYPOINTS, CROWD, DIFFICULT, TRUNCATED, POSES)
    placed = list(place_beside(annotations, folder / LABELS, ".txt"))
    for annotation, path in placed:
        if path.name in LIST_NAMES:
            what = f"its annotation would be called {path.name}, as the list of classes is"
            raise DataError(annotation.name, what, "Rename the image.")
        if unknown := annotation.labels - ids.keys():
            raise ValueError(f"class_names must have every label, but lack {min(unknown)!r}")
    for annotation, path in placed:
        files.write_text(path, "".join(_lines(annotation, ids, counts)))
    files.write_text(folder / "classes.txt", "".join(f"{name}\n" for name in class_names))
    files.write_text(folder / "data.yaml", _data_yaml(class_names))
    return losses_of(counts)


def _lines(annotation: ImageAnnotation, ids: dict[str, int], counts: Counter[str]) -> list[str]:
    polygons = [_polygon(found) for found in annotation.objects]
    sides = (annotation.width, annotation.height)
    if polygons and all(polygons):
        shapes = [[value / sides[place % 2] for place, value in enumerate(polygon)] for polygon in polygons]
    else:
        counts.update(MASKS for found in annotation.objects if found.mask is not None)
        shapes = [_cxcywh_norm(found, *sides) for found in annotation.objects]
    labels = (found.label for found in annotation.objects)
    return [f"{ids[label]} {' '.join(map(_number, shape))}\n" for label, shape in zip(labels, shapes, strict=True)]


def _polygon(found: ObjectAnnotation) -> tuple[float, ...]:
    """The corners ``(x1, y1, …)``; none where the mask is none or more than a polygon, or the box is another."""
    if not (isinstance(found.mask, PolygonMask) and len(found.mask.polygons) == 1):
        return ()
    (polygon,) = found.mask.polygons
    if len(polygon) < CORNERS * 2:
        return ()
    across, down = polygon[::2], polygon[1::2]
    bounds = (min(across), min(down), max(across), max(down))
    is_same = all(abs(bound - side) <= SAME_BOX for bound, side in zip(bounds, found.box.xyxy, strict=True))
    return polygon if is_same else ()


def _cxcywh_norm(found: ObjectAnnotation, width: int, height: int) -> list[float]:
    box = found.box
    return [
        (box.xmin + box.xmax) / 2 / width,
        (box.ymin + box.ymax) / 2 / height,
        box.width / width,
        box.height / height,
    ]


def _number(value: float) -> str:
    return f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")


def _data_yaml(class_names: Sequence[str]) -> str:
    import yaml

    content = {"path": ".", "train": IMAGES, "val": IMAGES, "names": dict(enumerate(class_names))}
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))

"""Statistics of a data set as pandas frames, for notebooks and reports."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from statistics import median
from typing import TYPE_CHECKING

from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation

if TYPE_CHECKING:
    import pandas as pd

    from tfodkit.dataset.dataset import Dataset
    from tfodkit.dataset.split import Split

_OBJECT_COLUMNS = {
    "image": "str",
    "width": "int64",
    "height": "int64",
    "class": "str",
    "xmin": "float64",
    "ymin": "float64",
    "xmax": "float64",
    "ymax": "float64",
    "area_share": "float64",
    "difficult": "bool",
    "truncated": "bool",
    "is_crowd": "bool",
    "pose": "str",
    "has_mask": "bool",
    "keypoints": "int64",
    "source": "str",
}


def object_table(dataset: Dataset) -> pd.DataFrame:
    """One row an object, in the order of image names and of objects in them.

    ``image`` is the name below the folder, ``width`` and ``height`` its size in pixels; ``xmin`` … ``ymax`` are pixels,
    half-open; ``area_share`` is the box's share of the image, 0 to 1; ``keypoints`` how many it has; ``source`` the
    annotation file.
    """
    import pandas as pd

    rows = [_object_row(annotation, found) for annotation in dataset.annotations for found in annotation.objects]
    return pd.DataFrame(rows, columns=list(_OBJECT_COLUMNS)).astype(_OBJECT_COLUMNS)


def class_table(dataset: Dataset) -> pd.DataFrame:
    """One row a class, by name, and ``background`` for images without objects where there are any.

    ``images`` with the class; its ``boxes``; ``boxes_per_image`` of those images; the ``median_width``,
    ``median_height`` (pixels) and ``median_area_share`` (0 to 1) of its boxes, nan for ``background``.
    """
    import pandas as pd

    from tfodkit.dataset.label_map import BACKGROUND

    boxes: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for annotation in dataset.annotations:
        for found in annotation.objects:
            boxes[found.label].append((found.box.width, found.box.height, _area_share(annotation, found)))
    images = dataset.images_with()
    rows = {
        label: (
            images[label],
            len(found),
            len(found) / images[label],
            *(median(side) for side in zip(*found, strict=True)),
        )
        for label, found in sorted(boxes.items())
    }
    if empty := sum(not annotation.objects for annotation in dataset.annotations):
        rows[BACKGROUND] = (empty, 0, 0.0, *[float("nan")] * 3)
    columns = ["images", "boxes", "boxes_per_image", "median_width", "median_height", "median_area_share"]
    frame = pd.DataFrame(list(rows.values()), columns=columns, index=pd.Index(list(rows), name="class", dtype="str"))
    return frame.astype({name: "int64" if name in ("images", "boxes") else "float64" for name in columns})


def split_table(dataset: Dataset, split: Split) -> pd.DataFrame:
    """One row a class, by name, and a last row ``all``: of each split the images and boxes, and its share of images.

    The columns are ``train_images``, ``train_boxes``, ``train_share`` (0 to 1), then those of ``val`` and ``test``.
    Images that are in no split don't count.
    """
    import pandas as pd

    from tfodkit.dataset.shares import SIDES

    placed = [annotation for annotation in dataset.annotations if annotation.name in split.side_of]
    names = sorted({label for annotation in placed for label in annotation.labels})
    columns: dict[str, list[float]] = {}
    total = [*_counts(names, placed)[0], len(placed)]
    for side in SIDES:
        members = split.annotations(dataset, side)
        images, boxes = _counts(names, members)
        images.append(len(members))
        boxes.append(sum(boxes))
        columns[f"{side}_images"], columns[f"{side}_boxes"] = list(images), list(boxes)
        columns[f"{side}_share"] = [part / whole if whole else 0.0 for part, whole in zip(images, total, strict=True)]
    return pd.DataFrame(columns, index=pd.Index([*names, "all"], name="class", dtype="str"))


def _counts(names: list[str], annotations: Iterable[ImageAnnotation]) -> tuple[list[int], list[int]]:
    """Of each class the images with it, and the boxes."""
    annotations = list(annotations)
    images = Counter(label for annotation in annotations for label in annotation.labels)
    boxes = Counter(found.label for annotation in annotations for found in annotation.objects)
    return [images[name] for name in names], [boxes[name] for name in names]


def _object_row(annotation: ImageAnnotation, found: ObjectAnnotation) -> tuple[object, ...]:
    return (
        annotation.name,
        annotation.width,
        annotation.height,
        found.label,
        *found.box.xyxy,
        _area_share(annotation, found),
        found.difficult,
        found.truncated,
        found.is_crowd,
        found.pose,
        found.mask is not None,
        len(found.keypoints),
        str(annotation.source or ""),
    )


def _area_share(annotation: ImageAnnotation, found: ObjectAnnotation) -> float:
    return found.box.area / (annotation.width * annotation.height)

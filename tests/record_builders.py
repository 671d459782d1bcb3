"""Builders of records, right and wrong ones, feature by feature."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from PIL import Image

from tfodkit.records.example import example_class
from tfodkit.records.tfrecord import RecordWriter

Value = str | bytes | int | float
Features = Mapping[str, Sequence[Value] | None]

WIDTH, HEIGHT = 40, 30
BOX = (0.1, 0.2, 0.5, 0.6)
"""``(xmin, ymin, xmax, ymax)`` as shares."""


@cache
def picture(kind: str = "JPEG", size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (200, 120, 40)).save(file, kind)
    return file.getvalue()


def make_features(
    *labels: str, boxes: Sequence[Sequence[float]] | None = None, ids: Sequence[int] | None = None, **overrides: object
) -> dict[str, Sequence[Value] | None]:
    """The features of a sound example of one class text and box each; an override of None takes a feature away.

    Overrides are named as features are, below ``image/object`` or ``image``, with ``_`` for ``/``: ``bbox_xmin``.
    """
    boxes = [BOX] * len(labels) if boxes is None else boxes
    features: dict[str, Sequence[Value] | None] = {
        "image/encoded": [picture()],
        "image/format": ["jpeg"],
        "image/filename": ["tray.jpg"],
        "image/source_id": ["tray.jpg"],
        "image/height": [HEIGHT],
        "image/width": [WIDTH],
        "image/object/class/text": list(labels),
        "image/object/class/label": [1 for _ in labels] if ids is None else list(ids),
    }
    for column, side in enumerate(("xmin", "ymin", "xmax", "ymax")):
        features[f"image/object/bbox/{side}"] = [float(box[column]) for box in boxes]
    for name, value in overrides.items():
        features[_FULL_NAMES.get(name, f"image/{name}")] = value
    return features


_FULL_NAMES = {
    **{f"bbox_{side}": f"image/object/bbox/{side}" for side in ("xmin", "ymin", "xmax", "ymax")},
    "class_text": "image/object/class/text",
    "class_label": "image/object/class/label",
    **{
        name: f"image/object/{name}"
        for name in ("weight", "difficult", "is_crowd", "truncated", "view", "area", "group_of", "mask")
    },
    **{f"keypoint_{part}": f"image/object/keypoint/{part}" for part in ("x", "y", "text", "visibility")},
}


def to_example(features: Features) -> bytes:
    """Serialized; a value's type tells the kind, and an empty list has none."""
    message = example_class()()
    for name, values in features.items():
        if values is None:
            continue
        feature = message.features.feature[name]
        for value in values:
            if isinstance(value, str | bytes):
                feature.bytes_list.value.append(value if isinstance(value, bytes) else value.encode())
            elif isinstance(value, float):
                feature.float_list.value.append(value)
            else:
                feature.int64_list.value.append(value)
    return bytes(message.SerializeToString(deterministic=True))


def write_record(path: Path, examples: Iterable[Features | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        writer = RecordWriter(file)
        for example in examples:
            writer.write(example if isinstance(example, bytes) else to_example(example))
    return path


def write_label_map(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    items = (f'item {{ name: "{name}" id: {number} }}\n' for number, name in enumerate(names, start=1))
    path.write_text("".join(items), encoding="utf-8")
    return path

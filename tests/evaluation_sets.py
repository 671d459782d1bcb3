"""Evaluation sets out of a few rows, and by chance: small images, few classes, and many ties on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tfodkit.evaluation.columns import EvaluatedImage, EvaluationSet, FoundColumns, TruthColumns

Box = tuple[float, float, float, float]


def make_truth(*rows: tuple[int, int, Box], crowd: Sequence[int] = (), **overrides: Any) -> TruthColumns:
    """Objects as ``(image, class_id, box_xyxy)``; ``crowd`` and ``difficult`` are row numbers."""
    boxes = np.array([row[2] for row in rows], np.float64).reshape(-1, 4)
    sides = boxes[:, 2:] - boxes[:, :2]
    values: dict[str, Any] = {
        "image": np.array([row[0] for row in rows], np.int64),
        "boxes_xyxy": boxes,
        "class_id": np.array([row[1] for row in rows], np.int64),
        "is_crowd": np.isin(np.arange(len(rows)), crowd),
        "is_difficult": np.isin(np.arange(len(rows)), overrides.pop("difficult", ())),
        "area": sides[:, 0] * sides[:, 1],
    }
    return TruthColumns(**{**values, **overrides})


def make_found(*rows: tuple[int, int, Box, float], **overrides: Any) -> FoundColumns:
    """Detections as ``(image, class_id, box_xyxy, score)``, in the order that is given."""
    values: dict[str, Any] = {
        "image": np.array([row[0] for row in rows], np.int64),
        "boxes_xyxy": np.array([row[2] for row in rows], np.float64).reshape(-1, 4),
        "class_id": np.array([row[1] for row in rows], np.int64),
        "score": np.array([row[3] for row in rows], np.float64),
    }
    return FoundColumns(**{**values, **overrides})


def make_set(truth: TruthColumns, found: FoundColumns, *, images: int = 1, classes: int = 1) -> EvaluationSet:
    """Images of 400 x 300, classes ``class 1`` and on."""
    names = {class_id: f"class {class_id}" for class_id in range(1, classes + 1)}
    return EvaluationSet(tuple(EvaluatedImage(f"{i}.jpg", 400, 300) for i in range(images)), names, truth, found)


@st.composite
def evaluation_sets(draw: st.DrawFn, *, images: int = 3, classes: int = 2, most: int = 8) -> EvaluationSet:
    """Sets whose boxes lie on a coarse grid, so that overlaps, areas and scores are often equal.

    The unit of the grid is 16 pixels, so that areas lie at COCO's borders of 32 x 32 and 96 x 96 too.
    """
    count = draw(st.integers(1, images))
    place = st.tuples(st.integers(0, count - 1), st.integers(1, classes), _boxes())
    truth = sorted(draw(st.lists(place, max_size=most)), key=lambda row: row[0])
    scores = st.sampled_from([0.1, 0.25, 0.5, 0.9])
    rows = draw(st.lists(st.tuples(place, scores), max_size=2 * most))
    found = sorted(((*row, score) for row, score in rows), key=lambda row: (row[0], -row[3]))
    crowd = draw(st.sets(st.sampled_from(range(len(truth))))) if truth and draw(st.booleans()) else ()
    return make_set(make_truth(*truth, crowd=sorted(crowd)), make_found(*found), images=count, classes=classes)


@st.composite
def _boxes(draw: st.DrawFn) -> Box:
    left, top = (16.0 * draw(st.integers(0, 3)) for _ in range(2))
    width, height = (16.0 * draw(st.integers(1, 7)) for _ in range(2))
    return left, top, left + width, top + height

"""Evaluation sets out of a few rows, and by chance: small images, few classes, and many ties on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from pycocotools import mask

from tfodkit.annotations.coco_rle import Rle
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


def random_set(
    seed: int, *, images: int = 4, classes: int = 3, detections: int = 20, objects: int = 4
) -> EvaluationSet:
    """A set as a model of some skill would give it: jittered boxes of the truth among others, crowds, tied scores."""
    draw = np.random.default_rng(seed)
    truth = [
        (image, int(draw.integers(1, classes + 1)), _random_box(draw))
        for image in range(images)
        for _ in range(draw.integers(0, objects + 1))
    ]
    found = [
        (image, class_id, _jittered(draw, box), float(draw.choice([0.3, draw.random()])))
        for image, class_id, box in truth
        for _ in range(draw.integers(0, 3))
    ]
    found += [
        (int(draw.integers(images)), int(draw.integers(1, classes + 1)), _random_box(draw), float(draw.random()))
        for _ in range(draw.integers(0, detections + 1))
    ]
    crowd = np.flatnonzero(draw.random(len(truth)) < 0.2).tolist()
    found.sort(key=lambda row: (row[0], -row[3]))
    return make_set(make_truth(*truth, crowd=crowd), make_found(*found), images=images, classes=classes)


def with_masks(images: EvaluationSet, seed: int) -> EvaluationSet:
    """The same with masks that fill most of each box; the area of an object is that of its mask."""
    draw = np.random.default_rng(seed)
    truth, found = images.truth, images.found
    labelled = tuple(_random_mask(draw, box) for box in truth.boxes_xyxy)
    area = np.array([mask.area(each) for each in labelled], np.float64)
    detected = tuple(_random_mask(draw, box) for box in found.boxes_xyxy)
    return replace(images, truth=replace(truth, masks=labelled, area=area), found=replace(found, masks=detected))


def with_keypoints(images: EvaluationSet, seed: int, *, count: int = 17) -> EvaluationSet:
    """The same with keypoints inside the boxes, those of the detections near those of an object; some unlabelled."""
    draw = np.random.default_rng(seed)
    truth, found = images.truth, images.found
    shares = draw.random((count, 2))  # a skeleton: each keypoint has its place in a box
    visible = draw.integers(0, 3, (len(truth), count)) * (draw.random((len(truth), 1)) < 0.8)
    labelled = np.dstack([_in_boxes(draw, truth.boxes_xyxy, shares), visible])
    detected = np.dstack([_in_boxes(draw, found.boxes_xyxy, shares), np.ones((len(found), count))])
    return replace(images, truth=replace(truth, keypoints=labelled), found=replace(found, keypoints=detected))


def _random_box(draw: np.random.Generator) -> Box:
    left, top = draw.uniform(0, 200, 2)
    width, height = np.exp(draw.uniform(np.log(8), np.log(150), 2))
    return left, top, left + width, top + height


def _jittered(draw: np.random.Generator, box: Box) -> Box:
    sides = np.tile([box[2] - box[0], box[3] - box[1]], 2)
    left, top, right, bottom = (np.array(box) + sides * draw.normal(0, 0.06, 4)).tolist()
    return left, top, right, bottom


def _random_mask(draw: np.random.Generator, box_xyxy: np.ndarray) -> Rle:
    left, top, right, bottom = np.clip(box_xyxy.round().astype(int), 0, [400, 300, 400, 300])
    pixels = np.zeros((300, 400), np.uint8, order="F")
    pixels[top:bottom, left:right] = draw.random((bottom - top, right - left)) < draw.choice([0.7, 0.9, 1])
    rle: Rle = mask.encode(pixels)
    return rle


def _in_boxes(draw: np.random.Generator, boxes_xyxy: np.ndarray, shares: np.ndarray) -> np.ndarray:
    sides = boxes_xyxy[:, None, 2:] - boxes_xyxy[:, None, :2]
    jitter = draw.normal(0, 0.03, (len(boxes_xyxy), len(shares), 2))
    return boxes_xyxy[:, None, :2] + sides * (shares + jitter)

"""A set of images as a detector would leave it: labelled objects, and detections of which some are near them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.columns import EvaluatedImage, EvaluationSet, FoundColumns, TruthColumns

WIDTH, HEIGHT = 640, 480
CLASSES_OF_AN_IMAGE = 3
TRIES = 5
"""Detections around each object; the others lie anywhere."""
OF_THE_RIGHT_CLASS = 0.8
OF_A_LIKELY_CLASS = 0.5
"""Of the detections that lie anywhere, those of a class that the image has; the others are of any."""
CROWDS = 0.01

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DrawnSet:
    """What is drawn; the same numbers give the same set. ``detections`` and ``objects`` are those of an image."""

    images: int
    detections: int
    classes: int
    objects: float
    seed: int

    def draw(self) -> EvaluationSet:
        draw = np.random.default_rng(self.seed)
        own_classes = draw.integers(1, self.classes + 1, (self.images, CLASSES_OF_AN_IMAGE))
        truth = self._truth(draw, own_classes)
        images = tuple(EvaluatedImage(f"{number:06}.jpg", WIDTH, HEIGHT) for number in range(self.images))
        names = {class_id: f"class {class_id}" for class_id in range(1, self.classes + 1)}
        return EvaluationSet(images, names, truth, self._found(draw, truth, own_classes))

    def _truth(self, draw: np.random.Generator, own_classes: NDArray[np.int64]) -> TruthColumns:
        image = np.repeat(np.arange(self.images), draw.poisson(self.objects, self.images))
        boxes = _boxes(draw, len(image))
        sides = boxes[:, 2:] - boxes[:, :2]
        return TruthColumns(
            image=image,
            boxes_xyxy=boxes,
            class_id=own_classes[image, draw.integers(0, CLASSES_OF_AN_IMAGE, len(image))],
            is_crowd=draw.random(len(image)) < CROWDS,
            is_difficult=np.zeros(len(image), bool),
            area=sides.prod(axis=1),
        )

    def _found(self, draw: np.random.Generator, truth: TruthColumns, own_classes: NDArray[np.int64]) -> FoundColumns:
        target = np.repeat(np.arange(len(truth)), TRIES)
        skill = draw.random(len(target))
        is_right = draw.random(len(target)) < OF_THE_RIGHT_CLASS
        image = np.concatenate([truth.image[target], np.repeat(np.arange(self.images), self.detections)])
        stray = image[len(target) :]
        boxes = np.concatenate([_jittered(draw, truth.boxes_xyxy[target], skill), _boxes(draw, len(stray))])
        anything = draw.integers(1, self.classes + 1, len(image))
        classes = np.concatenate(
            [
                np.where(is_right, truth.class_id[target], anything[: len(target)]),
                np.where(draw.random(len(stray)) < OF_A_LIKELY_CLASS, own_classes[stray, 0], anything[len(target) :]),
            ]
        )
        score = np.concatenate([0.2 + 0.3 * skill, np.zeros(len(stray))]) + 0.5 * draw.random(len(image))
        order = np.lexsort((-score, image))
        starts = np.searchsorted(image[order], np.arange(self.images))
        kept = order[np.arange(len(order)) - starts[image[order]] < self.detections]
        return FoundColumns(image[kept], boxes[kept], classes[kept], score[kept].astype(np.float32).astype(float))


def _boxes(draw: np.random.Generator, count: int) -> Array:
    sides = np.exp(draw.uniform(np.log(10), np.log(320), (count, 2)))
    left_top = draw.random((count, 2)) * ([WIDTH, HEIGHT] - sides)
    return np.hstack([left_top, left_top + sides])


def _jittered(draw: np.random.Generator, boxes_xyxy: Array, skill: Array) -> Array:
    sides = np.tile(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 2)
    return boxes_xyxy + sides * draw.normal(0, 0.15, boxes_xyxy.shape) * (1.1 - skill[:, None])

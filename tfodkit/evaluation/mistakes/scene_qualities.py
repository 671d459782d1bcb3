"""Qualities of the scene around an object: how many others there are, what covers it, how it stands out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tfodkit.evaluation.accuracy.pairs import find_pairs
from tfodkit.evaluation.columns import EvaluationSet, FoundColumns
from tfodkit.evaluation.mistakes.looks import ImageLooks
from tfodkit.evaluation.mistakes.qualities import Group, Quality, Values, by_borders, in_thirds

MORE_OF_SUCH = "Add such pictures."
MORE_FULL = "Add such pictures; --max-detections must not be below the number of objects."
MORE_CROWDED = "Add pictures of objects close together, or raise --nms-iou."
MORE_LIGHTS = "Add such pictures, or pass --augment random_adjust_brightness."
MORE_GROUNDS = "Add pictures of such objects on such ground, or change the ground where you can."

FEW, SOME, MANY, CROWD = 2, 5, 10, 20
"""Objects in an image from which on it holds more than one, a few, many, a crowd."""
FREE, COVERED = 0.01, 1 / 3
"""Of a box, the share that another box covers: below the first none does, from the second on much of it."""


def objects_in_image(images: EvaluationSet) -> list[Quality]:
    """By the number of objects that the image holds, crowds not counted."""
    truth = images.truth
    counts = np.bincount(truth.image[~truth.is_crowd], minlength=len(images.images))
    numbers = (f"{FEW} to {SOME - 1}", f"{SOME} to {MANY - 1}", f"{MANY} to {CROWD - 1}", f"{CROWD} or more")
    groups = (
        Group("1", "objects that are alone in their image", MORE_OF_SUCH),
        *(Group(number, f"objects in images with {number} objects", MORE_FULL) for number in numbers),
    )
    return [
        Quality("objects in the image", groups, by_borders(counts[truth.image].astype(float), (FEW, SOME, MANY, CROWD)))
    ]


def overlap_with_others(images: EvaluationSet) -> list[Quality]:
    """By the largest share of the box that lies inside the box of another object."""
    groups = (
        Group("free of others", "objects that no other box covers", MORE_OF_SUCH),
        Group("covered up to a third", "objects that another box covers up to a third", MORE_CROWDED),
        Group("covered by more", "objects that another box covers by more than a third", MORE_CROWDED),
    )
    return [Quality("overlap with others", groups, by_borders(_covered(images), (FREE, COVERED)))]


def _covered(images: EvaluationSet) -> Values:
    """The objects are held against each other as detections are against crowds, by their own area alone."""
    truth = images.truth
    each = FoundColumns(truth.image, truth.boxes_xyxy, truth.class_id, np.zeros(len(truth)))
    all_crowds = replace(truth, is_crowd=np.ones_like(truth.is_crowd))
    pairs = find_pairs(replace(images, truth=all_crowds, found=each), at_least=FREE, across_classes=True)
    is_other = (pairs.detection != pairs.object) & ~truth.is_crowd[pairs.object]
    covered = np.zeros(len(truth))
    np.maximum.at(covered, pairs.detection[is_other], pairs.overlap[is_other])
    return covered


def brightness(looks: ImageLooks) -> list[Quality]:
    """In thirds, by the mean luma of the box."""
    return in_thirds(
        "brightness", looks.brightness, rounded=np.round, groups=_lights, written=lambda luma: f"{luma:.0f}"
    )


def _lights(low: str, high: str) -> tuple[Group, ...]:
    dark, middling, bright = f"below {low} of 255", f"{low} to {high}", f"from {high} on"
    return (
        Group(f"darkest: {dark}", f"the darkest third of the objects (brightness {dark})", MORE_LIGHTS),
        Group(f"middling: {middling}", f"objects of middling brightness ({middling} of 255)", MORE_LIGHTS),
        Group(f"brightest: {bright}", f"the brightest third of the objects (brightness {bright})", MORE_LIGHTS),
    )


def contrast(looks: ImageLooks) -> list[Quality]:
    """In thirds, by the difference in colour between the box and its surroundings."""
    return in_thirds(
        "contrast", looks.contrast, rounded=np.round, groups=_grounds, written=lambda delta: f"{delta:.0f}"
    )


def _grounds(low: str, high: str) -> tuple[Group, ...]:
    faint, middling, strong = f"Delta E below {low}", f"{low} to {high}", f"from {high} on"
    return (
        Group(f"faintest: {faint}", f"the objects closest in colour to what is around them ({faint})", MORE_GROUNDS),
        Group(f"middling: {middling}", f"objects of middling contrast (Delta E {middling})", MORE_GROUNDS),
        Group(f"strongest: {strong}", f"the objects that stand out most (Delta E {strong})", MORE_GROUNDS),
    )

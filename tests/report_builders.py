"""Scenes, what a model of middling skill finds in them, and their analysis: what a report is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation_report.subject import Subject
from tfodkit.inference.colours import colour_of

BREAD = ("bagel", "mug", "croissant")


def make_scene(
    names: Sequence[str] = BREAD, *, images: int = 30, seed: int = 0, width: int = 640, height: int = 480
) -> EvaluationSet:
    """Small objects are missed more often, neighbours in ``names`` are mixed up, some boxes lie badly or twice."""
    random = np.random.default_rng(seed)
    pairs = [_image(random, number, len(names), width, height) for number in range(images)]
    return EvaluationSet.of_images(
        [truth for truth, _ in pairs], [found for _, found in pairs], dict(enumerate(names, 1))
    )


def no_scene(names: Sequence[str] = BREAD, *, images: int = 3, objects: bool = True) -> EvaluationSet:
    """Images in which nothing is found, and nothing is labelled where ``objects`` is not set."""
    scene = make_scene(names, images=images)
    nothing = Detections(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int64))
    boxes = scene.truth.boxes_xyxy[:images] if objects else np.empty((0, 4))
    truths = [
        GroundTruth(f"{number}.jpg", 640, 480, box[None], np.ones(1, np.int64), np.zeros(1, bool))
        for number, box in enumerate(boxes)
    ] or [
        GroundTruth(f"{number}.jpg", 640, 480, np.empty((0, 4)), np.empty(0, np.int64), np.empty(0, bool))
        for number in range(images)
    ]
    return EvaluationSet.of_images(truths, [nothing] * images, scene.class_names)


def make_subject(images: EvaluationSet | None = None, **others: object) -> Subject:
    """A subject whose pictures show the objects of ``images``, or that has none."""

    def pictures(places: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        for place in places if images else ():
            yield place, draw_scene(images, place)

    values = {"model": "best checkpoint of run, step 300", "data": "30 validation images of records", **others}
    return Subject(pictures=pictures, **values)


def draw_scene(images: EvaluationSet, place: int) -> Image.Image:
    image = images.images[place]
    picture = Image.new("RGB", (image.width, image.height), (196, 178, 150))
    canvas = ImageDraw.Draw(picture)
    for row in np.flatnonzero(images.truth.image == place):
        red, green, blue = colour_of(int(images.truth.class_id[row]) + 3)
        canvas.ellipse(images.truth.boxes_xyxy[row].tolist(), fill=(red // 2 + 60, green // 2 + 60, blue // 2 + 60))
    return picture


def write_run(folder: Path) -> Path:
    """The tables of a training run."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = range(10, 310, 10)
    rows = "".join(f"{step},{9 / step + 0.4},{4 / step + 0.1},{5 / step + 0.3}\n" for step in steps)
    header = "step,Loss/total_loss,Loss/localization_loss,Loss/classification_loss\n"
    (folder / "metrics.csv").write_text(header + rows)
    rows = "".join(f"{step},{0.5 * (1 - 30 / (step + 30))},{0.8 * (1 - 30 / (step + 30))}\n" for step in steps[4::5])
    (folder / "evaluations.csv").write_text("step,mAP,mAP@.50\n" + rows)
    return folder


def _image(
    random: np.random.Generator, number: int, classes: int, width: int, height: int
) -> tuple[GroundTruth, Detections]:
    count = int(random.integers(0, 6))
    sides = np.exp(random.uniform(np.log(18), np.log(170), (count, 2)))
    corners = random.uniform(0, 1, (count, 2)) * (np.array([width, height]) - sides)
    boxes = np.concatenate([corners, corners + sides], axis=1)
    class_ids = random.integers(1, classes + 1, count)
    truth = GroundTruth(f"tray_{number:04}.jpg", width, height, boxes, class_ids, np.zeros(count, bool))
    rows = [
        row for box, class_id in zip(boxes, class_ids, strict=True) for row in _seen(random, box, class_id, classes)
    ]
    for _ in range(random.poisson(1.2)):
        corner = random.uniform(0, 1, 2) * np.array([width - 60, height - 60])
        rows.append(([*corner, *(corner + 50)], random.beta(2, 4), int(random.integers(1, classes + 1))))
    rows.sort(key=lambda row: -row[1])
    found = Detections(
        np.array([row[0] for row in rows], np.float32).reshape(-1, 4),
        np.array([row[1] for row in rows], np.float32),
        np.array([row[2] for row in rows], np.int64),
    )
    return truth, found


def _seen(
    random: np.random.Generator, box: np.ndarray, class_id: int, classes: int
) -> Iterator[tuple[Sequence[float], float, int]]:
    side = float(np.sqrt((box[2] - box[0]) * (box[3] - box[1])))
    if random.random() > min(0.95, side / 80 + 0.15):
        return
    jitter = random.normal(0, random.choice([0.03, 0.2], p=[0.85, 0.15]) * side, 4)
    named = class_id if random.random() < 0.85 else class_id % classes + 1
    yield (box + jitter * [1, 1, 1, 1]).tolist(), float(random.beta(4, 3)), int(named)
    if random.random() < 0.1:
        yield (box + random.normal(0, 0.05 * side, 4)).tolist(), float(random.beta(2, 4)), int(named)

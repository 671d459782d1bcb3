"""Scenes, what a model of middling skill finds in them, and their analysis: what a report is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.analyse import analyse
from tfodkit.evaluation.analysis import Analysis, AnalysisOptions
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation_report.subject import Subject
from tfodkit.inference.colours import colour_of

Box = tuple[float, float, float, float]
Row = tuple[int, Box]
ScoredRow = tuple[int, Box, float]
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


def make_set(*images: tuple[Sequence[Row], Sequence[ScoredRow]], names: Sequence[str] = BREAD) -> EvaluationSet:
    """Images of 100 x 100 pixels out of ``(class, box)`` labelled and ``(class, box, score)`` found; ids from 1."""
    truths = [
        GroundTruth(
            f"{number}.jpg",
            100,
            100,
            np.array([box for _, box in labelled], float).reshape(-1, 4),
            np.array([class_id for class_id, _ in labelled], np.int64),
            np.zeros(len(labelled), bool),
        )
        for number, (labelled, _) in enumerate(images)
    ]
    detections = [
        Detections(
            np.array([box for _, box, _ in found], np.float32).reshape(-1, 4),
            np.array([score for _, _, score in found], np.float32),
            np.array([class_id for class_id, _, _ in found], np.int64),
        )
        for _, found in images
    ]
    return EvaluationSet.of_images(truths, detections, dict(enumerate(names, 1)))


def make_analysis(images: EvaluationSet, *, threshold: float = 0.5, **fields: object) -> Analysis:
    """The analysis of ``images`` with few resamples; ``fields`` of it may be given."""
    return replace(analyse(images, AnalysisOptions(threshold=threshold, samples=20)), **fields)


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
    sides = np.exp(random.uniform(np.log(18), np.log(170), (count, 2))) * width / 640
    corners = random.uniform(0, 1, (count, 2)) * (np.array([width, height]) - sides)
    boxes = np.concatenate([corners, corners + sides], axis=1)
    class_ids = random.integers(1, classes + 1, count)
    truth = GroundTruth(f"tray_{number:04}.jpg", width, height, boxes, class_ids, np.zeros(count, bool))
    objects = zip(boxes, class_ids, strict=True)
    rows = [row for box, class_id in objects for row in _seen(random, box, class_id, classes, width)]
    for _ in range(random.poisson(1.2)):
        side = width / 12
        corner = random.uniform(0, 1, 2) * (np.array([width, height]) - side)
        rows.append(([*corner, *(corner + side)], random.beta(2, 4), int(random.integers(1, classes + 1))))
    rows.sort(key=lambda row: -row[1])
    found = Detections(
        np.array([row[0] for row in rows], np.float32).reshape(-1, 4),
        np.array([row[1] for row in rows], np.float32),
        np.array([row[2] for row in rows], np.int64),
    )
    return truth, found


def _seen(
    random: np.random.Generator, box: np.ndarray, class_id: int, classes: int, width: int
) -> Iterator[tuple[Sequence[float], float, int]]:
    side = float(np.sqrt((box[2] - box[0]) * (box[3] - box[1])))
    if random.random() > min(0.95, 8 * side / width + 0.15):
        return
    jitter = random.normal(0, random.choice([0.03, 0.2], p=[0.85, 0.15]) * side, 4)
    named = class_id if random.random() < 0.85 else class_id % classes + 1
    yield (box + jitter).tolist(), float(random.beta(4, 3)), int(named)
    if random.random() < 0.1:
        yield (box + random.normal(0, 0.05 * side, 4)).tolist(), float(random.beta(2, 4)), int(named)

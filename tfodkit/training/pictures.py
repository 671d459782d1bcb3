"""Pictures of a run for TensorBoard: what the model is given to learn from, and what it finds beside what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from tfodkit.annotations.detections import Detections
from tfodkit.boxes import Box
from tfodkit.evaluation.examples import ExampleImage, choose_examples, read_examples
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.inference.drawing import Marked, draw_marked

LEAST_SIDE, LONGEST_SIDE = 320, 512
"""Pixels of the longer side, between which a picture is brought; of each half of a side-by-side picture."""
MOST_INPUTS = 8
GAP = 6
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """The validation images that are shown of each evaluation, and how: the config's ``eval_config`` says it.

    Of each image's detections those of a score of ``least_score`` or more are drawn, ``most_boxes`` at most.
    """

    examples: Sequence[ExampleImage]
    class_names: Mapping[int, str]
    least_score: float
    most_boxes: int

    @classmethod
    def open(
        cls,
        eval_config: Any,
        records: Sequence[Path],
        ground_truth: Sequence[GroundTruth],
        class_names: Mapping[int, str],
    ) -> Gallery:
        """The images out of ``records``, whose truth is ``ground_truth``: as many as ``num_visualizations`` says.

        Raises:
            RecordError: a record is damaged.
        """
        numbers = choose_examples(ground_truth, eval_config.num_visualizations)
        return cls(
            examples=read_examples(records, ground_truth, numbers),
            class_names=class_names,
            least_score=eval_config.min_score_threshold,
            most_boxes=eval_config.max_num_boxes_to_visualize,
        )

    def shown(self, detections: Sequence[Detections]) -> list[Image.Image]:
        """Each example side by side with what was found on it; ``detections`` has an entry a validation image."""
        return [
            side_by_side(
                example, detections[example.number].above(self.least_score).first(self.most_boxes), self.class_names
            )
            for example in self.examples
        ]


def augmented_inputs(
    images: NDArray[np.uint8],
    boxes_yxyx_norm: Sequence[ArrayLike],
    class_ids: Sequence[ArrayLike],
    names: Mapping[int, str],
) -> list[Image.Image]:
    """The images ``[N, H, W, 3]`` of a batch, eight at most, with boxes ``[n, 4]`` and class ids ``[n]``, from 1."""
    pictures = []
    for image, boxes, ids in list(zip(images, boxes_yxyx_norm, class_ids, strict=True))[:MOST_INPUTS]:
        picture, _ = _fitted(Image.fromarray(image))
        xyxy = np.asarray(boxes, float).reshape(-1, 4)[:, [1, 0, 3, 2]] * (picture.size * 2)
        pictures.append(draw_marked(picture, _marked(xyxy, ids, names)))
    return pictures


def side_by_side(example: ExampleImage, detections: Detections, names: Mapping[int, str]) -> Image.Image:
    """A validation image with its ground truth on the left, and with all of ``detections`` on the right."""
    picture, scale = _fitted(example.picture)
    truth = _marked(example.truth.boxes_xyxy * scale, example.truth.class_ids, names)
    found = _marked(detections.boxes_xyxy * scale, detections.class_ids, names, detections.scores)
    both = Image.new("RGB", (2 * picture.width + GAP, picture.height), WHITE)
    both.paste(draw_marked(picture, truth), (0, 0))
    both.paste(draw_marked(picture, found), (picture.width + GAP, 0))
    return both


def _fitted(picture: Image.Image) -> tuple[Image.Image, float]:
    """Scaled before anything is drawn, so that lines and letters keep their width; with the scale."""
    side = max(picture.size)
    scale = min(max(side, LEAST_SIDE), LONGEST_SIDE) / side
    width, height = (max(round(side * scale), 1) for side in picture.size)
    return picture.resize((width, height)), scale


def _marked(
    boxes_xyxy: ArrayLike, ids: ArrayLike, names: Mapping[int, str], scores: ArrayLike | None = None
) -> list[Marked]:
    """A box that is no number is left out: a model whose weights have exploded is shown too."""
    boxes, numbers = np.asarray(boxes_xyxy, float), np.asarray(ids, int)
    given = [None] * len(numbers) if scores is None else np.asarray(scores, float).tolist()
    return [
        Marked(Box(*map(float, box)), int(number), names.get(int(number), f"class {number}"), score)
        for box, number, score in zip(boxes, numbers, given, strict=True)
        if np.isfinite(box).all()
    ]

"""A model held against its validation records: the one place where evaluation meets the Object Detection API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tfodkit.annotations.detections import Detections
from tfodkit.errors import RecordError
from tfodkit.evaluation.coco import evaluate_boxes
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.result import EvaluationResult
from tfodkit.odapi.detection import RawDetections, ValidationPass


class ModelEvaluator:
    """Evaluates a model on every image of the validation records, as often as asked; the graph is traced once."""

    def __init__(
        self,
        pipeline: Any,
        model: Any,
        *,
        records: Sequence[Path],
        ground_truth: Sequence[GroundTruth],
        class_names: Mapping[int, str],
        shapes: bool = False,
    ) -> None:
        """Open ``records`` as the evaluation input of ``pipeline``; ``ground_truth`` is theirs, in their order.

        With ``shapes`` detections come with the masks and keypoints that the model gives.
        """
        self._ground_truth = ground_truth
        self._class_names = class_names
        self._pass = ValidationPass(pipeline, model, records=records, images=len(ground_truth), shapes=shapes)
        self._detections: list[Detections] = []

    @property
    def detections(self) -> Sequence[Detections]:
        """Of the last evaluation, an entry an image in the order of the ground truth; none before the first."""
        return self._detections

    def losses(self) -> dict[str, float]:
        """The validation losses of the last evaluation, by upstream's names; none before the first."""
        return self._pass.losses()

    def evaluate(self) -> EvaluationResult:
        """The figures of the model's present weights.

        Raises:
            RecordError: the input pipeline gave fewer or more images than the records hold.
        """
        self.detect()
        return evaluate_boxes(self._ground_truth, self._detections, self._class_names, losses=self.losses())

    def detect(self, told: Callable[[int, int], None] | None = None) -> Sequence[Detections]:
        """What the model's present weights find, as :attr:`detections`; ``told`` of the images done and in all.

        Raises:
            RecordError: the input pipeline gave fewer or more images than the records hold.
        """
        raw: list[RawDetections] = []
        for found in self._pass.detect():
            raw.append(found)
            if told:
                told(len(raw), len(self._ground_truth))
        if len(raw) != len(self._ground_truth):
            raise RecordError(
                "eval_input_reader",
                f"{len(raw)} images came out of the input pipeline, but the records hold {len(self._ground_truth)}",
                "Write the records anew with tfodkit make-records.",
            )
        self._detections = [_in_pixels(found, truth) for found, truth in zip(raw, self._ground_truth, strict=True)]
        return self._detections


def _in_pixels(found: RawDetections, truth: GroundTruth) -> Detections:
    return Detections.from_yxyx_norm(
        found.boxes_yxyx_norm,
        found.scores,
        found.class_ids,
        width=truth.width,
        height=truth.height,
        masks=found.masks,
        keypoints_yx_norm=found.keypoints_yx_norm,
    )

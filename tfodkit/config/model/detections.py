"""What a model gives of what it finds: how many detections at most, and which are dropped for others or by score.

An SSD and the second stage of Faster R-CNN suppress boxes that overlap (``batch_non_max_suppression``). CenterNet takes
the highest peaks, as many as ``max_box_predictions``, and suppresses nothing unless it has a ``post_processing``.
"""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.config.pipeline import Message, six_digits
from tfodkit.errors import UsageError


@dataclass(frozen=True, slots=True)
class Detections:
    """Of one image."""

    most: int
    nms_iou: float | None
    """None where nothing is suppressed."""
    score_threshold: float | None

    def __str__(self) -> str:
        parts = [f"{self.most} at most"]
        if self.nms_iou is not None:
            parts += [f"NMS at IoU {self.nms_iou:g}", f"scores from {self.score_threshold:g}"]
        return ", ".join(parts)


def detections_of(kind: str, model: Message) -> Detections:
    """What is set; ``kind`` is the name of the meta-architecture, and ``model`` its message."""
    nms = suppression(kind, model)
    counts = [nms.max_total_detections] if nms is not None else []
    if kind == "center_net":
        counts.append(model.object_center_params.max_box_predictions)
    if nms is None:
        return Detections(min(counts), None, None)
    return Detections(min(counts), six_digits(nms.iou_threshold), six_digits(nms.score_threshold))


def set_max_detections(kind: str, model: Message, count: int) -> None:
    """Let ``count`` objects be found in an image, of one class or of many, in place.

    Proposals of Faster R-CNN and candidates of keypoints are raised where they would be fewer, and lowered never.
    """
    if (nms := suppression(kind, model)) is not None:
        nms.max_detections_per_class = nms.max_total_detections = count
    if kind == "faster_rcnn":
        model.first_stage_max_proposals = max(model.first_stage_max_proposals, count)
    if kind == "center_net":
        model.object_center_params.max_box_predictions = count
        for task in model.keypoint_estimation_task:
            task.num_candidates_per_keypoint = max(task.num_candidates_per_keypoint, count)


def set_suppression(kind: str, model: Message, *, nms_iou: float | None, score_threshold: float | None) -> None:
    """Set those that are given, in place.

    Raises:
        UsageError: a CenterNet that suppresses nothing.
    """
    nms = suppression(kind, model)
    for flag, field, value in (
        ("--nms-iou", "iou_threshold", nms_iou),
        ("--score-threshold", "score_threshold", score_threshold),
    ):
        if value is None:
            continue
        if nms is None:
            what = "the model is a CenterNet, which takes the highest peaks and suppresses nothing"
            raise UsageError(f"{flag} {value:g}", what, f"Leave {flag} out, or take another template.")
        setattr(nms, field, value)


def suppression(kind: str, model: Message) -> Message | None:
    """The ``BatchNonMaxSuppression`` of a model's detections; None for a CenterNet that suppresses nothing."""
    if kind == "center_net":
        return model.post_processing.batch_non_max_suppression if model.HasField("post_processing") else None
    post_processing = model.post_processing if kind == "ssd" else model.second_stage_post_processing
    return post_processing.batch_non_max_suppression

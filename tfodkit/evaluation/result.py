"""The figures of one evaluation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

PRECISION, RECALL = "Average Precision  (AP)", "Average Recall     (AR)"
ALL_IOUS = "0.50:0.95"

# COCO's twelve figures, in the order of pycocotools: our name, the Object Detection API's tag, and what COCO's own
# wording is made of: the kind, IoU thresholds, area, and how many detections of an image count.
COCO_FIGURES = (
    ("mAP", "DetectionBoxes_Precision/mAP", (PRECISION, ALL_IOUS, "all", 100)),
    ("mAP@.50", "DetectionBoxes_Precision/mAP@.50IOU", (PRECISION, "0.50", "all", 100)),
    ("mAP@.75", "DetectionBoxes_Precision/mAP@.75IOU", (PRECISION, "0.75", "all", 100)),
    ("mAP_small", "DetectionBoxes_Precision/mAP (small)", (PRECISION, ALL_IOUS, "small", 100)),
    ("mAP_medium", "DetectionBoxes_Precision/mAP (medium)", (PRECISION, ALL_IOUS, "medium", 100)),
    ("mAP_large", "DetectionBoxes_Precision/mAP (large)", (PRECISION, ALL_IOUS, "large", 100)),
    ("AR@1", "DetectionBoxes_Recall/AR@1", (RECALL, ALL_IOUS, "all", 1)),
    ("AR@10", "DetectionBoxes_Recall/AR@10", (RECALL, ALL_IOUS, "all", 10)),
    ("AR@100", "DetectionBoxes_Recall/AR@100", (RECALL, ALL_IOUS, "all", 100)),
    ("AR_small", "DetectionBoxes_Recall/AR@100 (small)", (RECALL, ALL_IOUS, "small", 100)),
    ("AR_medium", "DetectionBoxes_Recall/AR@100 (medium)", (RECALL, ALL_IOUS, "medium", 100)),
    ("AR_large", "DetectionBoxes_Recall/AR@100 (large)", (RECALL, ALL_IOUS, "large", 100)),
)
MOST_KEYPOINTS = 20
"""Sets of keypoints count of an image and class."""
# The ten of keypoints; the tags are in the style of the API's, which has others for each class.
KEYPOINT_FIGURES = (
    ("mAP", "Keypoints_Precision/mAP", (PRECISION, ALL_IOUS, "all", MOST_KEYPOINTS)),
    ("mAP@.50", "Keypoints_Precision/mAP@.50IOU", (PRECISION, "0.50", "all", MOST_KEYPOINTS)),
    ("mAP@.75", "Keypoints_Precision/mAP@.75IOU", (PRECISION, "0.75", "all", MOST_KEYPOINTS)),
    ("mAP_medium", "Keypoints_Precision/mAP (medium)", (PRECISION, ALL_IOUS, "medium", MOST_KEYPOINTS)),
    ("mAP_large", "Keypoints_Precision/mAP (large)", (PRECISION, ALL_IOUS, "large", MOST_KEYPOINTS)),
    ("AR@20", "Keypoints_Recall/AR@20", (RECALL, ALL_IOUS, "all", MOST_KEYPOINTS)),
    ("AR@20@.50", "Keypoints_Recall/AR@20@.50IOU", (RECALL, "0.50", "all", MOST_KEYPOINTS)),
    ("AR@20@.75", "Keypoints_Recall/AR@20@.75IOU", (RECALL, "0.75", "all", MOST_KEYPOINTS)),
    ("AR_medium", "Keypoints_Recall/AR@20 (medium)", (RECALL, ALL_IOUS, "medium", MOST_KEYPOINTS)),
    ("AR_large", "Keypoints_Recall/AR@20 (large)", (RECALL, ALL_IOUS, "large", MOST_KEYPOINTS)),
)
TAGS = {name: tag for name, tag, _ in COCO_FIGURES}


def _wording(figures: tuple[tuple[str, str, tuple[str, str, str, int]], ...]) -> dict[str, str]:
    return {
        name: f"{kind} @[ IoU={ious:<9} | area={area:>6} | maxDets={detections:>3} ]"
        for name, _, (kind, ious, area, detections) in figures
    }


WORDING = _wording(COCO_FIGURES)
KEYPOINT_WORDING = _wording(KEYPOINT_FIGURES)


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: its ground truths, and AP and recall as COCO defines them; ``None`` where it has no ground truth."""

    name: str
    ground_truths: int
    ap: float | None
    ap50: float | None
    ar100: float | None


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What an evaluation found.

    ``figures`` are COCO's twelve by the names of :data:`COCO_FIGURES`, each 0 to 1, or ``None`` where no ground truth
    is of that size; ``losses`` the validation losses by upstream's names, empty where only detections were evaluated.
    """

    images: int
    detections: int
    figures: dict[str, float | None]
    per_class: tuple[ClassFigures, ...]
    losses: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)

"""The figures of one evaluation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

# COCO's twelve figures, in the order of pycocotools: our name, the Object Detection API's tag, COCO's own wording.
COCO_FIGURES = (
    ("mAP", "DetectionBoxes_Precision/mAP", "Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ]"),
    ("mAP@.50", "DetectionBoxes_Precision/mAP@.50IOU", "Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ]"),
    ("mAP@.75", "DetectionBoxes_Precision/mAP@.75IOU", "Average Precision  (AP) @[ IoU=0.75      | area=   all | maxDets=100 ]"),
    ("mAP_small", "DetectionBoxes_Precision/mAP (small)", "Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ]"),
    ("mAP_medium", "DetectionBoxes_Precision/mAP (medium)", "Average Precision  (AP) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ]"),
    ("mAP_large", "DetectionBoxes_Precision/mAP (large)", "Average Precision  (AP) @[ IoU=0.50:0.95 | area= large | maxDets=100 ]"),
    ("AR@1", "DetectionBoxes_Recall/AR@1", "Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ]"),
    ("AR@10", "DetectionBoxes_Recall/AR@10", "Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets= 10 ]"),
    ("AR@100", "DetectionBoxes_Recall/AR@100", "Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ]"),
    ("AR_small", "DetectionBoxes_Recall/AR@100 (small)", "Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ]"),
    ("AR_medium", "DetectionBoxes_Recall/AR@100 (medium)", "Average Recall     (AR) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ]"),
    ("AR_large", "DetectionBoxes_Recall/AR@100 (large)", "Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ]"),
)  # fmt: skip
TAGS = {name: tag for name, tag, _ in COCO_FIGURES}
WORDING = {name: wording for name, _, wording in COCO_FIGURES}


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

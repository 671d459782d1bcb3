"""The metrics that the Object Detection API can evaluate by: the names that ``eval_config.metrics_set`` takes."""

from __future__ import annotations

DEFAULT_METRICS = ("coco_detection_metrics",)
METRICS = (
    "coco_detection_metrics",
    "coco_keypoint_metrics",
    "coco_mask_metrics",
    "coco_panoptic_metrics",
    "lvis_mask_metrics",
    "oid_V2_detection_metrics",
    "oid_challenge_detection_metrics",
    "oid_challenge_segmentation_metrics",
    "pascal_voc_detection_metrics",
    "pascal_voc_instance_segmentation_metrics",
    "precision_at_recall_detection_metrics",
    "weighted_pascal_voc_detection_metrics",
    "weighted_pascal_voc_instance_segmentation_metrics",
)

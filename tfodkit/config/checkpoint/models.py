"""Of which model a checkpoint is, told from the paths and shapes of what it holds.

The meta-architecture has its own predictor. The backbone is told by the number of its variables, which no option of a
config changes; the numbers were counted on each feature extractor of the Object Detection API 2.8.0, built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tfodkit.config.checkpoint.objects import MODEL, StoredObjects

_PREDICTORS = {
    "faster_rcnn": "_mask_rcnn_box_predictor",
    "ssd": "_box_predictor",
    "center_net": "_prediction_head_dict",
}
_EXTRACTORS = {
    "faster_rcnn": "_feature_extractor_for_proposal_features",
    "ssd": "_feature_extractor",
    "center_net": "_feature_extractor",
}
_CLASS_HEADS = {
    "faster_rcnn": re.compile(r"_mask_rcnn_box_predictor/_class_prediction_head/.*/bias"),
    "ssd": re.compile(r"_box_predictor/.*class_predictions_with_background/.*_class_predictor_layers/.*/bias"),
    "center_net": re.compile(r"_prediction_head_dict/object_center/\d+/.*-(?P<layer>\d+)/bias"),
}
_NECKS = {
    "_bifpn_stage",
    "_coarse_feature_layers",
    "_feature_extractor_model",
    "_feature_map_generator",
    "_fpn_features_generator",
    "coarse_feature_layers",
    "feature_map_generator",
    "fpn_features_generator",
}
"""Behind the backbone: pyramids and the layers of an SSD, which the options of a config change."""

_RESNETS = (50, 101, 152)
BACKBONE_VARIABLES: dict[str, Mapping[str, int]] = {
    "ssd": {
        "ssd_mobilenet_v1_keras": 135,
        "ssd_mobilenet_v1_fpn_keras": 135,
        "ssd_mobilenet_v2_keras": 260,
        "ssd_mobilenet_v2_fpn_keras": 260,
        **{f"ssd_resnet{depth}_v1_fpn_keras": 5 * depth + 15 for depth in _RESNETS},
        **{
            f"ssd_efficientnet-b{size}_bifpn_keras": count
            for size, count in enumerate((311, 439, 439, 496, 610, 738, 852, 1037))
        },
    },
    "faster_rcnn": {
        **{f"faster_rcnn_resnet{depth}_keras": 5 * depth - 35 for depth in _RESNETS},
        **{f"faster_rcnn_resnet{depth}_fpn_keras": 5 * depth + 15 for depth in _RESNETS},
        "faster_rcnn_inception_resnet_v2_keras": 684,
    },
    "center_net": {
        **{f"hourglass_{depth}": count for depth, count in ((10, 70), (20, 150), (32, 245), (52, 400), (104, 800))},
        **{f"resnet_v1_{depth}_fpn": count for depth, count in ((18, 126), (34, 238), (50, 318), (101, 624))},
        **{f"resnet_v2_{depth}": count for depth, count in ((50, 270), (101, 542))},
        "mobilenet_v2": 296,
        "mobilenet_v2_fpn": 260,
        "mobilenet_v2_fpn_sep_conv": 260,
    },
}
"""By meta-architecture and ``type`` of the feature extractor; of Faster R-CNN those of its first stage."""


def holds_model(stored: StoredObjects) -> bool:
    """Whether there is a whole model in it, which a checkpoint of a classifier has under another name."""
    return bool(stored.below(MODEL))


def meta_architecture(stored: StoredObjects) -> str | None:
    """``ssd``, ``faster_rcnn`` or ``center_net``; None where it is none that is known."""
    return next((kind for kind, path in _PREDICTORS.items() if stored.below(f"{MODEL}/{path}")), None)


def backbones(stored: StoredObjects, kind: str) -> list[str]:
    """The feature extractors of meta-architecture ``kind`` that have as many variables; none where none is known."""
    variables = stored.below(f"{MODEL}/{_EXTRACTORS[kind]}")
    count = sum(path.split("/", 1)[0] not in _NECKS for path in variables)
    return [name for name, known in BACKBONE_VARIABLES[kind].items() if known == count]


def class_head_sizes(stored: StoredObjects, kind: str) -> set[int]:
    """How many outputs the layers have that tell classes: a multiple of the classes, for SSDs one for each anchor."""
    found = [
        (match, shape[-1])
        for path, shape in stored.below(MODEL).items()
        if shape and (match := _CLASS_HEADS[kind].fullmatch(path))
    ]
    if kind == "center_net" and found:  # of each head the last layer alone
        last = max(int(match["layer"]) for match, _ in found)
        return {size for match, size in found if int(match["layer"]) == last}
    return {size for _, size in found}

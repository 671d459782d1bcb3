"""What stays as it is in training: patterns of ``train_config.freeze_variables`` for the parts of a model.

Training matches a pattern at the start of each trainable variable's path in the model's object graph, such as
``_feature_extractor/classification_backbone/layer_with_weights-0/kernel``: the path under which a checkpoint of
TensorFlow 2 keeps it. The backbone is what the Object Detection API restores of a ``classification`` checkpoint.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tfodkit.config.model.feature_extractors import FEATURE_EXTRACTORS
from tfodkit.errors import UsageError

if TYPE_CHECKING:
    from tfodkit.config.pipeline import Message

FREEZABLE = ("backbone",)

FROZEN: Mapping[str, Mapping[str, str]] = {
    "ssd": {
        r"ssd_efficientnet-b\d_bifpn_keras": "_feature_extractor/(_efficientnet|classification_backbone)/",
        ".*": "_feature_extractor/classification_backbone/",
    },
    "faster_rcnn": {
        r".*_fpn_keras": "_feature_extractor_for_proposal_features/classification_backbone/",
        ".*": "_feature_extractor_for_(proposal|box_classifier)_features/",
    },
    "center_net": {
        r"hourglass_\d+": "_feature_extractor/_network/",
        "mobilenet_v2": "_feature_extractor/_network/",
        ".*": "_feature_extractor/_base_model/",
    },
}
"""By meta-architecture: the pattern of the backbone's variables for the first expression that is the extractor's type.

Faster R-CNN without a pyramid has its last block, which each proposal goes through, in the backbone too.
"""


def backbone_pattern(kind: str, extractor: str) -> str:
    """The pattern of the backbone's variables for a meta-architecture and its ``feature_extractor.type``."""
    return next(pattern for types, pattern in FROZEN[kind].items() if re.fullmatch(types, extractor))


def freeze_backbone(pipeline: Message) -> None:
    """Add the backbone to what is not trained, in place.

    Raises:
        UsageError: the model is one of TensorFlow 1, whose variables have other names.
    """
    kind = pipeline.model.WhichOneof("model")
    extractor = getattr(pipeline.model, kind).feature_extractor.type
    if extractor not in FEATURE_EXTRACTORS[kind]:
        what = f"{extractor} is no feature extractor of TensorFlow 2, whose variables could be named"
        raise UsageError("--freeze backbone", what, "Start from a template.")
    pattern = backbone_pattern(kind, extractor)
    frozen = pipeline.train_config.freeze_variables
    if pattern not in frozen:
        frozen.append(pattern)

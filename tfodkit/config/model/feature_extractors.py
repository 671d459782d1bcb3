"""Which backbones the Object Detection API can build in TensorFlow 2.

The keys of the maps in ``object_detection/builders/model_builder.py`` (2.8.0), which can be read there only with
TensorFlow loaded; ``tests/config/model/test_feature_extractors.py`` holds the two equal. A config for TensorFlow 1,
such as those of ``ssd_mobilenet_v1``, names others.
"""

from __future__ import annotations

FEATURE_EXTRACTORS: dict[str, frozenset[str]] = {
    "ssd": frozenset(
        {
            "ssd_mobilenet_v1_keras",
            "ssd_mobilenet_v1_fpn_keras",
            "ssd_mobilenet_v2_keras",
            "ssd_mobilenet_v2_fpn_keras",
            *(f"ssd_resnet{depth}_v1_fpn_keras" for depth in (50, 101, 152)),
            *(f"ssd_efficientnet-b{size}_bifpn_keras" for size in range(8)),
        }
    ),
    "faster_rcnn": frozenset(
        {
            *(f"faster_rcnn_resnet{depth}{fpn}_keras" for depth in (50, 101, 152) for fpn in ("", "_fpn")),
            "faster_rcnn_inception_resnet_v2_keras",
        }
    ),
    "center_net": frozenset(
        {
            *(f"resnet_v2_{depth}" for depth in (50, 101)),
            *(f"resnet_v1_{depth}_fpn" for depth in (18, 34, 50, 101)),
            *(f"hourglass_{depth}" for depth in (10, 20, 32, 52, 104)),
            *(f"mobilenet_v2{kind}" for kind in ("", "_fpn", "_fpn_sep_conv")),
        }
    ),
}
"""By the name of the meta-architecture in ``DetectionModel``."""

"""What one training step of each model takes, measured: the constants of :mod:`tfodkit.config.memory.forecast`.

How: ``scripts/measure-memory`` traces the Object Detection API's own train step at batch 8, for 2 classes and 100 boxes
an image, at the published size of input, and counts the most bytes that are alive at once when the graph runs in its
order. The peak is where the gradients of the losses begin. Of Faster R-CNN two sizes tell what belongs to pixels and
what to proposals; ``SCORE_BYTES`` is from four models with 90 classes as well, which agree within 15 %.

How far off: forecasts without pictures in advance, and the peak resident memory of real steps on two CPU cores, in MB,
with 90 classes and 100 boxes; ``PROCESS_BYTES`` and ``STEP_OVERHEAD`` are what fits them best. No GPU was measured.

===========================  =====  =====  ========  ========  =====
model                        batch  side   forecast  measured
===========================  =====  =====  ========  ========  =====
SSD MobileNet V2                 4    320      1804      1735   +4 %
SSD MobileNet V2                16    320      3698      3559   +4 %
SSD MobileNet V2 FPNLite         8    320      3019      3061   -1 %
SSD ResNet50 FPN                 2    256      1932      1936    0 %
SSD ResNet50 FPN                 8    256      3246      3402   -5 %
EfficientDet D0                  2    256      1729      1920  -10 %
EfficientDet D0                  8    256      3417      3527   -3 %
CenterNet ResNet50 V2            2    256      2078      1857  +12 %
CenterNet ResNet50 V2            8    256      2990      2601  +15 %
CenterNet ResNet50 V1 FPN        4    256      2415      2132  +13 %
Faster R-CNN ResNet50            2    256      2803      2694   +4 %
Faster R-CNN ResNet50            4    320      4465      4402   +1 %
Faster R-CNN ResNet50 FPN        1    256      1843      2012   -8 %
===========================  =====  =====  ========  ========  =====

Evaluation is not in it. Of Faster R-CNN ResNet50 it takes 1.5 GB an image for 300 proposals, at any size of input, and
so does making its variables before the first step.
"""

from __future__ import annotations

from dataclasses import dataclass

PROCESS_BYTES = 1_100_000_000
STEP_OVERHEAD = 1.33
"""What TensorFlow takes for what a step keeps: room to work in, and gaps."""
SCORE_BYTES = 41
"""That a step keeps for the score of one class at one anchor or point: the score, its target and its loss."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Of one model, for float32."""

    parameters: int
    """That are trained, with a head of 90 classes."""
    bytes_per_pixel: float
    """Of an input picture, in what a step keeps; but the scores of the classes."""
    bytes_per_proposal: float = 0
    """Of the second stage, in what a step keeps."""


MODEL_FACTS: dict[str, ModelFacts] = {
    "ssd_mobilenet_v1_fpn_keras": ModelFacts(12_080_762, 1234),
    "ssd_mobilenet_v2_keras": ModelFacts(6_066_431, 1159),
    "ssd_mobilenet_v2_fpn_keras": ModelFacts(2_626_746, 1272),
    "ssd_resnet50_v1_fpn_keras": ModelFacts(32_840_570, 2052),
    "ssd_resnet101_v1_fpn_keras": ModelFacts(51_832_698, 2891),
    "ssd_resnet152_v1_fpn_keras": ModelFacts(67_476_346, 3918),
    "ssd_efficientnet-b0_bifpn_keras": ModelFacts(5_573_227, 2535),
    "ssd_efficientnet-b1_bifpn_keras": ModelFacts(8_319_058, 3507),
    "ssd_efficientnet-b2_bifpn_keras": ModelFacts(10_004_471, 3859),
    "ssd_efficientnet-b3_bifpn_keras": ModelFacts(14_162_192, 5419),
    "ssd_efficientnet-b4_bifpn_keras": ModelFacts(23_323_075, 7429),
    "ssd_efficientnet-b5_bifpn_keras": ModelFacts(36_754_987, 9959),
    "ssd_efficientnet-b6_bifpn_keras": ModelFacts(55_508_494, 12_747),
    "faster_rcnn_resnet50_keras": ModelFacts(28_458_727, 1532, 6_430_000),
    "faster_rcnn_resnet101_keras": ModelFacts(47_450_855, 2331, 6_430_000),
    "faster_rcnn_resnet152_keras": ModelFacts(63_094_503, 3326, 6_430_000),
    "faster_rcnn_resnet50_fpn_keras": ModelFacts(42_485_943, 2673),
    "faster_rcnn_inception_resnet_v2_keras": ModelFacts(59_473_159, 2113, 22_100_000),
    "faster_rcnn_inception_resnet_v2_keras masks": ModelFacts(64_947_141, 2140, 35_400_000),
    "resnet_v1_50_fpn": ModelFacts(25_277_214, 2050),
    "resnet_v1_101_fpn": ModelFacts(44_295_454, 2866),
    "resnet_v2_50": ModelFacts(29_850_718, 1744),
    "hourglass_104": ModelFacts(191_289_148, 5128),
    "mobilenet_v2_fpn_sep_conv": ModelFacts(2_386_446, 1424),
}
"""By type of feature extractor, and ``masks`` where there are some."""

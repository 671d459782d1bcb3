"""What one training step of each model takes, measured: the constants of :mod:`tfodkit.config.memory`.

How: the Object Detection API's own train step was traced at batch 8, for 2 classes, at the published input size. In the
order of the graph each operation's outputs were counted from where they are made to where they are last read, with
buffers shared where an operation only renames its input or can write over it; the peak, nearly always where the
gradients of the loss begin, is what the step keeps. ``scripts/measure-memory`` does it. The peak grows with the batch,
with the pixels and with the scores (anchors or points x classes) as the formula has it, within 5 %.

How far off: forecasts against the peak resident memory of real steps on a CPU, in MB, with input from memory; 90
classes and 100 boxes an image.

==============================  =====  =====  ========  ========
model                           batch  input  forecast  measured
==============================  =====  =====  ========  ========
==============================  =====  =====  ========  ========
"""

from __future__ import annotations

from dataclasses import dataclass

PROCESS_BYTES = 1_100_000_000
STEP_OVERHEAD = 1.33
SCORE_BYTES = 41


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
    "ssd_efficientnet-b5_bifpn_keras": ModelFacts(36_000_000, 0),
    "ssd_efficientnet-b6_bifpn_keras": ModelFacts(54_000_000, 0),
    "ssd_efficientnet-b7_bifpn_keras": ModelFacts(54_000_000, 0),
    "faster_rcnn_resnet50_keras": ModelFacts(28_458_727, 1532, 6_430_000),
    "faster_rcnn_resnet101_keras": ModelFacts(47_450_855, 2331, 6_430_000),
    "faster_rcnn_resnet152_keras": ModelFacts(63_094_503, 3326, 6_430_000),
    "faster_rcnn_resnet50_fpn_keras": ModelFacts(42_125_143, 2673),
    "faster_rcnn_inception_resnet_v2_keras": ModelFacts(59_473_159, 2113, 22_100_000),
    "faster_rcnn_inception_resnet_v2_keras masks": ModelFacts(64_947_141, 2113, 0),
    "resnet_v1_50_fpn": ModelFacts(25_277_214, 2050),
    "resnet_v1_101_fpn": ModelFacts(44_295_454, 2866),
    "resnet_v2_50": ModelFacts(29_850_718, 1744),
    "hourglass_104": ModelFacts(191_289_148, 5128),
    "mobilenet_v2_fpn_sep_conv": ModelFacts(2_386_446, 1424),
}
"""By type of feature extractor, and ``masks`` where there are some."""

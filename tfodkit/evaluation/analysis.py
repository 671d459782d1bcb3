"""Everything that an evaluation tells, in one value: what the report, the tables and the files are made of."""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.evaluation.accuracy.values import CocoAccuracy, LrpClass, VocAccuracy
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.values import Uncertainty
from tfodkit.evaluation.mistakes.values import Causes, MistakeAnalysis
from tfodkit.evaluation.operating.values import (
    Confusion,
    Fate,
    HighestOnly,
    OperatingTable,
    ThresholdCurves,
)


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """How an evaluation is looked at: where counts are taken, and how many resamples the intervals are made of."""

    threshold: float = 0.5
    iou: float = 0.5
    samples: int = 1000
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The figures, tables and findings of a set of images."""

    options: AnalysisOptions
    images: EvaluationSet
    boxes: CocoAccuracy
    masks: CocoAccuracy | None
    keypoints: CocoAccuracy | None
    voc: VocAccuracy
    voc_with_difficult: VocAccuracy
    lrp: tuple[LrpClass, ...]
    operating: tuple[OperatingTable, ...]
    """At IoU 0.50, 0.55 … 0.95, and at that of the options where it is another; ascending."""
    curves: ThresholdCurves
    fates: tuple[Fate, ...]
    confusion: Confusion
    highest_only: HighestOnly
    mistakes: MistakeAnalysis
    causes: Causes
    uncertainty: Uncertainty
    losses: dict[str, float]

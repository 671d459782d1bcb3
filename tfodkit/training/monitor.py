"""The figure by which the checkpoints of a run are compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tfodkit.config.pipeline import Message
from tfodkit.errors import UsageError
from tfodkit.evaluation.result import COCO_FIGURES, EvaluationResult
from tfodkit.nearest import nearest_names

CLASS_PREFIX = "AP/"
LOSS_PREFIX = "Loss/"

_ALWAYS = ("total_loss", "regularization_loss")
_RPN = ("RPNLoss/localization_loss", "RPNLoss/objectness_loss")
_BOX_CLASSIFIER = ("BoxClassifierLoss/localization_loss", "BoxClassifierLoss/classification_loss")
_MASK_STAGE = 3


@dataclass(frozen=True, slots=True)
class Monitor:
    """One of COCO's twelve figures (``mAP``), the AP of a class (``AP/mug``), or a loss (``Loss/total_loss``)."""

    name: str

    @property
    def higher_is_better(self) -> bool:
        return not self.name.startswith(LOSS_PREFIX)

    def value(self, result: EvaluationResult) -> float:
        """The figure of an evaluation, as :meth:`comparable` has it.

        Raises:
            KeyError: the evaluation does not hold it.
        """
        classes = {f"{CLASS_PREFIX}{figures.name}": figures.ap for figures in result.per_class}
        return self.comparable({**result.figures, **classes, **result.losses}[self.name])

    def comparable(self, value: float | None) -> float:
        """``value``, or the worst there is where it is none, as no ground truth is of its kind, or is no number."""
        if value is None or math.isnan(value):
            return 0.0 if self.higher_is_better else math.inf
        return value


def choose_monitor(name: str, pipeline: Message, *, classes: Iterable[str]) -> Monitor:
    """The monitor of that name.

    Args:
        name: as of :class:`Monitor`.
        pipeline: the config, for the losses that its model has.
        classes: those that the validation images hold.

    Raises:
        UsageError: there is no such figure; with the nearest names.
    """
    names = [
        *(figure for figure, _, _ in COCO_FIGURES),
        *(CLASS_PREFIX + class_name for class_name in classes),
        *loss_names(pipeline),
    ]
    if name not in names:
        what = (
            f"must be a COCO figure, {CLASS_PREFIX} and a class of the validation images, or a loss, but got {name!r}"
        )
        raise UsageError("--monitor", what, nearest_names(name, names))
    return Monitor(name)


def loss_names(pipeline: Message) -> Sequence[str]:
    """The losses that the model of a config has, by upstream's names."""
    return [LOSS_PREFIX + name for name in (*_ALWAYS, *_LOSSES[pipeline.model.WhichOneof("model")](pipeline.model))]


def _ssd(_model: Message) -> Iterator[str]:
    yield from ("localization_loss", "classification_loss")


def _faster_rcnn(model: Message) -> Iterator[str]:
    yield from _RPN
    stages = model.faster_rcnn.number_of_stages
    if stages > 1:
        yield from _BOX_CLASSIFIER
    if stages >= _MASK_STAGE:
        yield "BoxClassifierLoss/mask_loss"


def _center_net(model: Message) -> Iterator[str]:
    center_net = model.center_net
    yield "object_center"
    if center_net.HasField("object_detection_task"):
        yield from ("box/scale", "box/offset")
    for task in center_net.keypoint_estimation_task:
        yield from (f"{task.task_name}/keypoint/{part}" for part in ("heatmap", "offset", "regression"))
    if center_net.HasField("mask_estimation_task"):
        yield "segmentation/heatmap"


_LOSSES = {"ssd": _ssd, "faster_rcnn": _faster_rcnn, "center_net": _center_net}

"""All that there is to say about what a model found in a set of images: the figures, tables and findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tfodkit.evaluation.accuracy.coco import measure_coco
from tfodkit.evaluation.accuracy.lrp import measure_lrp
from tfodkit.evaluation.accuracy.matching import IOU_THRESHOLDS, match
from tfodkit.evaluation.accuracy.values import CocoAccuracy, Shape
from tfodkit.evaluation.accuracy.voc import measure_voc
from tfodkit.evaluation.analysis import Analysis, AnalysisOptions
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.uncertainty import bootstrap
from tfodkit.evaluation.mistakes.causes import find_causes
from tfodkit.evaluation.mistakes.looks import ImageLooks
from tfodkit.evaluation.mistakes.tide import analyse_mistakes
from tfodkit.evaluation.operating.confusion import confusion, fates_of
from tfodkit.evaluation.operating.counts import operating_table, threshold_curves
from tfodkit.evaluation.operating.highest import highest_only

SAME_IOU = 1e-9


def analyse(
    images: EvaluationSet,
    options: AnalysisOptions | None = None,
    *,
    losses: Mapping[str, float] | None = None,
    looks: ImageLooks | None = None,
    tell: Callable[[str], None] | None = None,
) -> Analysis:
    """Look at ``images`` in every way; the boxes are matched once for all counts.

    Args:
        images: what was found, beside the truth.
        options: where counts are taken, and how many resamples are drawn; the usual ones unless given.
        losses: the validation losses, carried over.
        looks: of the objects in their pictures, where these are at hand; without them no cause is looked for there.
        tell: told in a word what is begun.
    """
    options, tell = options or AnalysisOptions(), tell or _say_nothing
    tell("matching")
    matches = match(images)
    own, iou = (matches, known) if (known := _known(options.iou)) else (match(images, (options.iou,)), options.iou)
    matrix = confusion(images, threshold=options.threshold, iou=iou, matches=own)
    tables = [(each, matches) for each in IOU_THRESHOLDS] + [(iou, own)] * (own is not matches)
    tell("measuring")
    boxes = measure_coco(images)
    masks = _measured(images, Shape.MASKS, images.truth.masks, images.found.masks)
    keypoints = _measured(images, Shape.KEYPOINTS, images.truth.keypoints, images.found.keypoints)
    tell("resampling")
    uncertainty = bootstrap(images, samples=options.samples, seed=options.seed, matches=matches)
    tell("looking for causes")
    return Analysis(
        options=options,
        images=images,
        boxes=boxes,
        masks=masks,
        keypoints=keypoints,
        voc=measure_voc(images, with_difficult=False),
        voc_with_difficult=measure_voc(images, with_difficult=True),
        lrp=measure_lrp(images, matches=matches),
        operating=tuple(
            operating_table(images, iou=each, threshold=options.threshold, matches=matched)
            for each, matched in sorted(tables, key=lambda table: table[0])
        ),
        curves=threshold_curves(images, iou=iou, matches=own),
        fates=fates_of(matrix),
        confusion=matrix,
        highest_only=highest_only(images),
        mistakes=analyse_mistakes(images, matches=matches),
        causes=find_causes(images, threshold=options.threshold, iou=iou, looks=looks, matches=own, seed=options.seed),
        uncertainty=uncertainty,
        losses=dict(losses or {}),
    )


def _known(iou: float) -> float | None:
    """The one of COCO's ten thresholds that is meant: 0.5 + 3 * 0.05 is not quite 0.65."""
    return next((known for known in IOU_THRESHOLDS if abs(iou - known) < SAME_IOU), None)


def _measured(images: EvaluationSet, shape: Shape, *of_both: object) -> CocoAccuracy | None:
    return None if any(shapes is None for shapes in of_both) else measure_coco(images, shape)


def _say_nothing(what: str) -> None:
    """Progress for nobody."""

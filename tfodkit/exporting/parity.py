"""The gate: an exported form must detect what its checkpoint detects, as nearly as its arithmetic allows.

A form that computes in float32 must give the same detections, one by one. A form of fewer bits can't: there the
detections that the checkpoint is sure of must be found again. Both are told for every form, and the mAP of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import ExportError
from tfodkit.exporting.manifest import Parity
from tfodkit.inference.formats import ModelFormat
from tfodkit.inference.overlaps import ious
from tfodkit.inference.runtime import ModelOutputs

SURE = 0.3
"""The score from which on a detection has to be found again."""
SAME_PLACE = 0.75
"""The IoU of two boxes that are the same detection."""


@dataclass(frozen=True, slots=True)
class Gate:
    """How near a form has to come to the checkpoint.

    ``score`` is the most that scores of the same rank may differ, ``box`` any coordinate of a box, as a share of the
    picture's side; ``None`` where they are not compared. ``found`` is the least share of the checkpoint's detections
    with a score of 0.3 or more that must be found again: of the same class, with an IoU of 0.75 or more.
    """

    score: float | None
    box: float | None
    found: float = 1.0


EXACT_SCORE, EXACT_BOX = 1e-4, 1e-3
EXACT = Gate(EXACT_SCORE, EXACT_BOX)


@dataclass(frozen=True, slots=True)
class Difference:
    """Between two lists of detections of one picture, as :class:`~tfodkit.exporting.manifest.Parity` counts it."""

    detections: int
    score: float
    box: float
    sure: int = 0
    found_again: int = 0


def check_parity(
    form: ModelFormat,
    expected: Sequence[ModelOutputs],
    found: Sequence[ModelOutputs],
    gate: Gate = EXACT,
    *,
    mean_ap: float | None = None,
) -> Parity:
    """Hold what a form found in some pictures against what the checkpoint found in them.

    Raises:
        ExportError: they differ by more than the gate allows; by how much and where.
    """
    pairs = zip(expected, found, strict=True)
    score, box = gate.score or EXACT_SCORE, gate.box or EXACT_BOX
    differences = [compare(one, other, score_tolerance=score, box_tolerance=box) for one, other in pairs]
    for number, difference in enumerate(differences, start=1):
        _refuse(form.place, difference, gate, f"picture {number} of {len(differences)}")
    sure, again = sum(each.sure for each in differences), sum(each.found_again for each in differences)
    if again < gate.found * sure:
        what = f"finds {again} of the {sure} objects again that the checkpoint is sure of (wanted: {gate.found:.0%})"
        raise ExportError(
            form.place, what, "Nothing was exported. Leave this form out with --formats, or train longer."
        )
    return Parity(
        format=form.name,
        images=len(differences),
        detections=sum(each.detections for each in differences),
        score_difference=max((each.score for each in differences), default=0.0),
        box_difference=None if gate.box is None else max((each.box for each in differences), default=0.0),
        sure=sure,
        found_again=again,
        map=mean_ap,
    )


def compare(
    expected: ModelOutputs,
    found: ModelOutputs,
    *,
    score_tolerance: float = EXACT_SCORE,
    box_tolerance: float = EXACT_BOX,
) -> Difference:
    """The largest differences between two lists of detections, each with falling scores.

    Scores are compared by rank; a detection that only one list has counts as one of score 0 in the other. Boxes are
    compared with the nearest one of the same class and of a score within the tolerance, since equal scores may come in
    either order; ``inf`` where there is none. The last places of a list that was cut may go to any of several equal
    scores: there, a box that is not found again counts for nothing if its score is as low as the lowest. Boxes without
    area, as of what a model sees in the padding beside the picture, are not compared; some forms give them, some don't.
    """
    expected, found = _with_area(expected), _with_area(found)
    ranks, was_cut = _ranks(expected, found)
    padded = [np.pad(outputs.scores, (0, ranks))[:ranks] for outputs in (expected, found)]
    score = float(np.max(np.abs(padded[0] - padded[1]), initial=0.0))
    floor = float(expected.scores[:ranks][-1]) + score_tolerance if was_cut else 0.0
    apart = [_nearest(expected, index, found, score_tolerance) for index in range(len(expected.scores))]
    meant = [box for box, value in zip(apart, expected.scores, strict=True) if value > floor or box <= box_tolerance]
    sure = (expected.scores >= SURE) & (np.arange(len(expected.scores)) < ranks)
    return Difference(
        detections=len(meant),
        score=score,
        box=max(meant, default=0.0),
        sure=int(sure.sum()),
        found_again=int(_is_found_again(expected, found)[sure].sum()),
    )


def _with_area(outputs: ModelOutputs) -> ModelOutputs:
    boxes = outputs.boxes_yxyx_norm
    kept = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    limit = outputs.limit - int(np.sum(~kept))
    return ModelOutputs(boxes[kept], outputs.scores[kept], outputs.class_ids[kept], limit)


def _ranks(expected: ModelOutputs, found: ModelOutputs) -> tuple[int, bool]:
    """How many of the highest scores are compared, and whether that is because a list was cut.

    One form may have spent places on padding that another used well; but a list of less than half is wrong.
    """
    longest = max(len(outputs.scores) for outputs in (expected, found))
    cut = [len(each.scores) for each in (expected, found) if 0 < len(each.scores) == each.limit]
    ranks = min([longest, *cut])
    if len(expected.scores) == 0 or 2 * ranks < longest:
        return longest, False
    return ranks, bool(cut)


def _nearest(expected: ModelOutputs, index: int, found: ModelOutputs, score_tolerance: float) -> float:
    """The largest coordinate's difference to the box in ``found`` that may be the same detection and fits best."""
    candidates = (found.class_ids == expected.class_ids[index]) & (
        np.abs(found.scores - expected.scores[index]) <= score_tolerance
    )
    apart = np.abs(found.boxes_yxyx_norm[candidates] - expected.boxes_yxyx_norm[index])
    return float(np.min(np.max(apart, axis=1), initial=np.inf))


def _is_found_again(expected: ModelOutputs, found: ModelOutputs) -> NDArray[np.bool_]:
    """Of each expected detection; scores are not looked at."""
    same_class = expected.class_ids[:, None] == found.class_ids[None, :]
    near = ious(expected.boxes_yxyx_norm, found.boxes_yxyx_norm) >= SAME_PLACE
    return np.asarray((same_class & near).any(axis=1))


def _refuse(place: str, difference: Difference, gate: Gate, where: str) -> None:
    is_near = gate.score is None or difference.score <= gate.score
    if is_near and (gate.box is None or difference.box <= gate.box):
        return
    boxes = f"boxes by {difference.box:.2g} of its side" if np.isfinite(difference.box) else "an object is not found"
    raise ExportError(
        place,
        f"does not detect what the checkpoint detects: in {where} scores differ by {difference.score:.2g} "
        f"(allowed {gate.score or 1:g}), {boxes} (allowed {gate.box or 1:g})",
        "Nothing was exported. Run it again on a CPU (CUDA_VISIBLE_DEVICES=-1); if it persists, report the config.",
    )

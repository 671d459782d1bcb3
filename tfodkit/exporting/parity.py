"""The gate: an exported form is loaded back as a user would load it and must detect what the checkpoint detects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import ExportError
from tfodkit.exporting.manifest import Parity
from tfodkit.inference.formats import ExportedModel
from tfodkit.inference.runtime import ModelOutputs
from tfodkit.odapi.serving import ServingModel

SCORE_TOLERANCE = 1e-4
BOX_TOLERANCE = 1e-3
"""A share of the picture's side: a pixel in a thousand."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Between two lists of detections of one picture, as :class:`~tfodkit.exporting.manifest.Parity` counts it."""

    detections: int
    score: float
    box: float


def run_reference(model: ServingModel, pictures: Sequence[NDArray[np.uint8]]) -> list[ModelOutputs]:
    """What the checkpoint's model detects in each RGB picture, ``uint8 [height, width, 3]``."""
    with _full_precision():
        return [ModelOutputs.from_batch(model.detect(picture[np.newaxis]))[0] for picture in pictures]


def check_parity(
    exported: ExportedModel, pictures: Sequence[NDArray[np.uint8]], reference: Sequence[ModelOutputs]
) -> Parity:
    """Load an exported form, run it on ``pictures`` and compare with the outputs of :func:`run_reference`.

    Raises:
        ExportError: scores differ by more than 1e-4, or boxes by more than 1e-3 of the picture's side.
    """
    runtime = exported.format.load(exported.path)
    differences = []
    with _full_precision():
        for number, (picture, expected) in enumerate(zip(pictures, reference, strict=True), start=1):
            difference = compare(expected, runtime.run(picture[np.newaxis])[0])
            _refuse(exported, difference, f"picture {number} of {len(pictures)}")
            differences.append(difference)
    return Parity(
        format=exported.format.name,
        images=len(pictures),
        detections=sum(difference.detections for difference in differences),
        score_difference=max((difference.score for difference in differences), default=0.0),
        box_difference=max((difference.box for difference in differences), default=0.0),
    )


def compare(expected: ModelOutputs, found: ModelOutputs) -> Difference:
    """The largest differences between two lists of detections, each with falling scores.

    Scores are compared by rank; a detection that only one list has counts as one of score 0 in the other. Boxes are
    compared with the nearest one of the same class and of a score within the tolerance, since equal scores may come in
    either order; ``inf`` where there is none. The last places of a list that was cut may go to any of several equal
    scores: there, a box that is not found again counts for nothing if its score is as low as the lowest.
    """
    count = max(len(expected.scores), len(found.scores))
    padded = [np.pad(outputs.scores, (0, count - len(outputs.scores))) for outputs in (expected, found)]
    score = float(np.max(np.abs(padded[0] - padded[1]), initial=0.0))
    was_cut = 0 < len(expected.scores) == expected.limit
    floor = float(expected.scores[-1]) + SCORE_TOLERANCE if was_cut else 0.0
    apart = [_nearest(expected, index, found) for index in range(len(expected.scores))]
    meant = [box for box, value in zip(apart, expected.scores, strict=True) if value > floor or box <= BOX_TOLERANCE]
    return Difference(detections=len(meant), score=score, box=max(meant, default=0.0))


def _nearest(expected: ModelOutputs, index: int, found: ModelOutputs) -> float:
    """The largest coordinate's difference to the box in ``found`` that may be the same detection and fits best."""
    candidates = (found.class_ids == expected.class_ids[index]) & (
        np.abs(found.scores - expected.scores[index]) <= SCORE_TOLERANCE
    )
    apart = np.abs(found.boxes_yxyx_norm[candidates] - expected.boxes_yxyx_norm[index])
    return float(np.min(np.max(apart, axis=1), initial=np.inf))


def _refuse(exported: ExportedModel, difference: Difference, where: str) -> None:
    if difference.score <= SCORE_TOLERANCE and difference.box <= BOX_TOLERANCE:
        return
    boxes = f"boxes by {difference.box:.2g} of its side" if np.isfinite(difference.box) else "an object is not found"
    raise ExportError(
        exported.path.name,
        f"does not detect what the checkpoint detects: in {where} scores differ by {difference.score:.2g} "
        f"(allowed {SCORE_TOLERANCE:g}), {boxes} (allowed {BOX_TOLERANCE:g})",
        "Nothing was exported. Run it again on a CPU (CUDA_VISIBLE_DEVICES=-1); if it persists, report the config.",
    )


@contextmanager
def _full_precision() -> Iterator[None]:
    """Without TensorFloat-32, with which a GPU rounds the same product differently from run to run, up to 1e-3."""
    import tensorflow as tf

    enabled = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(enabled)

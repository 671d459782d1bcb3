"""Truth and detections together."""

from __future__ import annotations

from pathlib import Path

from tfodkit.evaluation.columns import EvaluatedImage, EvaluationSet, FoundColumns, TruthColumns
from tfodkit.evaluation.sources.detections_file import read_detections
from tfodkit.evaluation.sources.truth import Truth


def read_set(detections: Path, truth: Truth) -> EvaluationSet:
    """The detections in the file ``detections``, beside ``truth``.

    Raises:
        DataError: as of :func:`~tfodkit.evaluation.sources.detections_file.read_detections`.
    """
    return as_set(truth, read_detections(detections, truth))


def as_set(truth: Truth, found: FoundColumns) -> EvaluationSet:
    """``found``, whose places and classes are those of ``truth``, beside it."""
    ids = {place: key for key, place in truth.image_ids.items() if isinstance(key, int)}
    images = tuple(
        EvaluatedImage(image.name, image.width, image.height, ids.get(place))
        for place, image in enumerate(truth.images)
    )
    return EvaluationSet(images, dict(sorted(truth.class_names.items())), TruthColumns.of_images(truth.images), found)

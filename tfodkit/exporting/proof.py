"""The proof of an export: what the checkpoint and every form detect in the same pictures, and how that compares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.coco import evaluate_boxes
from tfodkit.exporting.forms import ExportForm, words_of
from tfodkit.exporting.job import ExportJob
from tfodkit.exporting.manifest import Parity
from tfodkit.exporting.parity import check_parity
from tfodkit.exporting.sample import Sample
from tfodkit.exporting.trial import try_out
from tfodkit.inference.formats import ExportedModel
from tfodkit.inference.runtime import ModelOutputs
from tfodkit.odapi.serving import ServingModel


def prove(
    job: ExportJob, forms: Sequence[ExportForm], folder: Path, sample: Sample, tell: Callable[[str], None]
) -> tuple[float | None, tuple[Parity, ...]]:
    """Hold each form below ``folder`` to the checkpoint on the pictures of a sample.

    Returns:
        COCO's mAP of the checkpoint, ``None`` where the truth of the pictures is not known, and an entry a form.

    Raises:
        ExportError: a form can't be loaded, or lies beyond its gate.
    """
    tell(f"detecting in {len(sample.pictures)} pictures with the checkpoint")
    reference = run_reference(job.model, sample.pictures)
    parities = []
    for form in forms:
        tell(f"comparing {words_of(form)} with the checkpoint")
        trial = try_out(ExportedModel(folder / form.format.place, form.format), sample.pictures)
        figure = mean_ap(trial.outputs, sample, job.class_names)
        parities.append(check_parity(form.format, reference, trial.outputs, form.gate, mean_ap=figure))
    return mean_ap(reference, sample, job.class_names), tuple(parities)


def run_reference(model: ServingModel, pictures: Sequence[NDArray[np.uint8]]) -> list[ModelOutputs]:
    """What the checkpoint's model detects in each RGB picture, ``uint8 [height, width, 3]``."""
    with _full_precision():
        return [ModelOutputs.from_batch(model.detect(picture[np.newaxis]))[0] for picture in pictures]


def mean_ap(outputs: Sequence[ModelOutputs], sample: Sample, class_names: Mapping[int, str]) -> float | None:
    """COCO's mAP of what was detected in the pictures of a sample; ``None`` where their truth is not known."""
    if not sample.truths:
        return None
    detections = [
        Detections.from_yxyx_norm(
            found.boxes_yxyx_norm, found.scores, found.class_ids, width=truth.width, height=truth.height
        )
        for found, truth in zip(outputs, sample.truths, strict=True)
    ]
    return evaluate_boxes(sample.truths, detections, class_names).figures["mAP"]


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

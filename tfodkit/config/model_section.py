"""The ``model`` part: input, anchors, loss and detections as they are asked for, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tfodkit.config.anchors.values import (
    AnchorValues,
    anchor_generator,
    anchor_values,
    set_anchor_scales,
    set_aspect_ratios,
)
from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.detections import Detections, detections_of, set_max_detections, set_suppression
from tfodkit.config.model.image_size import input_size, set_image_size
from tfodkit.config.model.loss_weights import loss_weights, set_loss_weights
from tfodkit.config.model.resizer import resizer_name, set_resizer
from tfodkit.config.option_values import list_text
from tfodkit.config.options import PipelineOptions
from tfodkit.config.pipeline import Message
from tfodkit.errors import UsageError


@dataclass(frozen=True, slots=True)
class ModelSetup:
    """What the model was set to."""

    input_size: str
    resizer: str | None
    """As ``--resizer`` takes it; None for another one."""
    anchors: AnchorValues | None
    """None for a model without anchors, or with each written out."""
    loss_weights: Mapping[str, float]
    detections: Detections


def set_model(pipeline: Message, options: PipelineOptions, *, objects: int, batch_size: int, where: str) -> list[str]:
    """Set what the options ask for, in place; and make room for as many detections as an image has ``objects``.

    Returns:
        A sentence on what was changed unasked.

    Raises:
        UsageError: what the model has not, or can't take.
        ConfigError: as of :func:`~tfodkit.config.model.architecture.architecture`.
    """
    model, kind = architecture(pipeline, where), pipeline.model.WhichOneof("model")
    size = options.image_size
    assert not isinstance(size, str), "read when the options are made"
    if options.resizer is not None:
        set_resizer(pipeline, options.resizer, size, batch_size=batch_size, where=where)
    elif size is not None:
        set_image_size(pipeline, size, where)
    _set_anchors(kind, model, options)
    set_loss_weights(kind, model, _named(options.loss_weights))
    set_suppression(kind, model, nms_iou=options.nms_iou, score_threshold=options.score_threshold)
    return _set_max_detections(kind, model, options.max_detections, objects)


def model_setup(pipeline: Message, where: str) -> ModelSetup:
    """What the model of a config comes to."""
    model, kind = architecture(pipeline, where), pipeline.model.WhichOneof("model")
    generator = anchor_generator(kind, model)
    return ModelSetup(
        input_size=str(input_size(pipeline, where) or "as the images are"),
        resizer=resizer_name(model.image_resizer),
        anchors=None if generator is None else anchor_values(generator),
        loss_weights=loss_weights(kind, model),
        detections=detections_of(kind, model),
    )


def _set_max_detections(kind: str, model: Message, asked: int | None, objects: int) -> list[str]:
    if asked is not None:
        set_max_detections(kind, model, asked)
    elif objects > detections_of(kind, model).most:
        set_max_detections(kind, model, objects)
        return [f"the most detections are raised to {objects}, the most objects that one image has"]
    return []


def _set_anchors(kind: str, model: Message, options: PipelineOptions) -> None:
    for flag, values, assign in (
        ("--anchor-scales", options.anchor_scales, set_anchor_scales),
        ("--aspect-ratios", options.aspect_ratios, set_aspect_ratios),
    ):
        if values is None:
            continue
        assert not isinstance(values, str), "read when the options are made"
        given, generator = f"{flag} {list_text(values)}", anchor_generator(kind, model)
        if generator is None:
            what = f"{kind}, the template's meta-architecture, has no anchors"
            raise UsageError(given, what, f"Leave {flag} out, or take another template.")
        try:
            assign(generator, values)
        except ValueError as error:
            raise UsageError(given, str(error), "Give as many as the template's anchor generator takes.") from error


def _named(weights: Mapping[str, float] | str | None) -> Mapping[str, float]:
    assert not isinstance(weights, str), "read when the options are made"
    return weights or {}

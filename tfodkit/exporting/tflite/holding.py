"""Which models TensorFlow Lite can hold, and how pictures come to the size of their input."""

from __future__ import annotations

from tfodkit.config.pipeline import Message
from tfodkit.config.record_files import record_files
from tfodkit.inference.resizing import Resizing

ARCHITECTURES = ("ssd", "center_net")
OTHER_TASKS = (
    "keypoint_estimation_task",
    "mask_estimation_task",
    "densepose_estimation_task",
    "track_estimation_task",
    "temporal_offset_task",
)
"""Of a CenterNet, beside boxes."""


def refusal(pipeline: Message) -> str | None:
    """Why TensorFlow Lite can't hold the model of a ``TrainEvalPipelineConfig``; None where it can."""
    kind = pipeline.model.WhichOneof("model")
    if kind not in ARCHITECTURES:
        return f"TensorFlow Lite holds SSD (EfficientDet too) and CenterNet models, and this is a {kind}"
    architecture = getattr(pipeline.model, kind)
    return _refuse_resizer(architecture.image_resizer) or (
        _refuse_ssd(architecture) if kind == "ssd" else _refuse_center_net(architecture)
    )


def integer_refusal(pipeline: Message) -> str | None:
    """The same for full integer quantization, which measures ranges on training pictures."""
    if reason := refusal(pipeline):
        return reason
    if pipeline.model.HasField("center_net"):
        return "a CenterNet tells the peaks of its heat map by millionths, and 8 bits hold 256 steps"
    if not record_files(pipeline.train_input_reader):
        return "the ranges of its integers are measured on training pictures, and there are no training records here"
    return None


def resizing_of(resizer: Message) -> Resizing:
    """How an ``ImageResizer`` that :func:`refusal` lets pass brings pictures to the input's size."""
    fixed, kept = resizer.fixed_shape_resizer, resizer.keep_aspect_ratio_resizer
    if resizer.HasField("fixed_shape_resizer"):
        return Resizing(fixed.height, fixed.width)
    red, green, blue = kept.per_channel_pad_value or (0.0, 0.0, 0.0)
    return Resizing(kept.max_dimension, kept.max_dimension, kept.min_dimension, (red, green, blue))


def image_resizer_of(pipeline: Message) -> Message:
    """The ``ImageResizer`` of a pipeline's model."""
    return getattr(pipeline.model, pipeline.model.WhichOneof("model")).image_resizer


def _refuse_resizer(resizer: Message) -> str | None:
    kind = resizer.WhichOneof("image_resizer_oneof")
    if kind not in ("fixed_shape_resizer", "keep_aspect_ratio_resizer"):
        return f"its input has one size, and image_resizer.{kind} gives many"
    values = getattr(resizer, kind)
    if kind == "keep_aspect_ratio_resizer" and not values.pad_to_max_dimension:
        return "its input has one size, and keep_aspect_ratio_resizer gives many without pad_to_max_dimension"
    if values.convert_to_grayscale:
        return "its pictures are in colour, and convert_to_grayscale is set"
    if values.resize_method:
        method = values.DESCRIPTOR.fields_by_name["resize_method"].enum_type.values_by_number[values.resize_method]
        return f"pictures are resized by BILINEAR alone, and resize_method is {method.name}"
    return None


def _refuse_ssd(ssd: Message) -> str | None:
    suppression = ssd.post_processing.batch_non_max_suppression
    if ssd.box_coder.WhichOneof("box_coder_oneof") != "faster_rcnn_box_coder":
        return (
            f"its detection operation decodes faster_rcnn_box_coder, not {ssd.box_coder.WhichOneof('box_coder_oneof')}"
        )
    for field in ("use_class_agnostic_nms", "soft_nms_sigma"):
        if getattr(suppression, field):
            return f"its detection operation can't do batch_non_max_suppression.{field}"
    return None


def _refuse_center_net(center_net: Message) -> str | None:
    for field in OTHER_TASKS:
        task = getattr(center_net, field)
        is_set = len(task) > 0 if field == "keypoint_estimation_task" else center_net.HasField(field)
        if is_set:
            return f"phones' detectors give boxes alone, and model.center_net.{field} gives more"
    return None

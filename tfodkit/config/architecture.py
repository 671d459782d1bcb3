"""The ``model`` part of a config: its meta-architecture, number of classes and image size."""

from __future__ import annotations

from tfodkit.config.input_grid import least_side, side_step
from tfodkit.config.pipeline import Message
from tfodkit.dataset.input_size import InputSize
from tfodkit.errors import ConfigError, UsageError

ARCHITECTURES = ("ssd", "faster_rcnn", "center_net")


def architecture(pipeline: Message, where: str) -> Message:
    """The ``Ssd``, ``FasterRcnn`` or ``CenterNet`` message of a config; ``where`` names the config in the error.

    Raises:
        ConfigError: the config has no model, or one that has no classes.
    """
    kind = pipeline.model.WhichOneof("model")
    if kind not in ARCHITECTURES:
        what = f"model must hold one of {', '.join(ARCHITECTURES)}, but got {kind or 'none'}"
        raise ConfigError(where, what, "Start from another template.")
    return getattr(pipeline.model, kind)


def set_image_size(pipeline: Message, size: int, where: str) -> None:
    """Let images be fitted into ``size`` by ``size`` pixels, in place.

    A resizer with a short and a long side keeps their ratio and gets ``size`` as its short side. The augmentation that
    crops to the input size follows.

    Raises:
        UsageError: the resizer takes images as they are, so that there is no size to set; or the model can't take this
            one.
        ConfigError: as of :func:`architecture`.
    """
    model = architecture(pipeline, where)
    resizer = model.image_resizer
    kind = resizer.WhichOneof("image_resizer_oneof")
    if kind == "fixed_shape_resizer":
        resizer.fixed_shape_resizer.height = resizer.fixed_shape_resizer.width = size
    elif kind == "keep_aspect_ratio_resizer":
        sides = resizer.keep_aspect_ratio_resizer
        if not sides.min_dimension:
            what = "keep_aspect_ratio_resizer has min_dimension 0, so that there is no ratio to keep"
            raise ConfigError(where, what, "Give it the short side in pixels, such as min_dimension: 640.")
        sides.max_dimension = round(size * sides.max_dimension / sides.min_dimension)
        sides.min_dimension = size
    else:
        what = f"the template's resizer is {kind or 'not set'}, which has no size to set"
        raise UsageError(f"--image-size {size}", what, "Leave --image-size out, or take another template.")
    _check_size(model.feature_extractor, size)
    for step in pipeline.train_config.data_augmentation_options:
        if step.HasField("random_scale_crop_and_pad_to_square"):
            step.random_scale_crop_and_pad_to_square.output_size = size


def input_size(pipeline: Message, where: str) -> InputSize | None:
    """The size that images are brought to; None where they are taken as they are."""
    resizer = architecture(pipeline, where).image_resizer
    kind = resizer.WhichOneof("image_resizer_oneof")
    if kind == "fixed_shape_resizer":
        return InputSize(resizer.fixed_shape_resizer.width, resizer.fixed_shape_resizer.height)
    if kind == "keep_aspect_ratio_resizer":
        sides = resizer.keep_aspect_ratio_resizer
        return InputSize(sides.min_dimension, sides.max_dimension, keeps_ratio=True)
    return None


def _check_size(extractor: Message, size: int) -> None:
    step, least = side_step(extractor), least_side(extractor)
    if size % step == 0 and size >= least:
        return
    below, above = max(size // step * step, least), max(-(-size // step) * step, least)
    need = f"a multiple of {step} from {least} on" if step > 1 else f"at least {least}"
    remedy = f"Pass --image-size {below} or {above}." if below != above else f"Pass --image-size {above}."
    raise UsageError(f"--image-size {size}", f"for {extractor.type} it must be {need}", remedy)

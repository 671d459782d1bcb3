"""The size that a model's images are brought to, as its resizer says it: read and set.

What a resizer makes of one picture is for ``resizing.py``; another kind of resizer, for ``resizer.py``.
"""

from __future__ import annotations

from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.input_grid import least_side, side_step
from tfodkit.config.pipeline import Message
from tfodkit.dataset.input_size import InputSize
from tfodkit.errors import ConfigError, UsageError


def set_image_size(pipeline: Message, size: int | tuple[int, int], where: str) -> None:
    """Let images be fitted into ``size``, a side or width and height in pixels, in place.

    A resizer with a short and a long side takes them from width and height; of one side it makes its short side, and
    keeps their ratio. The augmentation that crops to the input size follows.

    Raises:
        UsageError: the resizer takes images as they are, so that there is no size to set; or the model can't take this
            one.
        ConfigError: as of :func:`~tfodkit.config.model.architecture.architecture`.
    """
    model = architecture(pipeline, where)
    resizer = model.image_resizer
    kind = resizer.WhichOneof("image_resizer_oneof")
    if kind == "fixed_shape_resizer":
        sides = (size, size) if isinstance(size, int) else size
        resizer.fixed_shape_resizer.width, resizer.fixed_shape_resizer.height = sides
    elif kind == "keep_aspect_ratio_resizer":
        sides = _short_and_long(resizer.keep_aspect_ratio_resizer, size, where)
        resizer.keep_aspect_ratio_resizer.min_dimension, resizer.keep_aspect_ratio_resizer.max_dimension = sides
    else:
        what = f"the template's resizer is {kind or 'not set'}, which has no size to set"
        raise UsageError(f"--image-size {_shown(size)}", what, "Leave --image-size out, or take another template.")
    _check_size(model.feature_extractor, size)
    for step in pipeline.train_config.data_augmentation_options:
        if step.HasField("random_scale_crop_and_pad_to_square"):
            step.random_scale_crop_and_pad_to_square.output_size = size if isinstance(size, int) else max(size)


def _short_and_long(resizer: Message, size: int | tuple[int, int], where: str) -> tuple[int, int]:
    if not isinstance(size, int):
        return min(size), max(size)
    if not resizer.min_dimension:
        what = "keep_aspect_ratio_resizer has min_dimension 0, so that there is no ratio to keep"
        raise ConfigError(where, what, "Give it the short side in pixels, such as min_dimension: 640.")
    return size, round(size * resizer.max_dimension / resizer.min_dimension)


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


def _check_size(extractor: Message, size: int | tuple[int, int]) -> None:
    step, least = side_step(extractor), least_side(extractor)
    for side in (size,) if isinstance(size, int) else size:
        if side % step == 0 and side >= least:
            continue
        below, above = max(side // step * step, least), max(-(-side // step) * step, least)
        need = f"a multiple of {step} from {least} on" if step > 1 else f"at least {least}"
        fitting = f"{below} or {above}" if below != above else str(above)
        remedy = f"Pass --image-size {fitting}." if isinstance(size, int) else f"Take {fitting} in place of {side}."
        raise UsageError(f"--image-size {_shown(size)}", f"for {extractor.type} it must be {need}", remedy)


def _shown(size: int | tuple[int, int]) -> str:
    return str(size) if isinstance(size, int) else f"{size[0]}x{size[1]}"

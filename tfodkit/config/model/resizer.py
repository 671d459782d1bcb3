"""How a model's images come to its input size: stretched, fitted in, or fitted in and padded.

==============  ========================================  ===========================================================
resizer         message                                   the input
==============  ========================================  ===========================================================
``fixed``       ``fixed_shape_resizer``                   width and height, whatever the image's
``keep-ratio``  ``keep_aspect_ratio_resizer``             of each image another, within a short and a long side
``pad``         the same, with ``pad_to_max_dimension``   a square of the long side
==============  ========================================  ===========================================================

Images of several sizes make no batch, and a pyramid wants sides that are multiples of its coarsest stride: so
``keep-ratio`` is for a batch of 1 and a model without a pyramid.
"""

from __future__ import annotations

from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.image_size import set_image_size
from tfodkit.config.model.input_grid import side_step
from tfodkit.config.pipeline import Message
from tfodkit.errors import UsageError

FIXED, KEEP_RATIO, PAD = "fixed", "keep-ratio", "pad"
_FIXED_FIELD, _KEEPING_FIELD = "fixed_shape_resizer", "keep_aspect_ratio_resizer"
_SHARED = ("resize_method", "convert_to_grayscale")


def set_resizer(
    pipeline: Message, name: str, size: int | tuple[int, int] | None, *, batch_size: int, where: str
) -> None:
    """Let images come to the input in another way, in place.

    Args:
        pipeline: a config whose model has another resizer, or the same.
        name: one of the table.
        size: as of ``--image-size``; None keeps the sides that the config has.
        batch_size: of training.
        where: the config, for errors.

    Raises:
        UsageError: the model, or the batch, can't take images that come so.
        ConfigError: as of :func:`~tfodkit.config.model.architecture.architecture`.
    """
    model = architecture(pipeline, where)
    if name == KEEP_RATIO:
        _check_batch_and_steps(model, batch_size)
    sides = size or _sides(model.image_resizer)
    if sides is None:
        what = "the template's resizer has no size that could stay"
        raise UsageError(f"--resizer {name}", what, "Pass --image-size too.")
    _change(model.image_resizer, name, sides)
    set_image_size(pipeline, sides, where)


def resizer_name(resizer: Message) -> str | None:
    """Which of the table an ``ImageResizer`` is; None for another one."""
    kind = resizer.WhichOneof("image_resizer_oneof")
    if kind == _KEEPING_FIELD:
        return PAD if resizer.keep_aspect_ratio_resizer.pad_to_max_dimension else KEEP_RATIO
    return FIXED if kind == _FIXED_FIELD else None


def _check_batch_and_steps(model: Message, batch_size: int) -> None:
    flag = f"--resizer {KEEP_RATIO}"
    if (step := side_step(model.feature_extractor)) > 1:
        what = f"for {model.feature_extractor.type} the sides must be multiples of {step}, whatever the image's"
        raise UsageError(flag, what, f"Pass --resizer {PAD}.")
    if batch_size > 1:
        what = f"images of several sizes make no batch of {batch_size}"
        raise UsageError(flag, what, f"Pass --resizer {PAD}, or --batch-size 1.")


def _sides(resizer: Message) -> tuple[int, int] | None:
    """Width and height, of a picture that is wider than it is high."""
    kind = resizer.WhichOneof("image_resizer_oneof")
    if kind == _FIXED_FIELD:
        return resizer.fixed_shape_resizer.width, resizer.fixed_shape_resizer.height
    if kind == _KEEPING_FIELD:
        return resizer.keep_aspect_ratio_resizer.max_dimension, resizer.keep_aspect_ratio_resizer.min_dimension
    return None


def _change(resizer: Message, name: str, sides: int | tuple[int, int]) -> None:
    """Make it another one; how pixels are mixed stays."""
    field = _FIXED_FIELD if name == FIXED else _KEEPING_FIELD
    before = resizer.WhichOneof("image_resizer_oneof")
    if before != field:
        old = getattr(resizer, before) if before else None
        shared = {
            each: getattr(old, each) for each in _SHARED if old is not None and each in old.DESCRIPTOR.fields_by_name
        }
        new = getattr(resizer, field)
        for each, value in shared.items():
            setattr(new, each, value)
        if field == _KEEPING_FIELD:
            square = (sides, sides) if isinstance(sides, int) else sides
            new.min_dimension, new.max_dimension = min(square), max(square)
    if field == _KEEPING_FIELD:
        resizer.keep_aspect_ratio_resizer.pad_to_max_dimension = name == PAD

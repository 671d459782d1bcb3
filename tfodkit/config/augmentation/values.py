"""Values of augmentation steps that end training, found by trying each in the Object Detection API's input pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tfodkit.config.pipeline import Message

PAIR = 2
PAD_COLOURS = (0, 1, 3)
"""None for the mean, one for all channels, or one for each."""
LARGEST_QUALITY = 100


def value_failure(step: Message, name: str) -> str:
    """Why the values of a step end training; blank where they do not."""
    return next(_failures(step, name), "")


def _failures(step: Message, name: str) -> Iterator[str]:
    if name in _OF_STEP:
        yield from _OF_STEP[name](step)
    fields = step.DESCRIPTOR.fields_by_name
    if "pad_color" in fields and len(step.pad_color) not in PAD_COLOURS:
        yield f"needs one or three values of pad_color, but has {len(step.pad_color)}"
    for part in (step, *getattr(step, "operations", ())):
        yield from _crop(part)
        yield from _pairs(part, may_be_absent=part is step)


def _crop(part: Message) -> Iterator[str]:
    """Of a step that crops, or of an operation, whose values are 0 where they are not written."""
    names = ("min_area", "max_area", "min_aspect_ratio", "max_aspect_ratio")
    yield from _above_0(part, *(name for name in names if name in part.DESCRIPTOR.fields_by_name))
    for name in ("min_area", "max_area"):
        if getattr(part, name, 0) > 1:
            yield f"can't have {name} above 1"
    if getattr(part, "min_object_covered", 0) < 0:
        yield "can't have min_object_covered below 0"


def _pairs(part: Message, *, may_be_absent: bool) -> Iterator[str]:
    names = [name for name in ("min_padded_size_ratio", "max_padded_size_ratio") if hasattr(part, name)]
    valid = {0, PAIR} if may_be_absent else {PAIR}
    if wrong := [name for name in names if len(getattr(part, name)) not in valid]:
        yield f"needs two values of {' and of '.join(wrong)}"


def _above_0(step: Message, *names: str) -> Iterator[str]:
    if wrong := [name for name in names if not getattr(step, name) > 0]:
        yield f"needs {' and '.join(wrong)} above 0"


def _rising(step: Message, low: str, high: str) -> Iterator[str]:
    """Of whole numbers, which are drawn from ``low`` to one below ``high``."""
    if getattr(step, low) >= getattr(step, high):
        yield f"needs {high} above {low}"


def _black_patches(step: Message) -> Iterator[str]:
    if step.max_black_patches > 0 and step.probability > 0:
        yield from _above_0(step, "size_to_image_ratio")
        if step.size_to_image_ratio > 1:
            yield "can't have size_to_image_ratio above 1"


def _colour_ordering(step: Message) -> Iterator[str]:
    if step.color_ordering not in (0, 1):
        yield f"needs color_ordering 0 or 1, but has {step.color_ordering}"


def _downscale(step: Message) -> Iterator[str]:
    yield from _above_0(step, "min_target_pixels", "max_target_pixels")
    yield from _rising(step, "min_target_pixels", "max_target_pixels")


def _gamma(step: Message) -> Iterator[str]:
    if step.gamma < 0:
        yield "can't have gamma below 0"


def _jitter(step: Message) -> Iterator[str]:
    modes = step.DESCRIPTOR.enum_types_by_name["JitterMode"].values_by_number
    if step.ratio > 1 and not modes[step.jitter_mode].name.startswith("EXPAND"):
        yield "can't have ratio above 1, which turns boxes inside out"


def _jpeg_quality(step: Message) -> Iterator[str]:
    yield from _rising(step, "min_jpeg_quality", "max_jpeg_quality")
    if step.min_jpeg_quality < 0 or step.max_jpeg_quality > LARGEST_QUALITY + 1:
        yield f"needs qualities of 0 to {LARGEST_QUALITY}"


def _pad(step: Message) -> Iterator[str]:
    for height, width in (("min_image_height", "min_image_width"), ("max_image_height", "max_image_width")):
        if step.HasField(height) != step.HasField(width):
            yield f"needs both of {height} and {width}, or none of them"


def _patch_gaussian(step: Message) -> Iterator[str]:
    yield from _above_0(step, "min_patch_size")
    yield from _rising(step, "min_patch_size", "max_patch_size")


_OF_STEP: dict[str, Callable[[Message], Iterator[str]]] = {
    "adjust_gamma": _gamma,
    "random_black_patches": _black_patches,
    "random_crop_to_aspect_ratio": lambda step: _above_0(step, "aspect_ratio"),
    "random_distort_color": _colour_ordering,
    "random_downscale_to_target_pixels": _downscale,
    "random_image_scale": lambda step: _above_0(step, "min_scale_ratio", "max_scale_ratio"),
    "random_jitter_boxes": _jitter,
    "random_jpeg_quality": _jpeg_quality,
    "random_pad_image": _pad,
    "random_patch_gaussian": _patch_gaussian,
    "random_resize_method": lambda step: _above_0(step, "target_height", "target_width"),
    "random_scale_crop_and_pad_to_square": lambda step: _above_0(step, "output_size", "scale_min", "scale_max"),
    "random_square_crop_by_scale": lambda step: _above_0(step, "num_scales", "scale_min", "scale_max"),
    "resize_image": lambda step: _above_0(step, "new_height", "new_width"),
}

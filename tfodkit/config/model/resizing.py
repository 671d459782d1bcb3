"""What a model's ``image_resizer`` makes of a picture: its new size, and the size of what the model is given."""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.config.pipeline import Message


@dataclass(frozen=True, slots=True)
class Resized:
    """In pixels. The picture lies at the left and at the top of the canvas; what is not covered is padding."""

    width: int
    height: int
    canvas_width: int
    canvas_height: int
    is_fixed: bool
    """Every picture comes to the same canvas, so that the model is built for its size."""


def resized(resizer: Message, *, width: int, height: int) -> Resized | None:
    """A picture of ``width`` by ``height`` pixels after an ``ImageResizer``; None where it has none that can be told.

    The Object Detection API pads to the longest side, in a square.
    """
    kind = resizer.WhichOneof("image_resizer_oneof")
    if kind == "fixed_shape_resizer":
        size = (resizer.fixed_shape_resizer.width, resizer.fixed_shape_resizer.height)
        return Resized(*size, *size, is_fixed=True)
    if kind == "keep_aspect_ratio_resizer":
        return _keeping_ratio(resizer.keep_aspect_ratio_resizer, width, height)
    if kind == "conditional_shape_resizer":
        return _where_needed(resizer.conditional_shape_resizer, width, height)
    return Resized(width, height, width, height, is_fixed=False) if kind == "identity_resizer" else None


def _keeping_ratio(sides: Message, width: int, height: int) -> Resized:
    """As large as fits into the short and the long side, laid as the picture lies."""
    short, long = sides.min_dimension, sides.max_dimension
    across, down = (long, short) if height < width else (short, long)
    scale = min(across / width, down / height)
    size = (round(width * scale), round(height * scale))
    if sides.pad_to_max_dimension:
        return Resized(*size, long, long, is_fixed=True)
    return Resized(*size, *size, is_fixed=False)


def _where_needed(conditional: Message, width: int, height: int) -> Resized:
    """Down to a longest side, or up to a shortest one; else as it is. What is no whole pixel is dropped."""
    threshold = conditional.size_threshold
    is_greater = conditional.condition == conditional.GREATER
    side = min(threshold, max(width, height)) if is_greater else max(threshold, min(width, height))
    whole = (max if is_greater else min)(width, height)
    size = (width * side // whole, height * side // whole)
    return Resized(*size, *size, is_fixed=False)

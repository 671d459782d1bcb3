"""Values of an anchor generator that no anchors can be laid with."""

from __future__ import annotations

from collections.abc import Iterator

from tfodkit.config.anchors.feature_maps import feature_levels
from tfodkit.config.anchors.values import anchor_generator
from tfodkit.config.pipeline import Message

_BELOW = {
    **dict.fromkeys(("scales", "min_scale", "max_scale", "anchor_scale", "base_sizes", "aspect_ratios"), 10_000),
    **dict.fromkeys(("base_anchor_height", "base_anchor_width", "height", "width"), 10_000),
    **dict.fromkeys(("height_stride", "width_stride"), 10_000),
    "interpolated_scale_aspect_ratio": 10_000,
    "scales_per_octave": 100,
}
"""What each number has to be below; all but one have to be above 0."""
_OFF_AT_0 = "interpolated_scale_aspect_ratio"
_NEEDED = {
    "MultiscaleAnchorGenerator": ("aspect_ratios",),
    "GridAnchorGenerator": ("scales", "aspect_ratios"),
    "AnchorGrid": ("base_sizes", "aspect_ratios", "height_stride", "width_stride"),
}


def check_anchors(kind: str, model: Message) -> None:
    """Refuse what the Object Detection API refuses, or fails on, when it lays a model's anchors. Needs no NumPy.

    ``kind`` is the name of the meta-architecture, and ``model`` its message.

    Raises:
        ValueError: the generator's values don't lay an anchor on each feature map; the text names the first.
    """
    generator = anchor_generator(kind, model)
    if generator is None:
        return
    maps = len(feature_levels(kind, model.feature_extractor))
    _check_numbers(generator)
    for name, count in _counts(generator):
        if count != maps:
            raise ValueError(f"{name} must be {maps}, as the feature maps are, but got {count}")


def _check_numbers(message: Message) -> None:
    for name in _NEEDED.get(message.DESCRIPTOR.name, ()):
        if not getattr(message, name):
            raise ValueError(f"{name} must be one or more, but got none")
    for field, value in message.ListFields():
        for each in value if hasattr(value, "__len__") else [value]:
            if field.message_type:
                _check_numbers(each)
            elif field.name in _BELOW and not 0 < each < _BELOW[field.name] and not _is_off(field.name, each):
                raise ValueError(f"{field.name} must be above 0 and below {_BELOW[field.name]}, but got {each:g}")


def _is_off(name: str, number: float) -> bool:
    return name == _OFF_AT_0 and number <= 0


def _counts(generator: Message) -> Iterator[tuple[str, int]]:
    """What there has to be one of for each feature map."""
    match generator.DESCRIPTOR.name:
        case "SsdAnchorGenerator":
            yield "num_layers", generator.num_layers
            for name in ("scales", "height_stride", "width_stride", "height_offset", "width_offset"):
                if values := getattr(generator, name):
                    yield f"the number of {name}", len(values)
        case "MultiscaleAnchorGenerator":
            yield "max_level - min_level + 1", generator.max_level - generator.min_level + 1
        case "GridAnchorGenerator":
            yield "the one grid", 1
        case _:
            yield "the number of anchor_grid", len(generator.anchor_grid)

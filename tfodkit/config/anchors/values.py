"""The two numbers of an anchor generator that are worth turning: scales and aspect ratios, whichever it is.

=============================  =======================================================  ========================
generator                      scales                                                   unit
=============================  =======================================================  ========================
``ssd_anchor_generator``       ``min_scale, max_scale``; or one for each feature map    the input's shorter side
``multiscale_anchor_generator``  ``anchor_scale``                                       the feature map's stride
``grid_anchor_generator``      ``scales``                                               ``height`` and ``width``
=============================  =======================================================  ========================

Aspect ratios are widths over heights, in all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfodkit.config.pipeline import Message, six_digits

_MIN_AND_MAX = 2


@dataclass(frozen=True, slots=True)
class AnchorValues:
    """What can be asked of an anchor generator."""

    scales: tuple[float, ...]
    aspect_ratios: tuple[float, ...]

    def flags(self, *, unlike: AnchorValues | None = None) -> list[str]:
        """Of make-config: ``["--anchor-scales", "0.1,0.8", "--aspect-ratios", "1,2,0.5"]``.

        With ``unlike`` those alone that ask for something else.
        """
        flags: list[str] = []
        if unlike is None or self.scales != unlike.scales:
            flags += ["--anchor-scales", _listed(self.scales)]
        if unlike is None or self.aspect_ratios != unlike.aspect_ratios:
            flags += ["--aspect-ratios", _listed(self.aspect_ratios)]
        return flags


def anchor_generator(kind: str, model: Message) -> Message | None:
    """The message of the generator that a model's is one of; None for a model without anchors, or without a generator.

    ``kind`` is the name of the meta-architecture, and ``model`` its message.
    """
    if kind == "center_net":
        return None
    one_of = model.anchor_generator if kind == "ssd" else model.first_stage_anchor_generator
    name = one_of.WhichOneof("anchor_generator_oneof")
    return getattr(one_of, name) if name else None


def anchor_values(generator: Message) -> AnchorValues | None:
    """Those of a generator's message; None for one that is not in the table."""
    match generator.DESCRIPTOR.name:
        case "SsdAnchorGenerator":
            scales = tuple(generator.scales) or (generator.min_scale, generator.max_scale)
        case "MultiscaleAnchorGenerator":
            scales = (generator.anchor_scale,)
        case "GridAnchorGenerator":
            scales = tuple(generator.scales)
        case _:
            return None
    return AnchorValues(tuple(map(six_digits, scales)), tuple(map(six_digits, generator.aspect_ratios)))


def set_anchor_scales(generator: Message, scales: Sequence[float]) -> None:
    """Write them into a generator's message.

    Raises:
        ValueError: the generator takes another number of scales, or none; the text says which.
    """
    match generator.DESCRIPTOR.name:
        case "SsdAnchorGenerator" if len(scales) == _MIN_AND_MAX:
            generator.ClearField("scales")
            generator.min_scale, generator.max_scale = scales
        case "SsdAnchorGenerator" if len(scales) == generator.num_layers:
            generator.scales[:] = scales
        case "MultiscaleAnchorGenerator" if len(scales) == 1:
            generator.anchor_scale = scales[0]
        case "GridAnchorGenerator" if scales:
            generator.scales[:] = scales
        case _:
            raise ValueError(f"the scales must be {_wanted(generator)}, but got {_listed(scales) or 'none'}")


def set_aspect_ratios(generator: Message, aspect_ratios: Sequence[float]) -> None:
    """Write them into a generator's message.

    Raises:
        ValueError: the generator has one of its own for each anchor, or there are none.
    """
    if anchor_values(generator) is None or not aspect_ratios:
        raise ValueError("the aspect ratios must be one or more, of a generator that has them once for all")
    generator.aspect_ratios[:] = aspect_ratios


def _wanted(generator: Message) -> str:
    match generator.DESCRIPTOR.name:
        case "SsdAnchorGenerator":
            return f"the smallest and the largest, or one for each of the {generator.num_layers} feature maps"
        case "MultiscaleAnchorGenerator":
            return "one, in strides of the feature map"
        case "GridAnchorGenerator":
            return f"one or more, in shares of {generator.width} pixels"
    return "written one by one, as anchor_grid"


def _listed(values: Sequence[float]) -> str:
    return ",".join(f"{value:g}" for value in values)

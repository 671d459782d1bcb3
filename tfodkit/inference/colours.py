"""One colour a class, and the ink that can be read on it."""

from __future__ import annotations

import colorsys

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
GOLDEN_RATIO = 0.618034


def colour_of(class_id: int) -> Colour:
    """The sRGB colour of a class, the same in every picture: hues a golden ratio apart, so that neighbours differ most.

    >>> colour_of(1)
    (77, 118, 255)
    """
    hue = class_id * GOLDEN_RATIO % 1.0
    saturation = (0.95, 0.7)[class_id % 2]
    value = (1.0, 0.85)[class_id // 2 % 2]
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def ink_on(colour: Colour) -> Colour:
    """Black or white, whichever stands out more on ``colour``: at least 4.5 to 1, which WCAG 2.1 asks for text."""
    return BLACK if contrast(BLACK, colour) >= contrast(WHITE, colour) else WHITE


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two sRGB colours, 1 to 21, as WCAG 2.1 defines it.

    >>> round(contrast((0, 0, 0), (255, 255, 255)), 1)
    21.0
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB's own

"""Pictures of any of Pillow's modes as plain grey or colour."""

from __future__ import annotations

from PIL import Image

_WHITE = (255, 255, 255, 255)
_WITH_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})


def flatten(image: Image.Image) -> Image.Image:
    """The picture in ``L`` or ``RGB``; what is transparent lies on white. Of 16 bits the upper 8 are taken."""
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        is_grey = image.mode in {"1", "L", "LA", "La"}
        above = image.convert("RGBA")
        flat = Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), above)
        return flat.convert("L" if is_grey else "RGB")
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"1", "F"}:
        return image.convert("L")
    return image if image.mode in {"L", "RGB"} else image.convert("RGB")


def has_content(image: Image.Image) -> bool:
    """False for a picture of a single colour, as a decoder leaves one behind that failed at its first pixel."""
    return any(low != high for low, high in (band.getextrema() for band in image.split()))

"""Pictures turned upright, as EXIF says."""

from __future__ import annotations

from PIL import Image

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(stored: Image.Image, orientation: int) -> Image.Image:
    """The picture as it is to be seen, of the pixels as they are stored and EXIF's orientation, 1 to 8."""
    turn = _TURNS.get(orientation)
    return stored if turn is None else stored.transpose(turn)

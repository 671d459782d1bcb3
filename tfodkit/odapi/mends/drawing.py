"""What Pillow, matplotlib and NumPy have dropped and ``utils.visualization_utils`` draws with."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np


def set_font_getsize() -> None:
    """``ImageFont.getsize``: removed in Pillow 10; the class names beside boxes, that is every evaluation image."""
    from PIL import ImageFont

    for font in (ImageFont.FreeTypeFont, ImageFont.ImageFont):
        if not hasattr(font, "getsize"):
            font.getsize = _getsize  # type: ignore[union-attr]


def _getsize(font: Any, text: str) -> tuple[int, int]:
    _, _, right, bottom = font.getbbox(text)
    return int(right), int(bottom)


def set_canvas_tostring_rgb(_visualization_utils: ModuleType) -> None:
    """``FigureCanvasAgg.tostring_rgb``: removed in matplotlib 3.10; the plots among the training summaries.

    Laid when ``visualization_utils`` has loaded, which imports matplotlib itself.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    if not hasattr(FigureCanvasAgg, "tostring_rgb"):
        FigureCanvasAgg.tostring_rgb = _tostring_rgb  # type: ignore[attr-defined]


def _tostring_rgb(canvas: Any) -> bytes:
    return np.asarray(canvas.buffer_rgba())[..., :3].tobytes()


def read_binary_strings(visualization_utils: ModuleType) -> None:
    """``np.fromstring`` of bytes: refused since NumPy 2.3; the same plots. Replaced in that one module."""
    visualization_utils.np = _NumpyOfBytes(np.__name__)  # type: ignore[attr-defined]


class _NumpyOfBytes(ModuleType):
    """NumPy, but ``fromstring`` reads bytes, as it did."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def fromstring(string: bytes, dtype: Any = float) -> np.ndarray[Any, Any]:
        return np.frombuffer(string, dtype)

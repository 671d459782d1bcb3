"""Colours as people see them: how light they are, and how far apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.float64]

LUMA = np.array([0.299, 0.587, 0.114])
"""The shares of red, green and blue, as they are stored, in luma (ITU-R BT.601)."""
_XYZ_OF_RGB = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
"""CIE XYZ of linear sRGB (IEC 61966-2-1); the rows add up to the white of daylight, D65."""
_WHITE = _XYZ_OF_RGB.sum(axis=1)
_DARK = 6 / 29
"""The cube root where L*, a* and b* go over into a straight line (CIE 15:2004)."""


def _linear_levels() -> Colours:
    stored = np.arange(256) / 255
    return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - IEC 61966-2-1


LINEAR_OF_LEVEL = _linear_levels()
"""The light, 0 to 1, that each level 0 to 255 of an sRGB channel stands for: float64 ``[256]``."""


def lab_of_linear_rgb(colours: Colours) -> Colours:
    """CIE L*a*b* of linear sRGB, ``[..., 3]`` in 0 to 1: L* is 0 to 100; white is (100, 0, 0).

    Source: CIE 15:2004, section 8.2.1.

    >>> lab_of_linear_rgb(np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])).round(6).tolist()
    [[100.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    ratios = colours @ _XYZ_OF_RGB.T / _WHITE
    roots = np.where(ratios > _DARK**3, np.cbrt(ratios), ratios / (3 * _DARK**2) + 4 / 29)
    x, y, z = np.moveaxis(roots, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def colour_difference(lab: Colours, other_lab: Colours) -> NDArray[np.float64]:
    """Delta E of 1976, ``[...]``, of colours in L*a*b*, ``[..., 3]``: about 2 is just seen, black and white are 100.

    Source: CIE 15:2004, section 8.2.1, the Euclidean distance.
    """
    distance: NDArray[np.float64] = np.linalg.norm(lab - other_lab, axis=-1)
    return distance

"""Seeded textures: smooth noise, wood grain, scattered marks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Plane = NDArray[np.floating[Any]]
"""One value a pixel, ``(height, width)``, float32."""

Shape = tuple[int, int]
"""``(height, width)`` in pixels."""


def pixel_grid(shape: Shape) -> tuple[Plane, Plane]:
    """``x`` as a row and ``y`` as a column, in pixels from the left upper corner, to be broadcast."""
    return np.arange(shape[1], dtype=np.float32)[None, :], np.arange(shape[0], dtype=np.float32)[:, None]


def smooth_noise(rng: Generator, shape: Shape, cell: float | tuple[float, float]) -> Plane:
    """Noise about 0, mostly within -1 to 1, whose spots are ``cell`` pixels wide: one figure or ``(down, across)``."""
    down, across = cell if isinstance(cell, tuple) else (cell, cell)
    grid = (max(2, round(shape[0] / down) + 1), max(2, round(shape[1] / across) + 1))
    values = rng.uniform(-1.0, 1.0, grid).astype(np.float32)
    return np.asarray(Image.fromarray(values).resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


def cloudy_noise(rng: Generator, shape: Shape, cell: float) -> Plane:
    """Three layers of smooth noise, each half as wide and half as strong as the one before; within about -1 to 1."""
    layers = [smooth_noise(rng, shape, max(1.0, cell / 2**layer)) / 2**layer for layer in range(3)]
    clouds: Plane = (layers[0] + layers[1] + layers[2]) / 1.75
    return clouds


def fine_grain(rng: Generator, shape: Shape) -> Plane:
    """Independent normal noise, one value a pixel, of standard deviation 1."""
    return rng.standard_normal(shape, dtype=np.float32)


def wood_grain(rng: Generator, along: Plane, across: Plane) -> Plane:
    """Wavy lines that run ``along`` the board; both coordinates in pixels. Values within about -1 to 1."""
    bend = smooth_noise(rng, along.shape, (70.0, 130.0)) * 9.0
    lines = rng.uniform(-1.0, 1.0, 1024).astype(np.float32)
    fine = _lookup(lines, across + bend, 2.5)
    broad = _lookup(lines[::-1], across + bend * 2.0, 17.0)
    return fine * 0.55 + broad * 0.45


def scatter_strokes(rng: Generator, shape: Shape, ends: NDArray[np.float64], width: float) -> Plane:
    """Coverage, 0 to 1, of short round-ended strokes: ``ends`` has rows ``x0, y0, x1, y1`` in pixels."""
    fine = 3
    canvas = Image.new("L", (shape[1] * fine, shape[0] * fine))
    pen = ImageDraw.Draw(canvas)
    widths = width * fine * rng.uniform(0.8, 1.25, len(ends))
    for (x0, y0, x1, y1), thick in zip(ends * fine, widths, strict=True):
        pen.line((x0, y0, x1, y1), fill=255, width=max(1, round(thick)))
        for x, y in ((x0, y0), (x1, y1)):
            pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=255)
    return np.asarray(canvas.reduce(fine), dtype=np.float32) / 255.0


def _lookup(lines: Plane, position: Plane, spacing: float) -> Plane:
    place = position / spacing
    low = np.floor(place)
    share = place - low
    index = low.astype(np.int32) % (len(lines) - 1)
    between: Plane = lines[index] * (1 - share) + lines[index + 1] * share
    return between

"""One item cut out of its picture: where its pixels are, how light falls on them, what they cover.

Items are painted as a height over the tray and a colour, both functions of local coordinates, and then lit. Signed
distances (negative inside) give edges that are smooth without supersampling.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tfodkit.example.texture import Plane, Shape

Colours = NDArray[np.floating[Any]]
"""Red, green and blue, 0 to 1, ``(3, height, width)``; or one colour, ``(3, 1, 1)``. float32."""

MARGIN = 1.3
"""Half the side of a frame, in item radii: handles, straws and lettuce reach past the radius."""

COVERED = 0.5
"""A pixel belongs to an item that covers at least this share of it."""


@dataclass(frozen=True, slots=True)
class Light:
    """Where the light of a picture comes from: a unit vector to the lamp, x to the right, y down, z to the camera."""

    x: float
    y: float
    z: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The pixels of one item: ``u`` and ``v`` are turned with it, in units of its radius, 0 in the middle."""

    u: Plane
    v: Plane
    radius: float
    light: Light

    @classmethod
    def turned(cls, radius: float, angle: float, light: Light) -> Frame:
        """A square frame around an item of ``radius`` pixels, turned by ``angle`` radians."""
        half = math.ceil(radius * MARGIN)
        steps = (np.arange(2 * half + 1, dtype=np.float32) - half) / radius
        x, y = np.meshgrid(steps, steps)
        cosine, sine = math.cos(angle), math.sin(angle)
        return cls(cosine * x + sine * y, cosine * y - sine * x, radius, light)

    @property
    def shape(self) -> Shape:
        return (self.u.shape[0], self.u.shape[1])

    def coverage(self, distance: Plane) -> Plane:
        """How much of each pixel lies inside, 0 to 1, from a signed ``distance`` in radii."""
        share: Plane = np.clip(0.5 - distance * self.radius, 0, 1)
        return share

    def lit(self, colour: Colours, height: Plane, *, gloss: float = 0.15, ambient: float = 0.5) -> Colours:
        """``colour`` under the light, for a surface of ``height`` radii over the tray."""
        down, across = np.gradient(height * self.radius)
        length = np.sqrt(down * down + across * across + 1)
        lamp = self.light
        facing = np.maximum((lamp.z - across * lamp.x - down * lamp.y) / length, 0)
        half = math.sqrt(lamp.x**2 + lamp.y**2 + (lamp.z + 1) ** 2)
        mirror = np.maximum((lamp.z + 1 - across * lamp.x - down * lamp.y) / (length * half), 0)
        shine = gloss * mirror**28
        result: Colours = colour * (ambient + (1 - ambient) / lamp.z * facing) + shine
        return result


@dataclass(frozen=True, slots=True)
class Sprite:
    """A painted item: ``colour`` ``(3, height, width)`` 0 to 1, and ``alpha``, the share of each pixel it covers."""

    colour: Colours
    alpha: Plane
    thickness: float
    """How far it stands over the tray, in pixels: the length of its shadow."""

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The pixels that belong to the item."""
        return self.alpha >= COVERED


def rgb(red: float, green: float, blue: float) -> Colours:
    """One colour from three bytes, 0 to 255."""
    return np.array([[[red]], [[green]], [[blue]]], dtype=np.float32) / 255.0


def blend(under: Colours, over: Colours, share: Plane) -> Colours:
    """``over`` laid on ``under`` where ``share`` is 1, and in proportion between."""
    return under + (over - under) * share


def varied(rng: Generator, colour: Colours, spread: float = 0.06) -> Colours:
    """``colour`` made a little lighter or darker, and each channel a little more or less."""
    factor = rng.uniform(1 - spread, 1 + spread) * rng.uniform(1 - spread / 3, 1 + spread / 3, (3, 1, 1))
    return np.clip(colour * factor.astype(np.float32), 0, 1).astype(np.float32)


def rounded_box(u: Plane, v: Plane, half: tuple[float, float], corner: float) -> Plane:
    """Signed distance to a rectangle of half sides ``half`` with corners rounded by ``corner``."""
    across = np.abs(u) - (half[0] - corner)
    down = np.abs(v) - (half[1] - corner)
    inside = np.minimum(np.maximum(across, down), 0)
    across, down = np.maximum(across, 0), np.maximum(down, 0)
    return np.sqrt(across * across + down * down) + inside - corner


def capsule(u: Plane, v: Plane, ends: tuple[float, float, float, float], thickness: float) -> Plane:
    """Signed distance to a round-ended bar from ``ends[:2]`` to ``ends[2:]``, ``thickness`` wide."""
    u0, v0, u1, v1 = ends
    du, dv = u1 - u0, v1 - v0
    share = np.clip(((u - u0) * du + (v - v0) * dv) / (du * du + dv * dv), 0, 1)
    return np.hypot(u - u0 - share * du, v - v0 - share * dv) - (thickness / 2)

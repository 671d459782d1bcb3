"""What lies under the items: a table, a tray with a lip, sometimes a napkin and crumbs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tfodkit.example.choice import happens, pick
from tfodkit.example.sprite import Colours, Light, blend, rgb, rounded_box, varied
from tfodkit.example.texture import (
    Plane,
    Shape,
    cloudy_noise,
    fine_grain,
    pixel_grid,
    scatter_strokes,
    smooth_noise,
    wood_grain,
)

WOODS = (rgb(142, 96, 60), rgb(176, 130, 84), rgb(104, 70, 48), rgb(196, 160, 116))
STONES = (rgb(206, 204, 200), rgb(120, 124, 128), rgb(224, 218, 208))
CLOTHS = (rgb(96, 116, 134), rgb(154, 82, 78), rgb(206, 198, 182), rgb(88, 112, 92))
PLASTICS = (rgb(92, 66, 52), rgb(66, 84, 78), rgb(168, 62, 54), rgb(70, 76, 92), rgb(214, 204, 184), rgb(44, 46, 50))
METALS = (rgb(186, 190, 194), rgb(168, 168, 166))
CORNER = 0.16
"""Radius of a tray's corners, as a share of its shorter half side."""

LIP = 9.0
"""Half the width of a tray's lip, in pixels, where the picture's shorter side has 360."""


@dataclass(frozen=True, slots=True)
class Tray:
    """Where the tray lies, in pixels.

    ``u`` and ``v`` are measured from its middle and turned with it, ``half`` are its half sides, ``edge`` is the signed
    distance to its outline, ``lip`` half the width of its lip.
    """

    u: Plane
    v: Plane
    half: tuple[float, float]
    edge: Plane
    lip: float

    @property
    def inner_half(self) -> tuple[float, float]:
        """Half sides of the flat part, inside the lip."""
        return (self.half[0] - 2 * self.lip, self.half[1] - 2 * self.lip)


def place_tray(rng: Generator, shape: Shape) -> Tray:
    """A tray that nearly fills the picture, a little turned and shifted."""
    height, width = shape
    turn = rng.uniform(-0.07, 0.07)
    x, y = pixel_grid(shape)
    x = x - (width / 2 + rng.uniform(-0.012, 0.012) * width)
    y = y - (height / 2 + rng.uniform(-0.012, 0.012) * height)
    cosine, sine = math.cos(turn), math.sin(turn)
    half = (width * rng.uniform(0.44, 0.475), height * rng.uniform(0.43, 0.47))
    u, v = cosine * x + sine * y, cosine * y - sine * x
    return Tray(u, v, half, edge=rounded_box(u, v, half, min(half) * CORNER), lip=LIP * min(shape) / 360)


def paint_surroundings(rng: Generator, tray: Tray, light: Light) -> Colours:
    """The picture before anything stands on the tray."""
    table = _table(rng, tray)
    away = rounded_box(tray.u + light.x * 9, tray.v + light.y * 9, tray.half, min(tray.half) * CORNER)
    shadow = 0.5 * np.exp(-np.maximum(away, 0) / 7.0)
    surface, gloss = _tray_surface(rng, tray)
    if happens(rng, 0.3):
        surface = _with_napkin(rng, tray, surface)
    if happens(rng, 0.5):
        surface = _with_crumbs(rng, tray, surface)
    surface = _lit_tray(surface, tray, light, gloss)
    return blend(table * (1 - shadow), surface, np.clip(0.5 - tray.edge, 0, 1))


def _table(rng: Generator, tray: Tray) -> Colours:
    shape = (tray.u.shape[0], tray.u.shape[1])
    kind = rng.integers(3)
    if kind == 0:
        x, y = pixel_grid(shape)
        return _wood(rng, x + 0 * y, y + 0 * x, pick(rng, WOODS))
    if kind == 1:
        mottle = cloudy_noise(rng, shape, 60.0) * 0.08 + smooth_noise(rng, shape, 4.0) * 0.05
        stone: Colours = varied(rng, pick(rng, STONES)) * (1 + mottle)
        return stone
    weave = smooth_noise(rng, shape, (2.0, 14.0)) + smooth_noise(rng, shape, (14.0, 2.0))
    return varied(rng, pick(rng, CLOTHS)) * (1 + weave * 0.07)


def _wood(rng: Generator, along: Plane, across: Plane, colour: Colours) -> Colours:
    grain = wood_grain(rng, along, across)
    plank = rng.uniform(70, 110)
    place = (across / plank) % 1
    seam = np.exp(-((np.minimum(place, 1 - place) * (plank / 1.6)) ** 2)) * 0.3
    boards: Colours = varied(rng, colour, 0.1) * (1 + grain * 0.16 - seam)
    return boards


def _tray_surface(rng: Generator, tray: Tray) -> tuple[Colours, float]:
    """Colour of the tray, and its gloss."""
    shape = (tray.u.shape[0], tray.u.shape[1])
    kind = rng.integers(3)
    if kind == 0:
        grain = wood_grain(rng, tray.u, tray.v) * 0.13
        return varied(rng, pick(rng, WOODS), 0.1) * (1 + grain), 0.08
    if kind == 1:
        grit = fine_grain(rng, shape) * 0.025 + cloudy_noise(rng, shape, 90.0) * 0.04
        return varied(rng, pick(rng, PLASTICS)) * (1 + grit), 0.25
    brushed = smooth_noise(rng, shape, (1.5, 60.0)) * 0.06
    sheen = np.cos((tray.u * rng.uniform(-1, 1) + tray.v) / 90.0) * 0.09
    return varied(rng, pick(rng, METALS)) * (1 + brushed + sheen), 0.4


def _with_napkin(rng: Generator, tray: Tray, surface: Colours) -> Colours:
    lie = rng.uniform(0, np.pi)
    u = tray.u - (rng.uniform(-0.4, 0.4) * tray.half[0])
    v = tray.v - (rng.uniform(-0.3, 0.3) * tray.half[1])
    cosine, sine = math.cos(lie), math.sin(lie)
    side = tray.half[1] * rng.uniform(0.4, 0.6)
    edge = rounded_box(cosine * u + sine * v, cosine * v - sine * u, (side, side * 0.8), 3.0)
    crease = smooth_noise(rng, (u.shape[0], u.shape[1]), 26.0) * 0.04
    paper = varied(rng, rgb(240, 236, 228), 0.04) * (1 + crease)
    shade = 0.3 * np.exp(-np.maximum(edge, 0) / 3.0)
    inside = np.maximum(edge, rounded_box(tray.u, tray.v, tray.inner_half, 20.0))
    return blend(surface * (1 - shade), paper, np.clip(0.5 - inside, 0, 1))


def _with_crumbs(rng: Generator, tray: Tray, surface: Colours) -> Colours:
    shape = (tray.u.shape[0], tray.u.shape[1])
    count = int(rng.integers(6, 22))
    middle = rng.uniform((shape[1] * 0.25, shape[0] * 0.25), (shape[1] * 0.75, shape[0] * 0.75))
    place = rng.normal(middle, shape[0] * 0.12, (count, 2))
    ends = np.concatenate([place, place + rng.normal(0, 1.2, (count, 2))], axis=1)
    crumbs = scatter_strokes(rng, shape, ends, 2.0)
    return blend(surface, rgb(206, 152, 88), crumbs)


def _lit_tray(surface: Colours, tray: Tray, light: Light, gloss: float) -> Colours:
    """The lip stands up: bright on the side of the lamp, dark on the other."""
    across = (tray.edge + tray.lip) / tray.lip
    lip = np.sqrt(np.maximum(1 - across**2, 0)) * (tray.lip * 0.6)
    down, right = np.gradient(lip)
    facing = -(right * light.x + down * light.y)
    hollow = np.clip(1 - np.abs(across + 1.5) * 2, 0, 1) * 0.16
    lit = surface * (1 + facing * 0.5 - hollow)
    shine = np.maximum(facing, 0)
    result: Colours = lit + shine * shine * shine * gloss
    return result

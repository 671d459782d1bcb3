"""Mug and tumbler, seen from above."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator

from tfodkit.example.choice import happens, pick
from tfodkit.example.sprite import Colours, Frame, Sprite, blend, capsule, rgb, rounded_box, varied
from tfodkit.example.texture import Plane, cloudy_noise

GLAZES = (
    rgb(244, 242, 236),
    rgb(236, 228, 210),
    rgb(58, 104, 152),
    rgb(176, 60, 52),
    rgb(62, 120, 96),
    rgb(70, 74, 82),
)
COFFEE, CREMA, MILK = rgb(58, 30, 16), rgb(176, 116, 62), rgb(240, 222, 194)
LIDS = (rgb(246, 246, 244), rgb(52, 48, 46), rgb(236, 234, 226), rgb(120, 74, 48))
JUICES = (rgb(238, 150, 40), rgb(126, 40, 34), rgb(116, 62, 26), rgb(142, 172, 78), rgb(226, 120, 128))
STRAWS = (rgb(214, 58, 58), rgb(64, 140, 108), rgb(60, 96, 170), rgb(240, 240, 236), rgb(40, 40, 44))

INSIDE_GLASS = 0.66
"""Radius of the room for ice in a glass."""


def paint_mug(rng: Generator, frame: Frame) -> Sprite:
    """A glazed mug of coffee: a round wall, the drink inside, and one handle."""
    glaze = varied(rng, pick(rng, GLAZES))
    u, v = frame.u + 0.2, frame.v
    from_axis = np.hypot(u, v)
    outer, wall = 0.76, rng.uniform(0.075, 0.1)
    handle = capsule(u, v, (0.7, 0.0, 1.14, 0.0), rng.uniform(0.17, 0.21))
    distance = np.minimum(from_axis - outer, handle)
    rim = np.sqrt(np.maximum(wall**2 - (from_axis - outer + wall) ** 2, 0))
    grip = np.sqrt(np.maximum(-handle, 0)) * 0.22
    colour = frame.lit(glaze, np.maximum(rim, grip), gloss=0.35, ambient=0.55)
    inside = outer - 2 * wall
    depth = np.clip((inside - from_axis) / 0.14, 0, 1)
    drink = _drink(rng, frame, from_axis / inside, u, v) * (0.62 + 0.38 * depth)
    colour = blend(colour, drink, frame.coverage(from_axis - inside))
    return Sprite(colour, frame.coverage(distance), frame.radius * 0.5)


def _drink(rng: Generator, frame: Frame, share: Plane, u: Plane, v: Plane) -> Colours:
    """Black coffee with a ring of crema, or milk coffee with a heart of foam."""
    cloud = cloudy_noise(rng, frame.shape, frame.radius * 0.4)
    if happens(rng, 0.5):
        crema = np.clip((share - 0.72) * 3 + cloud * 0.25, 0, 1)
        colour = blend(varied(rng, COFFEE), CREMA, crema * 0.85)
    else:
        colour = blend(varied(rng, CREMA), COFFEE, np.clip(share - 0.55 + cloud * 0.2, 0, 1))
        colour = blend(colour, MILK, frame.coverage(_heart(u, v)) * 0.92)
    glint = np.hypot(u + frame.light.x * -0.28, v + frame.light.y * -0.28) - 0.07
    result: Colours = colour + (np.clip(-glint * 12, 0, 1) * 0.22)
    return result


def _heart(u: Plane, v: Plane) -> Plane:
    """Signed distance to a heart of foam, roughly."""
    turn = np.arctan2(u, -v)
    radius = 0.3 * (1 + 0.28 * np.abs(np.sin(turn)) - 0.2 * np.cos(turn))
    distance: Plane = np.hypot(u, v) - radius
    return distance


def paint_tumbler(rng: Generator, frame: Frame) -> Sprite:
    """A cup without a handle: rings of a lid with a sip hole, or an iced drink; often with a straw."""
    if happens(rng, 0.55):
        colour, edge = _lidded(rng, frame)
    else:
        colour, edge = _iced(rng, frame)
    alpha = frame.coverage(edge)
    if happens(rng, 0.6):
        colour, alpha = _with_straw(rng, frame, colour, alpha)
    return Sprite(colour, alpha, frame.radius * 0.62)


def _lidded(rng: Generator, frame: Frame) -> tuple[Colours, Plane]:
    from_axis = np.hypot(frame.u, frame.v)
    height = _ring(from_axis, 0.76, 0.09) + _ring(from_axis, 0.56, 0.045) + _ring(from_axis, 0.24, 0.03)
    height += np.clip((0.62 - from_axis) * 3, 0, 1) * 0.08
    lid = varied(rng, pick(rng, LIDS))
    groove = np.exp(-(((from_axis - 0.65) / 0.035) ** 2))
    colour = frame.lit(lid * (1 - 0.45 * groove), height, gloss=0.3, ambient=0.5)
    hole = rounded_box(frame.u, frame.v - 0.42, (0.1, 0.035), 0.03)
    return blend(colour, rgb(24, 16, 12), frame.coverage(hole)), from_axis - 0.84


def _iced(rng: Generator, frame: Frame) -> tuple[Colours, Plane]:
    from_axis = np.hypot(frame.u, frame.v)
    juice = varied(rng, pick(rng, JUICES))
    cloud = cloudy_noise(rng, frame.shape, frame.radius * 0.5)
    drink = juice * (0.9 + 0.2 * cloud)
    height = _ring(from_axis, 0.78, 0.055)
    for _ in range(int(rng.integers(3, 6))):
        cube, ice = _ice_cube(rng, frame)
        drink = blend(drink, juice * 0.4 + 0.55, cube * 0.75)
        height = np.maximum(height, ice * (from_axis < INSIDE_GLASS))
    glass = rgb(222, 232, 234)
    colour = blend(glass, drink, frame.coverage(from_axis - 0.7))
    shade = np.exp(-(((from_axis - 0.7) / 0.03) ** 2)) * 0.35
    return frame.lit(colour * (1 - shade), height, gloss=0.4), from_axis - 0.84


def _ice_cube(rng: Generator, frame: Frame) -> tuple[Plane, Plane]:
    """Coverage and height of one cube somewhere in the glass."""
    turn, away, lie = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.42), rng.uniform(0, np.pi)
    u, v = frame.u - (away * math.cos(turn)), frame.v - (away * math.sin(turn))
    cosine, sine = math.cos(lie), math.sin(lie)
    edge = rounded_box(cosine * u + sine * v, cosine * v - sine * u, (0.17, 0.17), 0.05)
    return frame.coverage(edge), np.clip(-edge * 2, 0, 0.1)


def _with_straw(rng: Generator, frame: Frame, colour: Colours, alpha: Plane) -> tuple[Colours, Plane]:
    turn = rng.uniform(0, 2 * np.pi)
    reach = rng.uniform(0.85, 1.15)
    tip = (reach * math.cos(turn), reach * math.sin(turn))
    edge = capsule(frame.u, frame.v, (-0.2 * tip[0], -0.2 * tip[1], *tip), 0.13)
    straw = varied(rng, pick(rng, STRAWS))
    if happens(rng, 0.5):
        stripes = np.sin((frame.u * tip[0] + frame.v * tip[1]) * 26.0) > 0
        straw = blend(straw, rgb(246, 244, 240), stripes.astype(np.float32) * 0.85)
    straw = frame.lit(straw, np.sqrt(np.maximum(-edge, 0)) * 0.3, gloss=0.25)
    cover = frame.coverage(edge)
    return blend(colour, straw, cover), np.maximum(alpha, cover)


def _ring(from_axis: Plane, radius: float, width: float) -> Plane:
    """Height of a half-round ring."""
    height: Plane = np.sqrt(np.maximum((width**2) - (from_axis - radius) ** 2, 0))
    return height

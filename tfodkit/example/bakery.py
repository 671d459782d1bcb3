"""Bagel and croissant."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from tfodkit.example.choice import happens, pick
from tfodkit.example.sprite import Frame, Sprite, blend, rgb, varied
from tfodkit.example.texture import Plane, cloudy_noise, fine_grain, scatter_strokes, smooth_noise

CRUSTS = (rgb(196, 128, 58), rgb(178, 106, 44), rgb(208, 146, 74), rgb(150, 88, 42))
PALE_CRUST = rgb(232, 190, 122)
SESAME, POPPY = rgb(247, 228, 184), rgb(44, 38, 38)


def paint_bagel(rng: Generator, frame: Frame) -> Sprite:
    """A ring of dough with a hole, browned on top, with sesame, poppy seeds or none."""
    middle, thick = rng.uniform(0.58, 0.63), rng.uniform(0.34, 0.39)
    wobble = smooth_noise(rng, frame.shape, frame.radius * 0.8) * 0.035
    from_ring = np.hypot(frame.u, frame.v) - middle + wobble
    distance = np.abs(from_ring) - thick
    dome = np.sqrt(np.maximum(thick**2 - from_ring**2, 0))
    height = dome * 0.85 + cloudy_noise(rng, frame.shape, frame.radius * 0.3) * 0.012
    browned = np.clip(dome / thick * 1.3 - 0.25, 0, 1)
    browned *= 1 + cloudy_noise(rng, frame.shape, frame.radius * 0.35) * 0.3
    colour = blend(varied(rng, PALE_CRUST), varied(rng, pick(rng, CRUSTS)), np.clip(browned, 0, 1))
    colour = frame.lit(colour * (1 + fine_grain(rng, frame.shape) * 0.02), height, gloss=0.28)
    if happens(rng, 0.75):
        seeds = _seeds(rng, frame, middle, thick)
        colour = blend(colour, pick(rng, (SESAME, SESAME, POPPY)), seeds * 0.95)
    return Sprite(colour, frame.coverage(distance), frame.radius * 0.34)


def _seeds(rng: Generator, frame: Frame, middle: float, thick: float) -> Plane:
    """Coverage of seeds strewn over the top of the ring."""
    count = int(rng.integers(45, 110))
    from_middle = (middle + rng.normal(0, thick * 0.38, count).clip(-thick * 0.8, thick * 0.8)) * frame.radius
    turn, lie = rng.uniform(0, 2 * np.pi, count), rng.uniform(0, np.pi, count)
    centre = frame.shape[0] / 2
    x, y = centre + from_middle * np.cos(turn), centre + from_middle * np.sin(turn)
    reach = frame.radius * 0.022
    ends = np.stack(
        [x - reach * np.cos(lie), y - reach * np.sin(lie), x + reach * np.cos(lie), y + reach * np.sin(lie)], -1
    )
    return scatter_strokes(rng, frame.shape, ends, frame.radius * 0.042)


def paint_croissant(rng: Generator, frame: Frame) -> Sprite:
    """A crescent of rolled dough: thick in the middle, pointed at both ends, with ridges across."""
    spread, bend = rng.uniform(1.55, 1.95), rng.uniform(0.56, 0.64)
    u, v = frame.u, frame.v + 0.22
    turn = np.arctan2(u, v)
    place = np.clip(turn / spread, -1, 1)
    segment = place * pick(rng, (3.0, 3.5, 4.0))
    ridge = np.abs(np.sin(segment * np.pi))
    half = rng.uniform(0.4, 0.45) * np.maximum(np.cos(place * (np.pi / 2)), 0) ** 0.75
    half *= 0.9 + 0.13 * np.sqrt(ridge)
    from_arc = np.hypot(u, v) - bend
    distance = np.where(np.abs(turn) < spread, np.abs(from_arc) - half, 1.0)
    dome = np.sqrt(np.maximum(half**2 - from_arc**2, 0))
    streaks = smooth_noise(rng, frame.shape, frame.radius * 0.12)
    height = dome * (0.68 + 0.3 * ridge) + streaks * 0.012
    browned = np.clip(0.35 + ridge * 0.55 + streaks * 0.28, 0, 1)
    colour = blend(varied(rng, rgb(238, 186, 104)), varied(rng, rgb(188, 108, 40), 0.12), browned)
    colour *= 0.66 + 0.34 * np.minimum(ridge * 2.2, 1)
    return Sprite(frame.lit(colour, height, gloss=0.2), frame.coverage(distance), frame.radius * 0.36)

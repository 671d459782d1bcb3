"""Square and triangle sandwich."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator

from tfodkit.example.choice import happens, pick
from tfodkit.example.sprite import Colours, Frame, Sprite, blend, rgb, rounded_box, varied
from tfodkit.example.texture import Plane, cloudy_noise, fine_grain, smooth_noise

CRUST, CRUMB, TOASTED = rgb(158, 96, 44), rgb(240, 214, 160), rgb(196, 138, 72)
LETTUCES = (rgb(112, 166, 62), rgb(84, 140, 52), rgb(146, 186, 84))
CHEESE, HAM, TOMATO, EGG = rgb(250, 196, 62), rgb(232, 138, 132), rgb(208, 62, 44), rgb(250, 226, 120)


def paint_square_sandwich(rng: Generator, frame: Frame) -> Sprite:
    """A closed toast: square bread with a crust, lettuce and cheese looking out around it."""
    half = rng.uniform(0.66, 0.7)
    bread = rounded_box(frame.u, frame.v, (half, half * rng.uniform(0.94, 1.0)), rng.uniform(0.1, 0.2))
    bread += smooth_noise(rng, frame.shape, frame.radius * 0.6) * 0.02
    ruffle = smooth_noise(rng, frame.shape, frame.radius * 0.16)
    lettuce = bread - 0.07 + ruffle * 0.06
    lean = rng.uniform(0.1, 0.3)
    cosine, sine = math.cos(lean), math.sin(lean)
    cheese = rounded_box(
        cosine * frame.u + sine * frame.v, cosine * frame.v - sine * frame.u, (half * 0.98, half * 0.98), 0.03
    )
    leaf = varied(rng, pick(rng, LETTUCES)) * (1 + ruffle * 0.3)
    colour = frame.lit(leaf, ruffle * 0.05)
    colour = blend(colour, varied(rng, pick(rng, (CHEESE, HAM))), frame.coverage(cheese))
    under_bread = np.exp(-np.maximum(bread, 0) * 22.0) * 0.4
    colour = blend(colour * (1 - under_bread), _slice(rng, frame, bread), frame.coverage(bread))
    alpha = frame.coverage(np.minimum(np.minimum(bread, lettuce), cheese))
    return Sprite(colour, alpha, frame.radius * 0.3)


def _slice(rng: Generator, frame: Frame, edge: Plane) -> Colours:
    """The upper side of a slice of bread whose outline is where ``edge`` is 0: crust outside, toasted inside."""
    cloud = cloudy_noise(rng, frame.shape, frame.radius * 0.5)
    toast = np.clip(rng.uniform(0.25, 0.6) + cloud * 0.45, 0, 1)
    toast *= np.clip(-edge * 5.0 - 0.15, 0, 1)
    colour = blend(varied(rng, CRUMB), varied(rng, TOASTED), toast)
    if happens(rng, 0.4):
        bars = np.clip(np.sin((frame.u + frame.v) * 13.0) * 3 - 1.4, 0, 1)
        colour = blend(colour, rgb(120, 70, 34), bars * 0.6)
    crust = np.clip(1 + edge * 14.0, 0, 1)
    colour = blend(colour, varied(rng, CRUST), crust * 0.9)
    crumbs = fine_grain(rng, frame.shape) * 0.03
    height = np.sqrt(np.clip(-edge, 0, 0.12)) * 0.32 + cloud * 0.015
    return frame.lit(colour * (1 + crumbs), height, gloss=0.05)


def paint_triangle_sandwich(rng: Generator, frame: Frame) -> Sprite:
    """Half a sandwich cut corner to corner: a right triangle of bread, its layers showing along the long side."""
    cut = (frame.u + frame.v - 0.165) * math.sqrt(0.5)
    box = rounded_box(frame.u - 0.08, frame.v - 0.08, (0.76, 0.76), 0.06)
    wave = smooth_noise(rng, frame.shape, frame.radius * 0.2) * 0.02
    side = rng.uniform(0.24, 0.3)
    outline = np.maximum(box, cut - side + wave)
    bread = np.maximum(box, cut)
    depth: Plane = (cut + wave) / side
    colour = _layers(rng, frame, depth)
    colour = blend(colour, _slice(rng, frame, bread), frame.coverage(bread))
    return Sprite(colour, frame.coverage(outline), frame.radius * 0.34)


def _layers(rng: Generator, frame: Frame, depth: Plane) -> Colours:
    """The cut side: bread, fillings, bread; ``depth`` runs from 0 at the upper slice to 1 at the tray."""
    fillings = [rgb(120, 172, 66), pick(rng, (CHEESE, EGG)), pick(rng, (HAM, TOMATO))]
    rng.shuffle(fillings)
    crumb = varied(rng, rgb(250, 236, 204))
    bands = [crumb, *(varied(rng, filling) for filling in fillings), crumb * 0.92]
    starts = (0.26, 0.42, 0.57, 0.72)
    waves = smooth_noise(rng, frame.shape, frame.radius * 0.14) * 0.06
    colour: Colours = bands[0]
    for band, start in zip(bands[1:], starts, strict=True):
        colour = blend(colour, band, np.clip((depth + waves - start) * 16, 0, 1))
    shade = 0.97 - 0.2 * np.clip(depth, 0, 1)
    crumbs = fine_grain(rng, frame.shape) * 0.03
    return colour * (shade + crumbs)

"""One picture: the tray, what stands on it, the light over all, and the box of each item."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tfodkit.boxes import Box
from tfodkit.example.bakery import paint_bagel, paint_croissant
from tfodkit.example.drinks import paint_mug, paint_tumbler
from tfodkit.example.sandwiches import paint_square_sandwich, paint_triangle_sandwich
from tfodkit.example.sprite import Colours, Frame, Light, Sprite, blend
from tfodkit.example.surroundings import Tray, paint_surroundings, place_tray
from tfodkit.example.texture import Shape, fine_grain, pixel_grid

PAINTERS: dict[str, Callable[[Generator, Frame], Sprite]] = {
    "bagel": paint_bagel,
    "croissant": paint_croissant,
    "mug": paint_mug,
    "square_sandwich": paint_square_sandwich,
    "triangle_sandwich": paint_triangle_sandwich,
    "tumbler": paint_tumbler,
}
CLASSES = tuple(PAINTERS)

CHANCES = {name: 0.5 if name == "mug" else 1.0 for name in CLASSES}
"""Mugs are rare, so that the example has a class worth a sample weight."""

MOST_ITEMS = 6
RADII = (0.14, 0.205)
"""The smallest and the largest radius of an item, as shares of the picture's shorter side."""

OVERLAP = 0.06
"""How far two items may reach into each other, as a share of the sum of their radii."""

TRIES = 60


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the tray: middle and radius in pixels."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Item:
    """One item in a picture. ``box`` encloses its whole ``mask`` tightly; ``mask`` is as large as the picture."""

    class_name: str
    box: Box
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture, ``(height, width, 3)`` bytes of red, green, blue, and its items from the lowest to the topmost."""

    pixels: NDArray[np.uint8]
    items: tuple[Item, ...]


def paint_scene(rng: Generator, shape: Shape) -> Scene:
    """A tray with 1 to 6 items that overlap a little at most and lie wholly inside a picture of ``shape``."""
    light = _lamp(rng)
    tray = place_tray(rng, shape)
    picture = paint_surroundings(rng, tray, light)
    items = []
    for spot in _spots(rng, tray, shape):
        name = _draw_class(rng)
        sprite = PAINTERS[name](rng, Frame.turned(spot.radius, rng.uniform(0, 2 * math.pi), light))
        items.append(_put_down(picture, name, sprite, spot, light))
    return Scene(_developed(rng, picture), tuple(items))


def _lamp(rng: Generator) -> Light:
    turn, rise = rng.uniform(0, 2 * math.pi), rng.uniform(0.75, 1.2)
    return Light(math.cos(turn) * math.cos(rise), math.sin(turn) * math.cos(rise), math.sin(rise))


def _draw_class(rng: Generator) -> str:
    chances = np.array([CHANCES[name] for name in CLASSES])
    return CLASSES[int(rng.choice(len(CLASSES), p=chances / chances.sum()))]


def _spots(rng: Generator, tray: Tray, shape: Shape) -> list[Spot]:
    """Places for 1 to 6 items; fewer than wished where the tray is full."""
    spots: list[Spot] = []
    for _ in range(int(rng.integers(1, MOST_ITEMS + 1))):
        spot = _free_spot(rng, tray, shape, spots)
        if spot is not None:
            spots.append(spot)
    return spots


def _free_spot(rng: Generator, tray: Tray, shape: Shape, taken: list[Spot]) -> Spot | None:
    for attempt in range(TRIES):
        radius = min(shape) * rng.uniform(*RADII) * (1 - 0.3 * attempt / TRIES)
        free = (tray.inner_half[0] - radius * 1.1, tray.inner_half[1] - radius * 1.1)
        x = shape[1] / 2 + rng.uniform(-free[0], free[0])
        y = shape[0] / 2 + rng.uniform(-free[1], free[1])
        if all(_apart(x, y, radius, other) for other in taken):
            return Spot(x, y, radius)
    return None


def _apart(x: float, y: float, radius: float, other: Spot) -> bool:
    return math.hypot(x - other.x, y - other.y) > (radius + other.radius) * (1 - OVERLAP)


def _put_down(picture: Colours, name: str, sprite: Sprite, spot: Spot, light: Light) -> Item:
    """Paint shadow and item into ``picture``, in place."""
    half = sprite.alpha.shape[0] // 2
    top, left = round(spot.y) - half, round(spot.x) - half
    _cast_shadow(picture, sprite, (top, left), light)
    rows, columns = slice(top, top + 2 * half + 1), slice(left, left + 2 * half + 1)
    picture[:, rows, columns] = blend(picture[:, rows, columns], sprite.colour, sprite.alpha)
    mask = np.zeros(picture.shape[1:], dtype=np.bool_)
    mask[rows, columns] = sprite.mask
    return Item(name, _tight_box(mask), mask)


def _tight_box(mask: NDArray[np.bool_]) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Box(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def _cast_shadow(picture: Colours, sprite: Sprite, corner: tuple[int, int], light: Light) -> None:
    """Darken ``picture`` beside the item, away from the lamp; softer the taller it is."""
    spread = math.ceil(sprite.thickness * 0.6)
    away = (round(-light.x / light.z * sprite.thickness * 0.55), round(-light.y / light.z * sprite.thickness * 0.55))
    padded = Image.fromarray(np.pad((sprite.alpha * 255).astype(np.uint8), spread))
    soft = np.asarray(padded.filter(ImageFilter.GaussianBlur(spread / 2.5)), dtype=np.float32) / 255.0
    top, left = corner[0] - spread + away[1], corner[1] - spread + away[0]
    rows = slice(max(top, 0), min(top + soft.shape[0], picture.shape[1]))
    columns = slice(max(left, 0), min(left + soft.shape[1], picture.shape[2]))
    shade = soft[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    picture[:, rows, columns] *= 1 - 0.55 * shade


def _developed(rng: Generator, picture: Colours) -> NDArray[np.uint8]:
    """What the camera makes of it: white balance, exposure, light that falls off, noise."""
    height, width = picture.shape[1:]
    warmth = rng.uniform(-0.07, 0.1)
    balance = np.array([[[1 + warmth]], [[1.0]], [[1 - warmth]]], dtype=np.float32) * (rng.uniform(0.82, 1.15))
    across, down = pixel_grid((height, width))
    across, down = across * (2 / width) - 1, down * (2 / height) - 1
    slope = rng.uniform(-0.1, 0.1, 2).astype(np.float32)
    fall = 1 + slope[0] * down + slope[1] * across - rng.uniform(0.03, 0.12) * (down**2 + across**2)
    noise = fine_grain(rng, (height, width)) * rng.uniform(0.006, 0.02)
    exposed = picture * balance * fall + noise
    return np.moveaxis((np.clip(exposed, 0, 1) * 255).astype(np.uint8), 0, -1)

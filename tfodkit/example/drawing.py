"""Draws the example data set: a folder of pictures with labelImg's XML beside each."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from tfodkit import files
from tfodkit.annotations import ImageAnnotation, ObjectAnnotation, write_voc_xml
from tfodkit.example.scene import Scene, paint_scene

IMAGES = 320
SIZE = (480, 360)
SMALLEST = 120
"""The least width and height, in pixels, at which items can still be told apart."""

JPEG_QUALITY = 90


def draw_example(
    output: Path, *, images: int = IMAGES, seed: int = 0, size: tuple[int, int] = SIZE, force: bool = False
) -> tuple[ImageAnnotation, ...]:
    """Draw café trays with bagels, croissants, mugs, tumblers and sandwiches into the folder ``output``.

    ::

        output/
          tray_0000.jpg   1 to 6 items each; mugs are rarer than the other classes
          tray_0000.xml   Pascal VOC, as labelImg writes it
          …

    The same seed and size give the same pictures, and fewer ``images`` are the first of more.

    Args:
        output: the folder to make; whole when the function returns, absent when it raises.
        images: how many pictures.
        seed: of all random choices, 0 or more.
        size: ``(width, height)`` of a picture in pixels.
        force: replace ``output`` where it holds drawn trays.

    Returns:
        What stands in each picture, in the order of their names.

    Raises:
        OutputError: ``output`` exists and is not empty, and ``force`` is not set or no tray is in it.
    """
    if images < 1:
        raise ValueError(f"images must be 1 or more, but got {images}")
    if min(size) < SMALLEST:
        raise ValueError(f"size must be at least {SMALLEST} x {SMALLEST}, but got {size[0]} x {size[1]}")
    output = Path(output)
    with files.folder_atomic(output, force=force, marker=f"{_name(0)}.xml") as folder:
        draw = partial(_draw_one, folder, output, seed=seed, size=size)
        with ThreadPoolExecutor(os.cpu_count()) as threads:  # NumPy and Pillow let go of the interpreter's lock
            return tuple(threads.map(draw, range(images)))


def _draw_one(folder: Path, output: Path, index: int, *, seed: int, size: tuple[int, int]) -> ImageAnnotation:
    """Draw picture ``index`` into ``folder``, annotated as the file in ``output`` that it will be."""
    scene = paint_scene(np.random.default_rng([seed, index]), (size[1], size[0]))
    name = _name(index)
    Image.fromarray(scene.pixels).save(folder / f"{name}.jpg", quality=JPEG_QUALITY)
    annotation = _annotation(scene, output / f"{name}.jpg", size)
    write_voc_xml(annotation, folder / f"{name}.xml")
    return annotation


def _name(index: int) -> str:
    return f"tray_{index:04d}"


def _annotation(scene: Scene, image: Path, size: tuple[int, int]) -> ImageAnnotation:
    objects = tuple(ObjectAnnotation(item.class_name, item.box) for item in scene.items)
    return ImageAnnotation(image, width=size[0], height=size[1], objects=objects)

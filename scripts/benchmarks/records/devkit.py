"""Draws a Pascal VOC devkit of JPEGs that behave like photographs, to make records of; the same for the same seed.

::

    FOLDER/
      label_map.pbtxt
      VOC2012/
        JPEGImages/000000.jpg …      1024 x 768: 100 to 200 KB each
        Annotations/000000.xml …     as labelImg writes them, but <folder> is the one that the OD API's script wants
        ImageSets/Main/aeroplane_train.txt

Photographs have a spectrum that falls with the frequency, which decides how long a JPEG is and takes to decode: so has
the noise that these pictures are mixed of. Any two differ in content, not only in bytes.
"""

from __future__ import annotations

import argparse
import os
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from PIL import Image

BASES = 48
MARGIN = 1.25
"""A base's side is this many times the picture's: room to crop from."""
SPECTRUM = 1.45
"""Amplitude falls with the frequency to this power; photographs lie between 1 and 2."""
CONTRAST = 60
QUALITIES = (86, 90)
TURNS = (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.ROTATE_180)
CLASSES = ("bicycle", "bottle", "chair", "dog", "person", "sofa", "train")
RARITY = (1, 2, 4, 4, 8, 2, 1)
BATCH = 250
"""Pictures that a process draws at a time."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What decides every byte of a devkit."""

    width: int
    height: int
    seed: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pictures", type=int)
    for option, default in {"--width": 1024, "--height": 768, "--seed": 0}.items():
        parser.add_argument(option, type=int, default=default)
    options = parser.parse_args()
    draw_devkit(options.folder, options.pictures, Drawing(options.width, options.height, options.seed))


def draw_devkit(folder: Path, pictures: int, drawing: Drawing) -> None:
    """Draw into ``folder``, with a process for each core."""
    year = folder / "VOC2012"
    for name in ("JPEGImages", "Annotations", "ImageSets/Main"):
        (year / name).mkdir(parents=True)
    batches = [range(first, min(first + BATCH, pictures)) for first in range(0, pictures, BATCH)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(partial(draw_batch, year, drawing), batches):
            pass
    names = "".join(f"{number:06}\n" for number in range(pictures))
    (year / "ImageSets" / "Main" / "aeroplane_train.txt").write_text(names)
    items = (f"item {{ id: {number} name: '{name}' }}\n" for number, name in enumerate(CLASSES, start=1))
    (folder / "label_map.pbtxt").write_text("".join(items))


def draw_batch(year: Path, drawing: Drawing, numbers: range) -> None:
    for number in numbers:
        draw_picture(year, drawing, number)


def draw_picture(year: Path, drawing: Drawing, number: int) -> None:
    """Two crops mixed, and a piece of another base in the box of each object."""
    draw = random.Random(f"{drawing.seed} {number}")
    picture = Image.blend(crop(drawing, draw), crop(drawing, draw), draw.uniform(0.25, 0.75))
    objects = []
    for label in draw.choices(CLASSES, RARITY, k=draw.randint(1, 5)):
        width, height = (draw.randint(side // 10, side // 2) for side in picture.size)
        left, top = draw.randint(0, picture.width - width), draw.randint(0, picture.height - height)
        picture.paste(crop(drawing, draw).crop((0, 0, width, height)), (left, top))
        objects.append(object_xml(label, (left, top, left + width, top + height)))
    picture.save(year / "JPEGImages" / f"{number:06}.jpg", quality=draw.randint(*QUALITIES))
    xml = annotation_xml(f"{number:06}.jpg", picture.size, objects)
    (year / "Annotations" / f"{number:06}.xml").write_text(xml)


def crop(drawing: Drawing, draw: random.Random) -> Image.Image:
    base = bases(drawing)[draw.randrange(BASES)]
    left, top = draw.randint(0, base.width - drawing.width), draw.randint(0, base.height - drawing.height)
    found = base.crop((left, top, left + drawing.width, top + drawing.height))
    return found.transpose(draw.choice(TURNS))


@lru_cache(maxsize=1)
def bases(drawing: Drawing) -> list[Image.Image]:
    generator = np.random.default_rng(drawing.seed)
    size = (round(drawing.width * MARGIN), round(drawing.height * MARGIN))
    return [coloured_noise(generator, *size) for _ in range(BASES)]


def coloured_noise(generator: np.random.Generator, width: int, height: int) -> Image.Image:
    """Brightness, and two colour differences that are weaker and smoother."""
    light = noise(generator, width, height, SPECTRUM)
    warm, green = (0.35 * noise(generator, width, height, SPECTRUM + 0.3) for _ in range(2))
    channels = np.stack([light + warm, light - 0.5 * warm + green, light - green], axis=-1)
    return Image.fromarray((channels * CONTRAST + generator.uniform(90, 160)).clip(0, 255).astype(np.uint8))


def noise(generator: np.random.Generator, width: int, height: int, fall: float) -> np.ndarray:
    """``height x width``, mean 0, deviation 1; amplitude falls with the frequency to the power ``fall``."""
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    frequency[0, 0] = 1 / max(width, height)
    waves = frequency**-fall * np.exp(2j * np.pi * generator.random(frequency.shape))
    values = np.fft.irfft2(waves, (height, width))
    return np.asarray((values - values.mean()) / values.std())


def annotation_xml(name: str, size: tuple[int, int], objects: list[str]) -> str:
    return (
        f"<annotation>\n\t<folder>VOC2012</folder>\n\t<filename>{name}</filename>\n\t<path>{name}</path>\n"
        "\t<source>\n\t\t<database>Unknown</database>\n\t</source>\n"
        f"\t<size>\n\t\t<width>{size[0]}</width>\n\t\t<height>{size[1]}</height>\n\t\t<depth>3</depth>\n\t</size>\n"
        f"\t<segmented>0</segmented>\n{''.join(objects)}</annotation>\n"
    )


def object_xml(label: str, xyxy: tuple[int, int, int, int]) -> str:
    sides = zip(("xmin", "ymin", "xmax", "ymax"), xyxy, strict=True)
    box = "".join(f"\t\t\t<{side}>{value}</{side}>\n" for side, value in sides)
    return (
        f"\t<object>\n\t\t<name>{label}</name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n"
        f"\t\t<difficult>0</difficult>\n\t\t<bndbox>\n{box}\t\t</bndbox>\n\t</object>\n"
    )


if __name__ == "__main__":
    main()

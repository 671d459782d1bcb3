"""Builders of values and of small labelled folders, for the tests of the data side."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tfodkit.annotations import ImageAnnotation, ObjectAnnotation, write_voc_xml
from tfodkit.boxes import Box

WIDTH, HEIGHT = 40, 30


def make_object(label: str = "mug", *xyxy: float, **overrides: object) -> ObjectAnnotation:
    found = ObjectAnnotation(label, Box(*xyxy) if xyxy else Box(4, 6, 20, 24))
    return replace(found, **overrides)


def make_image_annotation(
    image: Path | str = "tray.jpg", labels: Sequence[str] = ("mug",), **overrides: object
) -> ImageAnnotation:
    annotation = ImageAnnotation(Path(image), WIDTH, HEIGHT, tuple(make_object(label) for label in labels))
    return replace(annotation, **overrides)


def draw_image(path: Path, size: tuple[int, int] = (WIDTH, HEIGHT), **save: object) -> Path:
    """An image whose colour comes from its name, so that no two are equal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    colour = tuple(hashlib.sha256(path.stem.encode()).digest()[:3])
    Image.new("RGB", size, colour).save(path, **save)
    return path


def label_image(path: Path, *objects: ObjectAnnotation, annotations: Path | None = None) -> ImageAnnotation:
    """An image with its XML, beside it or in the folder ``annotations``."""
    annotation = ImageAnnotation(draw_image(path), WIDTH, HEIGHT, objects)
    write_voc_xml(annotation, (annotations or path.parent) / f"{path.stem}.xml")
    return annotation


def label_folder(folder: Path, images: Mapping[str, Sequence[str]]) -> Path:
    """A folder of images, each with one box of each of its labels."""
    for name, labels in images.items():
        label_image(folder / name, *(make_object(label) for label in labels))
    return folder


def cafe_folder(folder: Path) -> Path:
    """Twelve images: mugs everywhere, few bagels, one empty pair; the rare class decides the home."""
    labels = [["mug"]] * 6 + [["mug", "bagel"]] * 4 + [[]] * 2
    return label_folder(folder, {f"tray_{number:02}.jpg": found for number, found in enumerate(labels)})


def shared_data(name: str) -> Path:
    """The folder of one of the real data sets; the test is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data" / name
    if not folder.is_dir():
        pytest.skip(f"the data set {name} is not beside the project")
    return folder

"""One case: a small data set of a sound picture and a victim, of which something has been damaged."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from fuzz import coco_json, pictures, text_tables, voc_xml

from tfodkit.dataset.policies import Policies

OBJECTS = (("mug", (4, 6, 20, 24)), ("bagel", (1, 1, 9, 9)))
INFLATED = 0.01
"""The share of XML files that are made large, which takes time."""
FOLDER = "."


@dataclass(frozen=True, slots=True)
class Case:
    """What is in the folder of a case."""

    title: str
    """What was damaged."""
    told_by: Mapping[str, frozenset[str]]
    """Picture → the files, by name, that a finding may name when the picture is not converted."""
    policies: Policies
    sound_is_safe: bool
    """True where nothing that is damaged can matter to the sound picture."""
    passed: str = FOLDER
    """What is passed as the data set: the folder, or a file in it."""


def build_case(folder: Path, seed: int, number: int) -> Case:
    """Draw case ``number`` into ``folder``, which is made."""
    draw = Random(f"{seed} {number}")
    folder.mkdir()
    kinds, weights = zip(*KINDS, strict=True)
    (kind,) = draw.choices(kinds, weights)
    return kind(folder, draw)


def draw_policies(draw: Random) -> Policies:
    if draw.random() < 0.4:
        return Policies()
    flags = {name: draw.random() < 0.5 for name in ("clip_boxes", "drop_invalid", "repair_images", "repair_sizes")}
    return Policies(**flags, exif=draw.choice(("error", "apply", "strip")))


def damaged_xml(folder: Path, draw: Random) -> Case:
    _sound_pair(folder)
    (folder / "victim.jpg").write_bytes(_jpeg("victim"))
    xml = voc_xml.sound_xml("victim.jpg", *OBJECTS)
    if draw.random() < INFLATED:
        xml = voc_xml.inflate(xml, draw)
    (folder / "victim.xml").write_bytes(voc_xml.mutate(xml, draw))
    return _pairs("XML", folder, draw)


def damaged_picture(folder: Path, draw: Random) -> Case:
    _sound_pair(folder)
    make = draw.choice((pictures.mutate_jpeg, pictures.mutate_jpeg, pictures.mutate_png, pictures.other_picture))
    (folder / "victim.jpg").write_bytes(make(draw))
    (folder / "victim.xml").write_text(voc_xml.sound_xml("victim.jpg", *OBJECTS))
    return _pairs(make.__name__, folder, draw)


def special_file(folder: Path, draw: Random) -> Case:
    """What is no plain file: a folder, links that lead nowhere, in a circle or out, a pipe that nobody writes to."""
    _sound_pair(folder)
    (folder / "victim.jpg").write_bytes(_jpeg("victim"))
    (folder / "victim.xml").write_text(voc_xml.sound_xml("victim.jpg", *OBJECTS))
    victim = folder / draw.choice(("victim.jpg", "victim.xml"))
    victim.unlink()
    kinds: dict[str, Callable[[], object]] = {
        "folder": victim.mkdir,
        "link to nowhere": lambda: victim.symlink_to("absent"),
        "link to itself": lambda: victim.symlink_to(victim.name),
        "link to zeros": lambda: victim.symlink_to("/dev/zero"),
        "link to its folder": lambda: victim.symlink_to(".", target_is_directory=True),
        "pipe": lambda: os.mkfifo(victim),
        "nothing": lambda: None,
    }
    title = draw.choice(sorted(kinds))
    kinds[title]()
    return _pairs(f"{victim.name} is a {title}", folder, draw)


def damaged_coco(folder: Path, draw: Random) -> Case:
    _two_pictures(folder)
    (folder / "boxes.json").write_bytes(coco_json.mutate(coco_json.sound_coco(), draw))
    return _case("COCO", "boxes.json", draw)


def damaged_csv(folder: Path, draw: Random) -> Case:
    _two_pictures(folder)
    (folder / "boxes.csv").write_bytes(text_tables.mutate(text_tables.CSV, draw))
    return _case("CSV", "boxes.csv", draw)


def damaged_yolo(folder: Path, draw: Random) -> Case:
    _two_pictures(folder)
    names, listed = draw.choice((("classes.txt", text_tables.CLASSES), ("data.yaml", text_tables.DATA_YAML)))
    (folder / names).write_text(listed)
    for name in ("sound.txt", "victim.txt"):
        (folder / name).write_text(text_tables.YOLO)
    if draw.random() < 0.5:
        (folder / "victim.txt").write_bytes(text_tables.mutate(text_tables.YOLO, draw))
        return _case("YOLO's text", "victim.txt", draw, sound_is_safe=True)
    if names == "data.yaml" and draw.random() < 0.6:
        (folder / names).write_text(draw.choice(text_tables.YAMLS))
    else:
        (folder / names).write_bytes(text_tables.mutate(listed, draw))
    return _case(f"YOLO's {names}", names, draw)


KINDS: tuple[tuple[Callable[[Path, Random], Case], int], ...] = (
    *((damaged_xml, 34), (damaged_picture, 36), (special_file, 4)),
    *((damaged_coco, 10), (damaged_yolo, 8), (damaged_csv, 8)),
)


def _pairs(title: str, folder: Path, draw: Random) -> Case:
    xml = folder / "victim.xml"
    told_by = {name: frozenset((f"{name}.jpg", f"{name}.xml")) for name in ("sound", "victim")}
    is_safe = not xml.is_file() or b"sound" not in xml.read_bytes().lower()
    return Case(title, {f"{name}.jpg": files for name, files in told_by.items()}, draw_policies(draw), is_safe)


def _case(title: str, damaged: str, draw: Random, *, sound_is_safe: bool = False) -> Case:
    told_by = {
        f"{name}.jpg": frozenset((f"{name}.jpg", f"{name}.txt", damaged, FOLDER)) for name in ("sound", "victim")
    }
    return Case(title, told_by, draw_policies(draw), sound_is_safe)


def _sound_pair(folder: Path) -> None:
    (folder / "sound.jpg").write_bytes(_jpeg("sound"))
    (folder / "sound.xml").write_text(voc_xml.sound_xml("sound.jpg", *OBJECTS))


def _two_pictures(folder: Path) -> None:
    for name in ("sound", "victim"):
        (folder / f"{name}.jpg").write_bytes(_jpeg(name))


@lru_cache
def _jpeg(name: str) -> bytes:
    return pictures.saved(pictures.draw_picture(Random(name)), "JPEG")

"""Builders of records folders: real files of stated sizes, whose content nothing here reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import google_crc32c
import pytest

from tfodkit.dataset.label_map import LabelMap
from tfodkit.records.manifest import BACKGROUND, LABEL_MAP, RecordFile, RecordGroup, RecordManifest
from tfodkit.records.options import RecordOptions

BYTES_PER_IMAGE = 1000


def make_record_file(**overrides: object) -> RecordFile:
    values = {
        "name": "train_mug.record",
        "split": "train",
        "group": "mug",
        "images": 10,
        "boxes": (("mug", 20),),
        "images_with": (("mug", 10),),
        "max_boxes_per_image": 2,
        "bytes": 10 * BYTES_PER_IMAGE,
        "crc32c": "0" * 8,
    }
    return RecordFile(**{**values, **overrides})  # type: ignore[arg-type]


def make_record_group(*files: RecordFile, **overrides: object) -> RecordGroup:
    """A group of one file, or of the files given."""
    return RecordGroup(files or (make_record_file(**overrides),))


def write_records(folder: Path, train: dict[str, int], val: dict[str, int], **overrides: object) -> RecordManifest:
    """A records folder with so many images of each home class, two boxes an image; ``overrides`` go to every file."""
    folder.mkdir(parents=True)
    names = tuple(sorted({*train, *val} - {BACKGROUND}))
    files = []
    for split, homes in (("train", train), ("val", val)):
        for home in (name for name in (*names, BACKGROUND) if name in homes):
            content = b"x" * (BYTES_PER_IMAGE * homes[home])
            (folder / f"{split}_{home}.record").write_bytes(content)
            has_objects = home != BACKGROUND
            values = {
                "name": f"{split}_{home}.record",
                "split": split,
                "group": home,
                "images": homes[home],
                "boxes": ((home, 2 * homes[home]),) if has_objects else (),
                "images_with": ((home, homes[home]),) if has_objects else (),
                "max_boxes_per_image": 2 if has_objects else 0,
                "bytes": len(content),
                "crc32c": f"{google_crc32c.value(content):08x}",
            }
            files.append(make_record_file(**{**values, **overrides}))
    manifest = RecordManifest("0.1.0", RecordOptions(), LabelMap(names), tuple(files))
    manifest.write(folder)
    (folder / LABEL_MAP).write_text(manifest.label_map.to_pbtxt(), encoding="utf-8")
    return manifest


@pytest.fixture
def record_file() -> Callable[..., RecordFile]:
    return make_record_file


@pytest.fixture
def record_group() -> Callable[..., RecordGroup]:
    return make_record_group


@pytest.fixture
def records_writer() -> Callable[..., RecordManifest]:
    return write_records


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """80 bagels, 20 mugs and 25 empty trays to train on; a quarter of that to validate on."""
    folder = tmp_path / "records"
    write_records(folder, {"bagel": 80, "mug": 20, BACKGROUND: 25}, {"bagel": 20, "mug": 5, BACKGROUND: 6})
    return folder

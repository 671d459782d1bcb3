"""The sheet shows what stands in the records, where it stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders import label_folder
from PIL import Image
from record_builders import HEIGHT, WIDTH, make_features, picture, write_record

from tfodkit.errors import OutputError, UsageError
from tfodkit.inference.colours import colour_of
from tfodkit.records import make_records, read_records
from tfodkit.reporting import paper as layout
from tfodkit.reporting.sheet import Sheet, draw_sheet
from tfodkit.reporting.sheet_choice import choose

BOX = (0.25, 0.2, 0.75, 0.8)


def write_sheet(folder: Path, *features, **options) -> tuple[Sheet, Image.Image]:
    write_record(folder / "a.record", features)
    sheet = draw_sheet(folder / "a.record", folder / "sheet.png", force=True, **options)
    return sheet, Image.open(sheet.path)


def test_a_thumbnail_has_the_picture_and_its_box_in_the_colour_of_its_class(tmp_path):
    sheet, image = write_sheet(tmp_path, make_features("mug", boxes=[BOX]))
    assert (sheet.images, sheet.classes, sheet.undecoded) == (1, 1, ())
    scale = layout.MOST_ENLARGED
    width, height = WIDTH * scale, HEIGHT * scale
    left = layout.MARGIN + (layout.PICTURE_WIDTH - width) / 2
    top = layout.TITLE + layout.HEADING + (layout.PICTURE_HEIGHT - height) / 2

    def at(x: float, y: float) -> tuple[int, int, int]:
        return image.getpixel((int(left + x * width), int(top + y * height)))

    colour = colour_of(1)
    assert at(0.5, 0.795) == at(0.25, 0.7) == colour  # the foot of the box, and its left
    assert at(0.5, 0.6) == pytest.approx((200, 120, 40), abs=3)
    assert at(-0.1, 0.5) == layout.MATTE
    chip = image.getpixel((layout.MARGIN + 11, layout.TITLE + 35))
    assert chip == colour
    assert image.getpixel((2, 2)) == layout.PAPER


def test_classes_stand_by_how_many_images_they_have_each_with_its_own(tmp_path):
    features = [make_features(*labels, filename=[f"{n}.jpg"]) for n, labels in enumerate(["ab", "b", "", "b", "bb"])]
    path = write_record(tmp_path / "a.record", features)
    choice = choose(read_records(path), 2)
    assert list(choice.shown) == ["b", "a", ""]
    assert [place[1] for place in choice.shown["a"]] == [1]
    assert [place[1] for place in choice.shown[""]] == [3]
    assert 1 not in [place[1] for place in choice.shown["b"]]  # shown under a already
    assert len(choice.shown["b"]) == 2
    assert (choice.images, choice.boxes, choice.images_with) == (5, {"a": 1, "b": 5}, {"b": 4, "a": 1, "": 1})


def test_the_choice_depends_on_names_and_seed_alone(tmp_path):
    features = [make_features("mug", filename=[f"{number}.jpg"]) for number in range(40)]
    write_record(tmp_path / "a.record", features)
    write_record(tmp_path / "b.record", reversed(features))

    def names(file: str, seed: int) -> list[str]:
        records = {(r.file, r.number): r.annotation.name for r in read_records(tmp_path / file)}
        return [records[place] for place in choose(read_records(tmp_path / file), 5, seed=seed).shown["mug"]]

    assert names("a.record", 3) == names("b.record", 3)
    assert len({tuple(names("a.record", seed)) for seed in range(6)}) == 6


def test_a_picture_that_can_t_be_decoded_leaves_its_place_empty(tmp_path):
    broken = make_features("mug", encoded=[picture()[:60]], filename=["broken.jpg"])
    sheet, image = write_sheet(tmp_path, broken, make_features("mug", encoded=[b"GIF89a"], filename=["b.gif"]))
    assert sorted(sheet.undecoded) == ["b.gif", "broken.jpg"]
    assert image.getpixel((layout.MARGIN + 5, layout.TITLE + layout.HEADING + 5)) == layout.MATTE


def test_a_box_of_another_size_than_the_picture_stands_at_its_share(tmp_path):
    _, small = write_sheet(tmp_path, make_features("mug", boxes=[BOX]))
    small.load()
    _, large = write_sheet(tmp_path, make_features("mug", boxes=[BOX], width=[400], height=[300]))
    assert small.tobytes() == large.tobytes()


def test_many_objects_are_not_named(tmp_path):
    _, named = write_sheet(tmp_path, make_features(*["mug"] * 10))
    named.load()
    _, nameless = write_sheet(tmp_path, make_features(*["mug"] * 11))
    label = (layout.MARGIN, layout.TITLE + layout.HEADING, layout.MARGIN + 360, layout.TITLE + layout.HEADING + 270)
    pixels = [np.asarray(image.crop(label)) for image in (named, nameless)]
    count = [int((found == colour_of(1)).all(axis=-1).sum()) for found in pixels]
    assert count[0] > 1.5 * count[1] > 0


def test_colours_are_those_of_the_manifest_s_label_map(tmp_path):
    make_records(label_folder(tmp_path / "in", {f"{n}.jpg": ["a", "b"] for n in range(5)}), tmp_path / "out")
    sheet = draw_sheet(tmp_path / "out", tmp_path / "b.png", classes=["b"])
    assert sheet.classes == 1
    with Image.open(sheet.path) as image:
        assert image.getpixel((layout.MARGIN + 11, layout.TITLE + 35)) == colour_of(2)


def test_what_can_t_be_drawn(tmp_path, monkeypatch):
    write_record(tmp_path / "a.record", [make_features("mug")])
    with pytest.raises(UsageError, match=r"-o .*sheet.gif: a sheet is a .jpg or a .png. Name it so."):
        draw_sheet(tmp_path / "a.record", tmp_path / "sheet.gif")
    with pytest.raises(UsageError, match=r"--per-class: must be 1 or more, but got 0."):
        draw_sheet(tmp_path / "a.record", tmp_path / "sheet.jpg", per_class=0)
    with pytest.raises(UsageError, match=r"--class cup: no record has an object of this class. There are: mug."):
        draw_sheet(tmp_path / "a.record", tmp_path / "sheet.jpg", classes=["cup"])
    monkeypatch.setattr(layout, "MAX_HEIGHT", 300)
    with pytest.raises(UsageError, match=r"1 classes make a sheet of 514 pixels, more than 300. Name some of them"):
        draw_sheet(tmp_path / "a.record", tmp_path / "sheet.jpg")
    assert [path.name for path in tmp_path.iterdir()] == ["a.record"]
    (tmp_path / "sheet.jpg").touch()
    with pytest.raises(OutputError, match=r"sheet.jpg: the file exists. Choose another name or pass --force."):
        draw_sheet(tmp_path / "a.record", tmp_path / "sheet.jpg")

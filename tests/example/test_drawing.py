from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tfodkit.dataset.read import read_annotations
from tfodkit.errors import OutputError
from tfodkit.example import CLASSES, draw_example
from tfodkit.resources import folder

SMALL = (160, 120)


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


def test_pictures_and_xml_lie_side_by_side(tmp_path: Path) -> None:
    annotations = draw_example(tmp_path / "images", images=3, size=SMALL)
    assert list(contents(tmp_path / "images")) == [
        "tray_0000.jpg",
        "tray_0000.xml",
        "tray_0001.jpg",
        "tray_0001.xml",
        "tray_0002.jpg",
        "tray_0002.xml",
    ]
    assert [annotation.image for annotation in annotations] == sorted((tmp_path / "images").glob("*.jpg"))
    with Image.open(annotations[0].image) as picture:
        assert picture.size == SMALL


def test_the_same_seed_gives_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        draw_example(tmp_path / name / "images", images=3, seed=seed, size=SMALL)
    assert contents(tmp_path / "a/images") == contents(tmp_path / "b/images")
    assert not set(contents(tmp_path / "a/images").values()) & set(contents(tmp_path / "c/images").values())


def test_fewer_pictures_are_the_first_of_more(tmp_path: Path) -> None:
    draw_example(tmp_path / "two" / "images", images=2, size=SMALL)
    draw_example(tmp_path / "three" / "images", images=3, size=SMALL)
    assert contents(tmp_path / "two/images").items() <= contents(tmp_path / "three/images").items()


def test_the_xml_reads_back_as_what_was_drawn(tmp_path: Path) -> None:
    annotations = draw_example(tmp_path / "images", images=4, size=SMALL)
    read = read_annotations(tmp_path / "images")
    assert read.findings == ()
    for annotation, found in zip(annotations, read.annotations, strict=True):
        assert found.image == annotation.image
        assert (found.width, found.height) == SMALL
        assert found.objects == annotation.objects


def test_the_xml_names_the_folder_that_it_ends_in(tmp_path: Path) -> None:
    draw_example(tmp_path / "images", images=1, size=SMALL)
    assert "<folder>images</folder>" in (tmp_path / "images/tray_0000.xml").read_text(encoding="utf-8")


def test_pictures_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    draw_example(tmp_path, images=1, size=SMALL)
    before = contents(tmp_path)
    with pytest.raises(OutputError, match=r"exists and is not empty\. Choose another place or pass --force\."):
        draw_example(tmp_path, images=1, seed=1, size=SMALL)
    assert contents(tmp_path) == before
    draw_example(tmp_path, images=1, seed=1, size=SMALL, force=True)
    assert contents(tmp_path) != before


def test_force_spares_a_folder_that_holds_no_tray(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError):
        draw_example(tmp_path, images=1, size=SMALL, force=True)
    assert contents(tmp_path) == {"letter.txt": b"mine"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"images": 0}, "images must be 1 or more, but got 0"),
        ({"size": (480, 100)}, "size must be at least 120 x 120, but got 480 x 100"),
    ],
)
def test_what_can_not_be_drawn_is_refused(tmp_path: Path, wrong: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw_example(tmp_path / "images", **wrong)  # type: ignore[arg-type]
    assert not (tmp_path / "images").exists()


def test_the_ready_label_map_names_the_classes() -> None:
    text = (folder("label_maps") / "example_label_map.pbtxt").read_text(encoding="utf-8")
    items = [f'item {{\n  id: {number}\n  name: "{name}"\n}}\n' for number, name in enumerate(CLASSES, start=1)]
    assert text.split("\n\n", maxsplit=1)[1] == "".join(items)

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfodkit import read_annotations
from tfodkit.annotations.detections import Detections
from tfodkit.inference.options import Output
from tfodkit.inference.picture_files import PictureFiles, file_name, own_names

CLASSES = {1: "cup/mug", 2: " žemľa "}
FOUND = Detections(
    np.array([[10.4, 5.6, 30, 20], [-5, -5, 8, 8], [50, 50, 50.2, 60], [90, 30, 140, 70]], np.float32),
    np.array([0.9, 0.8, 0.7, 0.6], np.float32),
    np.array([1, 1, 2, 2]),
)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "photos" / "tray.jpg"
    path.parent.mkdir()
    gradient = np.linspace(0, 255, 100 * 60 * 3).reshape(60, 100, 3).astype(np.uint8)
    Image.fromarray(gradient).save(path)
    return path


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def write(folder: Path, picture: Path, *outputs: Output) -> None:
    folder.mkdir()
    files = PictureFiles(folder, frozenset(outputs), CLASSES)
    assert files.write(picture, "tray.png", opened(picture), FOUND) is None


def test_nothing_is_written_that_is_not_asked_for(picture: Path, tmp_path: Path) -> None:
    write(tmp_path / "found", picture)
    assert list((tmp_path / "found").iterdir()) == []


def test_each_object_is_cut_out_into_the_folder_of_its_class(picture: Path, tmp_path: Path) -> None:
    write(tmp_path / "found", picture, Output.CROPS)
    crops = tmp_path / "found" / "crops"
    sizes = {path.relative_to(crops).as_posix(): opened(path).size for path in crops.rglob("*.png")}
    assert sizes == {"cup_mug/tray-1.png": (20, 14), "cup_mug/tray-2.png": (8, 8), "žemľa/tray-1.png": (10, 30)}
    cut = np.asarray(opened(crops / "cup_mug" / "tray-1.png"))
    assert (cut == np.asarray(opened(picture))[6:20, 10:30]).all()


def test_labelimg_opens_the_xml_beside_the_pictures(picture: Path, tmp_path: Path) -> None:
    write(tmp_path / "found", picture, Output.VOC)
    (annotation,) = read_annotations(picture.parent, tmp_path / "found" / "annotations").annotations
    assert (annotation.image.name, annotation.width, annotation.height) == ("tray.jpg", 100, 60)
    assert [(each.label, each.box.xyxy) for each in annotation.objects] == [
        ("cup/mug", (10, 6, 30, 20)),
        ("cup/mug", (0, 0, 8, 8)),
        ("žemľa", (90, 30, 100, 60)),
    ]


def test_a_name_that_xml_can_not_hold_is_a_problem_and_the_rest_is_written(tmp_path: Path) -> None:
    files = PictureFiles(tmp_path, frozenset({Output.VOC, Output.PICTURES}), CLASSES)
    problem = files.write(tmp_path / "tr\x01ay.jpg", "tray.jpg", Image.new("RGB", (100, 60)), FOUND)
    assert problem is not None
    assert "characters that XML can't hold" in problem.what
    assert (tmp_path / "tray.jpg").exists()


def test_names_differ_in_more_than_capitals_and_suffixes() -> None:
    pictures = [Path("a/x.jpg"), Path("b/X.png"), Path("b/x.webp"), Path("c/x-2.JPEG"), Path("c/y.bmp")]
    names = own_names(pictures)
    assert [names[path] for path in pictures] == ["x.jpg", "X-2.png", "x-3.png", "x-2-2.JPEG", "y.png"]


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("mug", "mug"),
        ("../mug", ".._mug"),
        ("..", "__"),
        (" ", "_"),
        ("a\nb", "a_b"),
        ("x" * 300, "x" * 80),
        ("a.", "a"),
    ],
)
def test_a_class_name_never_leads_out_of_the_folder(name: str, folder: str) -> None:
    assert file_name(name) == folder

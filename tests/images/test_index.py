"""The image of an annotation is found by name, then by stem, and never outside its folder."""

import pytest
from builders import draw_image

from tfodkit.annotations.image_folder import ImageFolder, leads_out
from tfodkit.errors import DataError


@pytest.fixture
def folder(tmp_path):
    for name in ("a.JPG", "b.jpeg", "twice.jpg", "twice.png"):
        draw_image(tmp_path / name)
    (tmp_path / "notes.txt").write_text("")
    return ImageFolder(tmp_path)


@pytest.mark.parametrize(
    ("filename", "stem", "found"),
    [
        ("a.JPG", "x", "a.JPG"),
        ("a.jpg", "x", "a.JPG"),
        ("a", "x", "a.JPG"),
        ("renamed.jpg", "b", "b.jpeg"),
        ("", "b", "b.jpeg"),
        ("twice.png", "x", "twice.png"),
        ("images/a.png", "x", "a.JPG"),
    ],
)
def test_an_image_is_found_by_name_else_by_stem(folder, filename, stem, found):
    assert folder.find(filename, stem=stem).name == found


def test_a_stem_of_two_images_is_no_answer(folder):
    with pytest.raises(LookupError, match=r"'twice' can be twice\.jpg or twice\.png"):
        folder.find("twice.bmp", stem="a")


def test_a_name_and_a_stem_of_two_images_are_no_answer(folder):
    with pytest.raises(ValueError, match=r"'a\.JPG' is another image than 'b\.jpeg', which is there too"):
        folder.find("a.JPG", stem="b")


def test_an_absent_image_is_named_with_both_tries(folder, tmp_path):
    with pytest.raises(LookupError, match=r"there is no image 'c\.jpg', nor one called 'd'"):
        folder.find("c.jpg", stem="d")


@pytest.mark.parametrize(
    "filename",
    ["../a.JPG", "x/../../a.JPG", "/etc/a.JPG", "..\\a.JPG", "C:\\a.JPG", "C:a.JPG", "\\\\host\\a.JPG", "a\0"],
)
def test_a_name_that_leads_out_is_refused(folder, filename):
    assert leads_out(filename)
    with pytest.raises(ValueError, match="leads out of the folder"):
        folder.find(filename, stem="a")


def test_two_dots_within_a_name_are_fine():
    assert not leads_out("a..b.jpg")


def test_images_are_listed_by_suffix_and_sorted(folder):
    assert [image.name for image in folder.images] == ["a.JPG", "b.jpeg", "twice.jpg", "twice.png"]


def test_a_folder_must_be_one(tmp_path):
    with pytest.raises(DataError, match="nix: the folder does not exist"):
        ImageFolder(tmp_path / "nix")
    with pytest.raises(DataError, match="this is a file, not a folder"):
        ImageFolder(draw_image(tmp_path / "a.png"))

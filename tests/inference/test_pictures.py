from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfodkit.errors import DataError
from tfodkit.inference.pictures import as_pixels, find_pictures, read_picture

ROTATED_90 = 6
ORIENTATION = 0x0112


def test_a_folder_gives_its_pictures_sorted_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "notes.txt", "c.webp"):
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg").mkdir()
    assert [path.name for path in find_pictures([tmp_path]).pictures] == ["a.png", "b.JPG", "c.webp"]


def test_a_picture_named_twice_comes_once(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert find_pictures([tmp_path / "a.png", tmp_path]).pictures == (tmp_path / "a.png",)


def test_a_pattern_finds_pictures_in_folders_below(tmp_path: Path) -> None:
    for name in ("a/x.jpg", "a/b/y.png", "a/b/notes.txt", "z.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    def found(pattern: str, **options: bool) -> list[str]:
        return [
            path.relative_to(tmp_path).as_posix() for path in find_pictures([tmp_path / pattern], **options).pictures
        ]

    assert found("**/*.jpg") == ["a/x.jpg", "z.jpg"]
    assert found("*/*") == ["a/b/y.png", "a/x.jpg"]
    assert found("?") == ["a/x.jpg"]
    assert found("?", is_recursive=True) == found("", is_recursive=True)[:2] == ["a/b/y.png", "a/x.jpg"]
    with pytest.raises(DataError, match=r"\*\.webp: there is no picture"):
        found("*.webp")


def test_a_folder_whose_name_is_a_pattern_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "[1]").mkdir()
    (tmp_path / "[1]" / "a.png").touch()
    assert find_pictures([tmp_path / "[1]"]).pictures == (tmp_path / "[1]" / "a.png",)


def test_an_empty_folder_among_others_is_a_problem_that_knows_of_folders_below(tmp_path: Path) -> None:
    (tmp_path / "above" / "below").mkdir(parents=True)
    (tmp_path / "above" / "below" / "a.png").touch()
    (tmp_path / "b.png").touch()
    found = find_pictures([tmp_path / "above", tmp_path / "b.png"])
    assert found.pictures == (tmp_path / "b.png",)
    assert list(map(str, found.problems)) == [
        f"{tmp_path / 'above'}: there is no picture. There are pictures in folders below: pass --recursive."
    ]


def test_a_missing_place_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.jpg: there is no such picture or folder"):
        find_pictures([tmp_path / "absent.jpg"])
    with pytest.raises(DataError, match=r"there is no picture.*\.jpg"):
        find_pictures([tmp_path])


def test_a_picture_is_turned_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), "white")
    image.paste("red", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED_90
    image.save(tmp_path / "phone.png", exif=exif)
    upright = read_picture(tmp_path / "phone.png")
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5)) == (255, 0, 0)
    assert upright.getpixel((10, 35)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1"])
def test_every_kind_of_picture_becomes_rgb(tmp_path: Path, mode: str) -> None:
    name = tmp_path / ("picture.tif" if mode == "CMYK" else "picture.png")
    Image.new("RGB", (5, 4), "white").convert(mode).save(name)
    pixels = as_pixels(read_picture(name))
    assert (pixels.shape, pixels.dtype, int(pixels.min())) == ((4, 5, 3), np.uint8, 255)


def test_sixteen_bits_become_eight_without_clipping(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 128 * 256, 65535]], np.uint16)).save(tmp_path / "deep.png")
    assert as_pixels(read_picture(tmp_path / "deep.png"))[0, :, 0].tolist() == [0, 128, 255]


def test_a_text_file_named_jpg_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no picture at all")
    with pytest.raises(DataError, match=r"a\.jpg: can't be read: it is no picture, or of a kind that can't be read\."):
        read_picture(tmp_path / "a.jpg")


def test_a_truncated_picture_is_named(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.jpg")
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"a\.jpg: can't be read: .*truncated"):
        read_picture(tmp_path / "a.jpg")


def test_a_picture_of_200_megapixels_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(
        DataError, match=r"a\.png: the picture is too large: it has more than 0 megapixels\. Scale it down"
    ):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize(
    "array",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)],
)
def test_other_arrays_are_refused(array: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"a picture must be uint8 \[height, width, 3\], but got"):
        as_pixels(array)

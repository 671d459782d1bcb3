"""An image goes into a record only when TensorFlow will decode it, whole and upright, at the size that was labelled."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from builders import draw_image, make_image_annotation
from PIL import ExifTags, Image

from tfodkit.errors import DataError
from tfodkit.records import encoded_image
from tfodkit.records.encoded_image import read_image, read_images


def refusal(image, **overrides):
    with pytest.raises(DataError) as caught:
        read_image(make_image_annotation(image, **overrides))
    return str(caught.value).removeprefix(f"{image.parent}/")


@pytest.mark.parametrize(("name", "expected"), [("a.jpg", "jpeg"), ("a.PNG", "png")])
def test_bytes_pass_through_unchanged(tmp_path, name, expected):
    image = draw_image(tmp_path / name)
    encoded = read_image(make_image_annotation(image))
    assert (encoded.content, encoded.format) == (image.read_bytes(), expected)
    assert encoded.sha256 == hashlib.sha256(image.read_bytes()).hexdigest()


def test_the_content_decides_the_format_not_the_name(tmp_path):
    assert read_image(make_image_annotation(draw_image(tmp_path / "a.jpg", format="PNG"))).format == "png"


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_any_jpeg_that_decodes_is_taken(tmp_path, mode, progressive):
    Image.new(mode, (40, 30)).save(tmp_path / "a.jpg", progressive=progressive)
    assert read_image(make_image_annotation(tmp_path / "a.jpg")).format == "jpeg"


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_image_is_refused(tmp_path, name, share):
    image = tmp_path / name
    Image.effect_noise((400, 300), 90).save(image)
    image.write_bytes(image.read_bytes()[: int(image.stat().st_size * share)])
    message = refusal(image, width=400, height=300)
    assert message.startswith(f"{name}: the image is damaged: ")
    assert message.endswith(". Replace the image, or remove it together with its annotation.")


def test_a_flipped_byte_in_a_png_is_found(tmp_path):
    image = draw_image(tmp_path / "a.png")
    whole = image.read_bytes()
    for place in (whole.index(b"IDAT") + 8, whole.index(b"IEND") - 5):  # pixels; the checksum behind them
        content = bytearray(whole)
        content[place] ^= 1
        image.write_bytes(content)
        assert refusal(image).startswith("a.png: the image is damaged: ")


def test_what_is_no_image_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"<html>")
    assert refusal(tmp_path / "a.jpg").startswith("a.jpg: the content is no image.")
    (tmp_path / "b.jpg").write_bytes(b"")
    assert refusal(tmp_path / "b.jpg").startswith("b.jpg: the content is no image.")


@pytest.mark.parametrize("form", ["WEBP", "GIF", "BMP", "TIFF"])
def test_other_formats_are_refused(tmp_path, form):
    message = refusal(draw_image(tmp_path / "a.jpg", format=form))
    assert message == (
        f"a.jpg: the content is {form}, but the Object Detection API trains on JPEG and PNG. Convert the image."
    )


def test_another_size_than_the_annotations_names_both(tmp_path):
    message = refusal(draw_image(tmp_path / "a.jpg"), width=30, height=40, source=Path("a.xml"))
    assert message.startswith("a.jpg (a.xml): the image has 40 x 30 pixels, but its annotation says 30 x 40.")


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_an_image_turned_by_exif_is_refused(tmp_path, name):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    image = draw_image(tmp_path / name, exif=exif)
    assert refusal(image).startswith(f"{name}: EXIF orientation 6: TensorFlow would see the picture turned")
    exif[ExifTags.Base.Orientation] = 1
    assert read_image(make_image_annotation(draw_image(tmp_path / name, exif=exif)))


@pytest.mark.parametrize("limit", [1199, 500])
def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path, monkeypatch, limit):
    image = draw_image(tmp_path / "a.png")
    monkeypatch.setattr(encoded_image, "MAX_PIXELS", limit)
    assert refusal(image).startswith(f"a.png: the image has more than {limit} pixels.")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)  # Pillow's own check warns, and raises at twice the limit
    assert refusal(image).startswith(f"a.png: the image has more than {limit} pixels.")


def test_an_absent_image_and_a_name_that_is_no_text(tmp_path):
    assert refusal(tmp_path / "a.jpg") == "a.jpg: the image can't be read: No such file or directory. Check the file."
    with pytest.raises(DataError, match=r"the file name is not UTF-8\. Rename the image\."):
        read_image(make_image_annotation(tmp_path / "a\udcff.jpg"))


def test_many_images_come_in_order_with_their_errors(tmp_path, monkeypatch):
    monkeypatch.setattr(encoded_image, "WORKERS", 3)
    annotations = [make_image_annotation(draw_image(tmp_path / f"{number:03}.png")) for number in range(40)]
    annotations[7] = replace(annotations[7], image=tmp_path / "nix.png")
    outcomes = list(read_images(iter(annotations)))
    assert isinstance(outcomes.pop(7), DataError)
    del annotations[7]
    assert [outcome.content for outcome in outcomes] == [item.image.read_bytes() for item in annotations]

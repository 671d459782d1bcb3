"""Mended images: what changes is what was asked for, and nothing else."""

import hashlib
import io
import zlib

import google_crc32c
import pytest
from image_builders import chunk, encoded, exif, photo, raw_png
from PIL import Image, ImageChops, ImageCms, ImageOps

from tfodkit.errors import DataError
from tfodkit.images.examination import examine
from tfodkit.images.facts import ImageFacts
from tfodkit.images.mends import MENDED_BY_ENCODING, ImageMend, mend_image

AGAIN = ImageMend(encode_again=True)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def facts_of(content):
    found = examine(content, decode=True)
    return ImageFacts(
        found.format,
        found.width,
        found.height,
        found.orientation,
        len(content),
        hashlib.sha256(content).digest(),
        google_crc32c.value(content),
        found.look,
        tuple(found.flaws),
    )


def mended(content, mend=AGAIN):
    encoded_image = mend_image(content, facts_of(content), mend)
    assert encoded_image.sha256 == hashlib.sha256(encoded_image.content).hexdigest()
    with Image.open(io.BytesIO(encoded_image.content)) as image:
        assert (image.format.lower(), image.size) == (
            encoded_image.format,
            (encoded_image.width, encoded_image.height),
        )
        image.load()
        return encoded_image.content, image


def is_near(one, other, limit=12):
    bands = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getextrema()
    return max(high for _, high in bands) <= limit


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_applied_turns_the_pixels_and_leaves_no_tag(form, orientation):
    content = encoded(photo(), form, exif=exif(orientation), quality=95)
    result, image = mended(content, ImageMend(exif="apply"))
    with Image.open(io.BytesIO(content)) as stored:
        assert is_near(image, ImageOps.exif_transpose(stored), 0 if form == "PNG" else 12)
    assert facts_of(result).orientation == 1
    assert (result == content) == (orientation == 1)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("order", ["little", "big"])
def test_exif_stripped_changes_the_orientation_and_not_one_other_byte(form, order):
    tags = exif(6)
    tags.endian = {"little": "<", "big": ">"}[order]
    tags[271] = "a camera"
    content = encoded(photo(), form, exif=tags, icc_profile=PROFILE)
    result, image = mended(content, ImageMend(exif="strip"))
    changed = [at for at, (old, new) in enumerate(zip(content, result, strict=True)) if old != new]
    assert (image.getexif()[274], image.getexif()[271]) == (1, "a camera")
    assert image.size == (160, 120)
    assert len(changed) == 1 if form == "JPEG" else 1 < len(changed) <= 5  # and the checksum
    assert examine(result, decode=True).flaws == []


def test_a_jpeg_keeps_its_subsampling_and_its_colours():
    for subsampling, turned in ((0, 0), (1, 0), (2, 2)):
        content = encoded(photo(), subsampling=subsampling, exif=exif(6), icc_profile=PROFILE)
        for mend, expected in ((ImageMend(exif="apply"), turned), (AGAIN, subsampling)):
            _, image = mended(content, mend)
            assert image.info["icc_profile"] == PROFILE
            assert image.layer[0][1:3] == {0: (1, 1), 1: (2, 1), 2: (2, 2)}[expected]


def test_a_long_colour_profile_is_put_together_and_a_torn_one_dropped():
    profile = PROFILE + bytes(100_000)
    content = encoded(photo(), icc_profile=profile)
    assert mended(content)[1].info["icc_profile"] == profile
    at = content.rindex(b"ICC_PROFILE\0")
    assert "icc_profile" not in mended(content[: at + 12] + b"\x07" + content[at + 13 :])[1].info


def test_a_grey_jpeg_stays_grey():
    assert mended(encoded(photo(mode="L"), exif=exif(3)), ImageMend(exif="apply"))[1].mode == "L"
    assert mended(encoded(photo(mode="L")))[1].mode == "L"


def test_cmyk_becomes_rgb():
    source = photo(mode="CMYK")
    image = mended(encoded(source, quality=95, icc_profile=PROFILE))[1]
    assert (image.mode, "icc_profile" in image.info) == ("RGB", False)
    assert is_near(image, source.convert("RGB"), 16)
    turned = mended(encoded(source, exif=exif(6)), ImageMend(exif="apply"))[1]
    assert turned.mode == "CMYK"


def test_what_is_transparent_lies_on_white():
    source = photo(mode="RGBA")
    source.putalpha(Image.linear_gradient("L").resize(source.size))
    _, image = mended(encoded(source, "PNG"))
    expected = Image.alpha_composite(Image.new("RGBA", source.size, "white"), source).convert("RGB")
    assert (image.mode, image.tobytes()) == ("RGB", expected.tobytes())


@pytest.mark.parametrize(
    ("kind", "transparent"),
    [((1, 0), b"\0\0"), ((4, 0), b"\0\7"), ((8, 0), b"\0\7"), ((8, 2), b"\0\1\0\2\0\3"), ((2, 3), b"\xff\0")],
)
def test_a_transparent_colour_becomes_white(kind, transparent):
    bits, colour = kind
    content = raw_png(*kind, size=(60, 50), extra=chunk(b"tRNS", transparent))
    opaque = mended(raw_png(*kind, size=(60, 50)))[1]
    image = mended(content)[1]
    assert image.mode == ("L" if colour == 0 else "RGB")
    if colour == 0:
        (value,) = (transparent[1] * 255 // (2**bits - 1),)
        assert value in opaque.tobytes()
        assert image.tobytes() == opaque.tobytes().replace(bytes([value]), b"\xff")
    elif colour == 3:
        second = bytes(opaque.getpalette()[3:6]) if opaque.mode == "P" else content[content.index(b"PLTE") + 7 :][:3]
        assert image.convert("RGB").tobytes() == replaced(opaque.convert("RGB").tobytes(), second)
    else:
        assert image.tobytes() == replaced(opaque.tobytes(), b"\1\2\3")


def replaced(pixels, colour):
    triples = (pixels[at : at + 3] for at in range(0, len(pixels), 3))
    return b"".join(b"\xff" * 3 if triple == colour else triple for triple in triples)


def test_a_transparent_colour_of_16_bits_is_left_as_it_is():
    transparent = chunk(b"tRNS", b"\1\2\3\4\5\6")
    assert mended(raw_png(16, 2, extra=transparent))[1].tobytes() == mended(raw_png(16, 2))[1].tobytes()


@pytest.mark.parametrize(("colour", "mode"), [(0, "L"), (2, "RGB"), (4, "L"), (6, "RGB")])
def test_of_16_bits_the_upper_8_are_kept(colour, mode):
    content = raw_png(16, colour)
    image = mended(content)[1]
    assert image.mode == mode
    assert examine(mended(content)[0], decode=True).flaws == []
    if colour in (0, 2):
        start = content.index(b"IDAT") + 4
        lines = zlib.decompress(content[start : content.index(b"IEND") - 8])
        stride = len(lines) // 11
        upper = b"".join(lines[row * stride + 1 : (row + 1) * stride : 2] for row in range(11))
        assert image.tobytes() == upper


def test_16_bits_of_a_tiff_become_8_likewise():
    values = b"".join(value.to_bytes(2, "little") for value in (0, 255, 256, 0x80FF, 0xFFFF))
    image = mended(encoded(Image.frombytes("I;16", (5, 1), values), "TIFF"))[1]
    assert image.tobytes() == bytes([0, 0, 1, 0x80, 0xFF])


@pytest.mark.parametrize(("form", "becomes"), [("WEBP", "jpeg"), ("JPEG2000", "jpeg"), ("BMP", "png"), ("TIFF", "png")])
def test_other_formats_become_jpeg_or_png_as_they_lose_or_not(form, becomes):
    content = encoded(photo(), form)
    result, image = mended(content)
    assert image.format.lower() == becomes
    with Image.open(io.BytesIO(content)) as source:
        assert is_near(image, source, 0 if becomes == "png" else 12)
    assert examine(result, decode=True).flaws == []


def test_of_several_frames_the_first_is_kept():
    for form in ("GIF", "PNG"):
        content = encoded(photo(), form, save_all=True, append_images=[photo(1)])
        result, image = mended(content)
        with Image.open(io.BytesIO(content)) as source:
            assert is_near(image, source, 0)
        assert examine(result, decode=True).flaws == []


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_was_cut_off_is_saved_as_far_as_it_goes(progressive):
    whole = encoded(photo(size=(640, 480)), quality=90, progressive=progressive)
    for content in (whole[: len(whole) // 2], whole[: len(whole) // 2] + b"\xff\xd9"):
        result, image = mended(content)
        with Image.open(io.BytesIO(whole)) as source:
            top = (0, 0, 640, 100)
            assert is_near(image.crop(top), source.crop(top), 60 if progressive else 12)
        assert examine(result, decode=True).flaws == []


@pytest.mark.parametrize("interlaced", [False, True])
def test_a_png_that_was_cut_off_or_damaged_is_saved_as_far_as_it_goes(interlaced):
    whole = raw_png(8, 2, size=(60, 50), interlaced=interlaced)
    damaged = bytearray(whole)
    damaged[len(whole) * 3 // 4] ^= 0xFF
    for content in (whole[: len(whole) * 3 // 4], bytes(damaged)):
        image = mended(content)[1]
        with Image.open(io.BytesIO(whole)) as source:
            rows = zip(pixels_of(source), pixels_of(image), strict=True)
        same = [one == other for one, other in rows]
        assert sum(same) > len(same) * (0.2 if interlaced else 0.6)
        assert all(same[:60:8])


def pixels_of(image):
    pixels = image.tobytes()
    return [pixels[at : at + 3] for at in range(0, len(pixels), 3)]


@pytest.mark.parametrize(
    "content",
    [b"", b"words", encoded(photo())[:300], encoded(photo(), "WEBP")[:200], encoded(photo(), "PNG")[:50]],
    ids=range(5),
)
def test_what_can_not_be_saved_is_an_error(content):
    with pytest.raises(DataError) as caught:
        mend_image(content, facts_of(content), AGAIN, where="a.jpg")
    assert str(caught.value).startswith("a.jpg: nothing of the image can be saved: ")
    assert str(caught.value).endswith(". Replace the image, or leave it out.")


def test_what_is_too_large_is_not_decoded():
    content = raw_png(1, 0, size=(66_000, 1))
    with pytest.raises(DataError, match=r"66000 x 1 pixels, more than 65535 pixels a side\. Shrink the image"):
        mend_image(content, facts_of(content), AGAIN)


SOURCES = {
    "cut off": encoded(photo())[:-300],
    "format": encoded(photo(), "WEBP"),
    "CMYK": encoded(photo(mode="CMYK")),
    "alpha": encoded(photo(mode="RGBA"), "PNG"),
    "16 bits": raw_png(16, 2),
    "frames": encoded(photo(), "GIF", save_all=True, append_images=[photo(1)]),
}


@pytest.mark.parametrize("name", SOURCES)
def test_encoding_again_mends_every_flaw_that_it_is_said_to_mend_and_gives_the_same_bytes(name):
    facts = facts_of(SOURCES[name])
    assert {flaw.rule for flaw in facts.flaws} <= MENDED_BY_ENCODING
    assert facts.flaws
    result, _ = mended(SOURCES[name])
    assert examine(result, decode=True).flaws == []
    assert mended(SOURCES[name])[0] == result


def test_every_rule_that_encoding_mends_is_shown():
    assert {flaw.rule for content in SOURCES.values() for flaw in facts_of(content).flaws} == MENDED_BY_ENCODING


def test_encoded_again_and_turned_in_one_go():
    content = encoded(photo(), "WEBP", exif=exif(6), quality=95)
    image = mended(content, ImageMend(exif="apply", encode_again=True))[1]
    assert is_near(image, photo().transpose(Image.Transpose.ROTATE_270), 30)
    assert mended(content, ImageMend(exif="strip", encode_again=True))[1].size == (160, 120)

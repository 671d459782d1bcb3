"""What examine_image calls free of errors, TensorFlow decodes to the stated size; what breaks a rule is named."""

import hashlib
import os
import random
import zlib

import pytest
from image_builders import PNG_KINDS, chunk, encoded, exif, photo, raw_png
from PIL import Image, ImageFile

from tfodkit.errors import DataError
from tfodkit.findings import Severity
from tfodkit.images import examination, jpeg, reading
from tfodkit.images.look import FLAT
from tfodkit.images.mends import ImageMend
from tfodkit.images.reading import examine_image, load_image

JPEG = encoded(photo())
PROGRESSIVE = encoded(photo(), progressive=True)
PNG = encoded(photo(), "PNG")


@pytest.fixture
def write(tmp_path):
    def written(content, name="a.jpg"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return written


def flaws(path, **options):
    return [(flaw.rule.code, flaw.what) for flaw in examine_image(path, **options).flaws]


def is_sound(facts):
    return not any(flaw.rule.severity is Severity.ERROR for flaw in facts.flaws)


GOOD = {
    "grey": encoded(photo(mode="L")),
    "grey, progressive": encoded(photo(mode="L"), progressive=True),
    "colour": JPEG,
    "progressive": PROGRESSIVE,
    "4:4:4": encoded(photo(), subsampling=0),
    "CMYK": encoded(photo(mode="CMYK")),
    "CMYK, progressive": encoded(photo(mode="CMYK"), progressive=True),
    "restart markers": encoded(photo(), restart_marker_blocks=3),
    "odd size": encoded(photo(size=(33, 7))),
    "one pixel": encoded(Image.new("L", (1, 1))),
    "zeros behind": JPEG + bytes(100),
    "words behind": JPEG + b"SEFT and more",
    "another JPEG behind": JPEG + encoded(photo(1)),
    "another JPEG behind a progressive one": PROGRESSIVE + encoded(photo(1)),
    "MPO": encoded(photo(), "MPO", save_all=True, append_images=[photo(1)]),
    "EXIF": encoded(photo(), exif=exif(1)),
    "EXIF with a thumbnail": JPEG[:2] + b"\xff\xe1" + (len(JPEG) + 8).to_bytes(2) + b"Exif\0\0" + JPEG + JPEG[2:],
    "stuffed end": JPEG[:-2] + b"\xff\xff\xff\xd9",
    "PNG": PNG,
    "PNG with words behind": PNG + b"and more",
    "PNG of one pixel": encoded(Image.new("L", (1, 1)), "PNG"),
    **{f"PNG {kind}": raw_png(*kind) for kind in PNG_KINDS},
    **{f"interlaced PNG {kind}": raw_png(*kind, interlaced=True) for kind in PNG_KINDS},
}

CUT_OFF = {
    **{f"{share} of a JPEG": JPEG[: int(len(JPEG) * share)] for share in (0.3, 0.6, 0.95)},
    "a JPEG without its end": JPEG[:-2],
    "a JPEG with half an end": JPEG[:-1],
    "a JPEG that ends in zeros": JPEG[:-200] + bytes(200),
    "half of a progressive JPEG": PROGRESSIVE[: len(PROGRESSIVE) // 2],
    "a progressive JPEG without its end": PROGRESSIVE[:-2],
    **{f"{share} of a PNG": PNG[: int(len(PNG) * share)] for share in (0.3, 0.6, 0.95)},
    "a PNG without its end": PNG[:-12],
    "a PNG with half an end": PNG[:-2],
}


def with_header(kind, place):
    """The JPEG with ``kind`` bytes written into its frame."""
    at = JPEG.index(b"\xff\xc0") + place
    return JPEG[:at] + kind + JPEG[at + len(kind) :]


def short_png(lines, behind=b""):
    header = raw_png(8, 0, size=(20, 20))[8 : 8 + 25]
    pixels = zlib.compress((b"\0" + bytes(range(20))) * lines) + behind
    return PNG[:8] + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("decode", [True, False])
@pytest.mark.parametrize("name", GOOD)
def test_what_is_whole_has_no_error_and_its_size(write, name, decode):
    facts = examine_image(write(GOOD[name]), decode=decode)
    with Image.open(write(GOOD[name])) as image:
        assert (facts.format, (facts.width, facts.height)) == (image.format.replace("MPO", "JPEG"), image.size)
    assert is_sound(facts)
    assert (facts.bytes, facts.sha256) == (len(GOOD[name]), hashlib.sha256(GOOD[name]).digest())
    assert (facts.look is None) == (not decode)


@pytest.mark.parametrize("decode", [True, False])
@pytest.mark.parametrize("name", CUT_OFF)
def test_what_was_cut_off_is_damaged(write, name, decode):
    ((code, what), *_) = flaws(write(CUT_OFF[name]), decode=decode)
    assert code == "TFK203"
    assert what in {"the JPEG breaks off: its end marker is missing", "the PNG breaks off before its end"}


def test_a_jpeg_that_was_cut_off_and_ended_by_somebody_is_damaged(write):
    for cut in (10, 100, len(JPEG) // 2):
        path = write(JPEG[:-cut] + jpeg.END)
        assert flaws(path) == [("TFK203", "the pixels break off before the end of the image")]
        assert flaws(path, decode=False) == []


def test_a_jpeg_without_one_pixel_is_no_image(write):
    at = JPEG.index(b"\xff\xc4") + 5
    path = write(JPEG[:at] + b"\xff" * 16 + JPEG[at + 16 :])  # no Huffman table has that many codes
    assert flaws(path) == [("TFK202", "the pixels can't be decoded")]


def test_a_stray_marker_among_the_pixels_is_damage(write):
    middle = len(JPEG) // 2
    path = write(JPEG[:middle] + b"\xff\xe5" + JPEG[middle:])
    assert flaws(path) == [("TFK203", "a stray marker FFE5 interrupts the pixels")]


def test_damage_is_found_though_others_let_pillow_pass_over_it(write, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for content in (JPEG[: len(JPEG) // 2], short_png(10)):
        assert flaws(write(content))[0][0] == "TFK203"


@pytest.mark.parametrize("place", ["pixels", "checksum", "end", "text"])
def test_a_flipped_bit_in_a_png_is_found(write, place):
    content = bytearray(raw_png(8, 2, extra=chunk(b"tEXt", b"Title\0words")))
    at = {"pixels": b"IDAT", "checksum": b"IEND", "end": b"IEND", "text": b"tEXt"}[place]
    content[content.index(at) + {"pixels": 300, "checksum": -5, "end": 5, "text": 7}[place]] ^= 1
    chunk_name = "IDAT" if place == "checksum" else at.decode()
    path = write(content, "a.png")
    assert flaws(path) == [("TFK203", f"the checksum of the PNG's chunk {chunk_name} is wrong")]
    assert flaws(path, decode=False) == ([] if chunk_name == "IDAT" else flaws(path))


def test_the_lines_of_a_png_must_be_all_there(write):
    assert flaws(write(short_png(20), "a.png")) == []
    for content in (short_png(10), short_png(10, behind=b"more bytes")):
        assert flaws(write(content, "a.png")) == [("TFK203", "the pixels break off before the end of the image")]


def test_flaws_are_sorted_by_rule(write):
    path = write(encoded(photo(), "WEBP", exif=exif(6), save_all=True, append_images=[photo(1)]), "ä.jpg")
    assert [code for code, _ in flaws(path)] == ["TFK204", "TFK205", "TFK209", "TFK214", "TFK216"]


NOTHING_LEFT = [
    (b"", "the file is empty"),
    (bytes(1000), "the file holds nothing but zeros"),
    (b"words", "the content is no image"),
    (b"\n<!DOCTYPE HTML><html>", "the content is a web page"),
    (b"version https://git-lfs.github.com/spec/v1", "the content is a pointer of Git LFS: run git lfs pull"),
    (JPEG[:100], "the JPEG breaks off before its first pixel"),
    (PNG[:30], "the PNG breaks off before its first pixel"),
    (PNG[:36], "the PNG breaks off before its end"),
    (PNG[:33] + PNG[-12:], "the PNG has no pixels"),
    (PNG[:20] + b"x" + PNG[21:], "the PNG's header is damaged"),
    (with_header(b"\0\0", 5), "the JPEG's frame is damaged: 160 x 0 pixels, 3 channels"),
    (JPEG[:2] + JPEG[JPEG.index(b"\xff\xda") :], "the JPEG has pixels but no size"),
    (JPEG[:2] + b"\xff\xe5\0\1" + JPEG[2:], "the JPEG's segment FFE5 has a length of 1"),
    (JPEG[:2] + b"\xff\xf0\0\2" + JPEG[2:], "the JPEG has an unknown segment FFF0"),
    (JPEG[: JPEG.index(b"\xff\xda")] + JPEG[JPEG.index(b"\xff\xc0") :], "the JPEG has two frames"),
    (raw_png(8, 3).replace(b"PLTE", b"pLTE"), "the PNG has colours by number, but no palette"),
    (b"RIFF\x10\0\0\0WEBPVP8 junk", "the WEBP is damaged: "),
]


@pytest.mark.parametrize(("content", "what"), NOTHING_LEFT, ids=range(len(NOTHING_LEFT)))
def test_of_what_nothing_can_be_saved_is_no_image(write, content, what):
    for decode in (True, False):
        found = [flaw for flaw in flaws(write(content), decode=decode) if flaw[0] == "TFK202"]
        assert [flaw for _, flaw in found if flaw.startswith(what)], flaws(write(content))


def test_a_jpeg_of_empty_scans_is_refused_before_it_is_decoded(write):
    scan = PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xda") : -2]
    content = PROGRESSIVE[:-2] + scan * 300 + jpeg.END
    for decode in (True, False):
        assert flaws(write(content), decode=decode) == [("TFK202", "the JPEG has more than 200 scans")]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (with_header(b"\xc3", 1), "the content is a JPEG coded in a way that trainers can't decode (SOF3)"),
        (with_header(b"\xc9", 1), "the content is a JPEG coded in a way that trainers can't decode (SOF9)"),
        (with_header(b"\x0c", 4), "the content is a JPEG of 3 channels of 12 bits, which trainers can't decode"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "the content is HEIC"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "the content is SVG"),
        (b"8BPS\0\1" + bytes(40), "the content is PSD"),
    ],
)
def test_what_nothing_here_decodes_is_named(write, content, what):
    assert ("TFK217", what) in flaws(write(content))


@pytest.mark.parametrize("form", ["WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000"])
@pytest.mark.parametrize("decode", [True, False])
def test_other_formats_are_unsupported_but_known(write, form, decode):
    path = write(encoded(photo(), form), "a.xyz")
    assert flaws(path, decode=decode) == [("TFK205", f"the content is {form}")]
    facts = examine_image(path, decode=decode)
    assert (facts.format, facts.width, facts.height) == (form, 160, 120)
    assert (facts.look is None) == (not decode)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "TIFF"])
def test_several_frames_are_told(write, form):
    content = encoded(photo(), form, save_all=True, append_images=[photo(1)])
    assert ("TFK216", f"the {form} has several frames") in flaws(write(content))


def test_an_animated_png_is_told(write):
    content = encoded(photo(), "PNG", save_all=True, append_images=[photo(1), photo(2)])
    assert flaws(write(content, "a.png")) == [("TFK216", "the PNG has 3 frames")]


@pytest.mark.parametrize("decode", [True, False])
def test_what_few_programs_show_alike_is_told(write, decode):
    told = {
        "CMYK": ("TFK206", "the JPEG is CMYK"),
        "PNG (8, 4)": ("TFK207", "the PNG has transparency"),
        "PNG (8, 6)": ("TFK207", "the PNG has transparency"),
        "PNG (16, 0)": ("TFK208", "the PNG has 16 bits a channel"),
    }
    for name, flaw in told.items():
        assert flaws(write(GOOD[name], "a.jpg" if name == "CMYK" else "a.png"), decode=decode) == [flaw]
    path = write(raw_png(8, 0, extra=chunk(b"tRNS", b"\0\7")), "a.png")
    assert flaws(path, decode=decode) == [("TFK207", "the PNG has transparency")]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [2, 6, 8])
def test_an_orientation_is_read_whoever_wrote_it(write, form, orientation):
    facts = examine_image(write(encoded(photo(), form, exif=exif(orientation))))
    what = f"EXIF orientation {orientation}: the picture is shown turned, but trained on as it is stored"
    assert ("TFK209", what) in [(flaw.rule.code, flaw.what) for flaw in facts.flaws]
    assert (facts.orientation, facts.width, facts.height) == (orientation, 160, 120)
    assert facts.upright_size == ((120, 160) if orientation > 4 else (160, 120))


def test_a_tiff_is_turned_by_pillow(write):
    facts = examine_image(write(encoded(photo(), "TIFF", exif=exif(6))))
    assert (facts.orientation, facts.width, facts.height) == (1, 120, 160)


def test_an_orientation_that_means_nothing_is_upright(write):
    whole = encoded(photo(), exif=exif(6))
    at = whole.index(b"\x12\x01\x03\x00") if b"\x12\x01\x03\x00" in whole else whole.index(b"\x01\x12\x00\x03")
    for value in (b"\0\0\0\0", b"\x63\x63\0\0"):
        content = whole[: at + 8] + value + whole[at + 12 :]
        assert (flaws(write(content)), examine_image(write(content)).orientation) == ([], 1)


def test_the_look_is_of_the_picture_as_it_is_seen(write):
    upright = examine_image(write(JPEG)).look
    turned = encoded(photo().transpose(Image.Transpose.ROTATE_90), exif=exif(6), quality=95)
    assert (examine_image(write(turned)).look ^ upright).bit_count() <= 2


@pytest.mark.parametrize(("limit", "what"), [("MAX_PIXELS", "19199 pixels"), ("MAX_SIDE", "159 pixels a side")])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_too_many_pixels_are_not_decoded(write, monkeypatch, form, limit, what):
    monkeypatch.setattr(examination, limit, int(what.split()[0]))
    for module in ("jpeg", "png", "foreign"):
        monkeypatch.setattr(getattr(examination, module), "decode", None)
    found = flaws(write(encoded(photo(), form)))
    assert ("TFK210", f"the image has 160 x 120 pixels, more than {what}") in found


def test_names_are_judged(write, tmp_path):
    assert flaws(write(JPEG, "a.PNG")) == [("TFK204", "the name ends in .PNG, but the content is JPEG")]
    assert flaws(write(JPEG, "a.jfif")) == []
    assert flaws(write(JPEG, "käse.jpg")) == [("TFK214", "the file name is beyond ASCII")]
    assert flaws(write(JPEG, "a" * 200 + ".jpg")) == [("TFK215", "the file name has 204 bytes, more than 200")]
    found = flaws(write(JPEG, "ä" * 120 + ".jpg"))
    assert found[1] == ("TFK215", "the file name has 244 bytes, more than 200")
    assert flaws(write(JPEG, os.fsdecode(b"a\xff.jpg"))) == [("TFK213", "the file name is no UTF-8")]


def test_what_can_not_be_read_says_why(tmp_path, monkeypatch, write):
    assert flaws(tmp_path / "a.jpg") == [("TFK201", "the image can't be read: No such file or directory")]
    assert flaws(tmp_path) == [("TFK201", "the image can't be read: it is no file")]
    os.mkfifo(tmp_path / "pipe.jpg")
    assert flaws(tmp_path / "pipe.jpg") == [("TFK201", "the image can't be read: it is no file")]
    assert flaws(tmp_path / "a\0.jpg")[0][0] == "TFK201"
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert flaws(write(bytes(11), "b.jpg")) == [("TFK201", "the image can't be read: it has 11 bytes, more than 10")]
    facts = examine_image(tmp_path / "a.jpg")
    assert (facts.format, facts.width, facts.height, facts.sha256, facts.look) == ("", 0, 0, b"", None)


def test_a_picture_without_structure_looks_like_none(write):
    assert examine_image(write(encoded(Image.new("RGB", (160, 120), "red")))).look == FLAT


@pytest.mark.parametrize(("content", "form"), [(JPEG, "jpeg"), (PNG, "png"), (GOOD["MPO"], "jpeg")])
def test_bytes_pass_through_unchanged(write, content, form):
    path = write(content)
    image = load_image(path, examine_image(path))
    assert (image.content, image.format, image.width, image.height) == (content, form, 160, 120)
    assert image.sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_that_changed_since_it_was_examined_is_refused(write):
    path = write(JPEG)
    facts = examine_image(path)
    write(PNG)
    with pytest.raises(DataError, match=r"a\.jpg: the image changed while it was being read\. Run again"):
        load_image(path, facts)
    path.unlink()
    with pytest.raises(DataError, match=r"a\.jpg: the image can't be read: No such file or directory\. Check"):
        load_image(path, facts)


def test_what_is_no_jpeg_or_png_needs_a_mend(write):
    path = write(encoded(photo(), "WEBP"))
    with pytest.raises(DataError, match=r"a\.jpg: the content is WEBP\. Convert the image to JPEG or PNG\."):
        load_image(path, examine_image(path))
    assert load_image(path, examine_image(path), ImageMend(encode_again=True)).format == "jpeg"


def mutated(content, generator):
    found = bytearray(content)
    for _ in range(generator.choice((1, 1, 2, 5))):
        at = generator.randrange(len(found) if generator.random() < 0.5 else min(len(found), 700))
        kind = generator.randrange(3)
        if kind == 0:
            found[at] = generator.randrange(256)
        elif kind == 1:
            del found[at : at + generator.choice((1, 5, 100))]
        else:
            found[at:at] = generator.choice((jpeg.END, b"\0\0", jpeg.MAGIC, generator.randbytes(3)))
        found = found or bytearray(b"\0")
    return with_checksums(bytes(found)) if generator.random() < 0.5 else bytes(found)


def with_checksums(content):
    """A PNG whose chunks all have the right checksum, whatever else is wrong with them."""
    if not content.startswith(PNG[:8]):
        return content
    at, chunks = 8, [content[:8]]
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4])
        chunks.append(chunk(content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    return b"".join(chunks) + content[at:]


SOURCES = [
    *(GOOD[name] for name in ("grey", "progressive", "CMYK", "restart markers", "odd size", "EXIF", "PNG")),
    *(encoded(photo(size=(40, 30)), form) for form in ("GIF", "WEBP", "BMP", "TIFF", "PPM", "JPEG2000")),
    raw_png(8, 3),
    raw_png(16, 6, interlaced=True),
]


def test_a_thousand_broken_files_raise_nothing_and_their_mends_only_data_errors(write):
    generator = random.Random(0)
    for _ in range(1000):
        path = write(mutated(generator.choice(SOURCES), generator))
        facts = examine_image(path, decode=generator.random() < 0.8)
        try:
            load_image(path, facts, ImageMend(exif="apply", encode_again=True))
        except DataError:
            assert not is_sound(facts) or facts.look is None


@pytest.mark.tensorflow
def test_tensorflow_decodes_what_has_no_error_and_nothing_that_was_cut_off(write):
    import tensorflow as tf

    def decoded_size(content):
        try:
            height, width, channels = tf.io.decode_image(content, channels=3, expand_animations=False).shape
        except tf.errors.InvalidArgumentError:
            return None
        assert channels == 3
        return width, height

    for name, content in GOOD.items():
        facts = examine_image(write(content))
        assert decoded_size(content) == (facts.width, facts.height), name
    for name, content in CUT_OFF.items():
        assert decoded_size(content) is None, name
    generator = random.Random(1)
    accepted = 0
    for _ in range(1500):
        content = mutated(generator.choice(SOURCES), generator)
        facts = examine_image(write(content))
        if is_sound(facts):
            accepted += 1
            assert decoded_size(content) == (facts.width, facts.height)
    assert accepted > 100


@pytest.mark.tensorflow
@pytest.mark.parametrize("interlaced", [False, True])
def test_tensorflow_sees_the_pixels_of_a_png_that_are_decoded_here(interlaced):
    import numpy as np
    import tensorflow as tf

    from tfodkit.images import png

    for kind in PNG_KINDS:
        content = raw_png(*kind, interlaced=interlaced)
        image, wrong = png.decode(content, png.read_chunks(content, check_pixels=True))
        assert wrong == ""
        pixels = np.asarray(image.convert("RGBA").convert("RGB"))
        assert (tf.io.decode_image(content, channels=3).numpy() == pixels).all(), kind

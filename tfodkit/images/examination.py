"""What an image file's content is, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfodkit.findings import Rule
from tfodkit.images import foreign, jpeg, png
from tfodkit.images.damage import DamageError, KindError
from tfodkit.images.exif import UPRIGHT
from tfodkit.images.facts import Flaw
from tfodkit.images.flattening import flatten, has_content
from tfodkit.images.look import look_of, shrink_factor, shrunk
from tfodkit.images.rules import (
    ALPHA,
    CMYK,
    EXIF_ROTATED,
    FORMAT_NOT_DECODED,
    FORMAT_UNSUPPORTED,
    IMAGE_DAMAGED,
    NOT_AN_IMAGE,
    SEVERAL_FRAMES,
    SIXTEEN_BIT,
    TOO_MANY_PIXELS,
)
from tfodkit.images.turning import upright

MAX_PIXELS = 1 << 26
"""67 million; TensorFlow would take 800 MB to hold one as floats."""
MAX_SIDE = 65_535
"""Of a JPEG, by its format; a PNG's could be two thousand million."""


@dataclass(slots=True)
class Examination:
    """What was found out so far."""

    format: str = ""
    width: int = 0
    height: int = 0
    orientation: int = UPRIGHT
    look: int | None = None
    flaws: list[Flaw] = field(default_factory=list)

    def note(self, rule: Rule, what: str) -> None:
        self.flaws.append(Flaw(rule, what))

    def take_size(self, width: int, height: int) -> bool:
        """False where the image is too large to be decoded."""
        self.width, self.height = width, height
        if width * height <= MAX_PIXELS and max(width, height) <= MAX_SIDE:
            return True
        limit = f"{MAX_PIXELS} pixels" if width * height > MAX_PIXELS else f"{MAX_SIDE} pixels a side"
        self.note(TOO_MANY_PIXELS, f"the image has {width} x {height} pixels, more than {limit}")
        return False

    def take_orientation(self, orientation: int) -> None:
        self.orientation = orientation
        if orientation != UPRIGHT:
            shown = "the picture is shown turned, but trained on as it is stored"
            self.note(EXIF_ROTATED, f"EXIF orientation {orientation}: {shown}")

    def take_damage(self, what: str, *, can_be_saved: bool) -> None:
        self.note(IMAGE_DAMAGED if can_be_saved else NOT_AN_IMAGE, what)


def examine(content: bytes, *, decode: bool) -> Examination:
    """What the content of an image file is; with ``decode`` every pixel of it is looked at."""
    found = Examination()
    try:
        if content.startswith(jpeg.MAGIC):
            found.format = "JPEG"
            _examine_jpeg(content, found, decode=decode)
        elif content.startswith(png.MAGIC):
            found.format = "PNG"
            _examine_png(content, found, decode=decode)
        else:
            _examine_foreign(content, found, decode=decode)
    except KindError as error:
        found.note(FORMAT_NOT_DECODED, error.what)
    except DamageError as error:
        found.note(NOT_AN_IMAGE, error.what)
    return found


def _examine_jpeg(content: bytes, found: Examination, *, decode: bool) -> None:
    header = jpeg.read_header(content)
    is_decodable = found.take_size(header.width, header.height)
    found.take_orientation(header.orientation.value if header.orientation else UPRIGHT)
    if header.channels == jpeg.CMYK:
        found.note(CMYK, "the JPEG is CMYK")
    if jpeg.has_too_many_scans(content, header):
        found.take_damage(f"the JPEG has more than {jpeg.MAX_SCANS} scans", can_be_saved=False)
    elif is_decodable and decode:
        scale = shrink_factor(header.width, header.height)
        channels = None if header.channels == jpeg.CMYK else 1
        small, wrong = jpeg.decode(content, header, scale=scale, channels=channels)
        if wrong:
            found.take_damage(wrong, can_be_saved=has_content(small))
        else:
            found.look = look_of(upright(flatten(small).convert("L"), found.orientation))
    elif jpeg.find_end(content, header) is None:
        found.take_damage(jpeg.CUT_OFF, can_be_saved=True)


def _examine_png(content: bytes, found: Examination, *, decode: bool) -> None:
    chunks = png.read_chunks(content, check_pixels=decode)
    is_decodable = found.take_size(chunks.width, chunks.height)
    found.take_orientation(chunks.orientation.value if chunks.orientation else UPRIGHT)
    if chunks.has_alpha:
        found.note(ALPHA, "the PNG has transparency")
    if chunks.bits == png.SIXTEEN_BITS:
        found.note(SIXTEEN_BIT, "the PNG has 16 bits a channel")
    if chunks.frames > 1:
        found.note(SEVERAL_FRAMES, f"the PNG has {chunks.frames} frames")
    if not decode or not is_decodable:
        if chunks.damage:
            found.take_damage(chunks.damage, can_be_saved=True)
        return
    image, wrong = png.decode(content, chunks)
    if wrong or chunks.damage:
        found.take_damage(chunks.damage or wrong, can_be_saved=not wrong or has_content(image))
    else:
        found.look = look_of(upright(shrunk(flatten(image)), found.orientation))


def _examine_foreign(content: bytes, found: Examination, *, decode: bool) -> None:
    name = foreign.find_format(content)
    if not name:
        raise DamageError(foreign.describe(content))
    found.format = name
    with foreign.open_foreign(content, name) as image:
        is_decodable = found.take_size(*image.size)
        found.note(FORMAT_UNSUPPORTED, f"the content is {name}")
        found.take_orientation(foreign.orientation_of(image))
        if not is_decodable:
            return
        if foreign.has_several_frames(image):
            found.note(SEVERAL_FRAMES, f"the {name} has several frames")
        if decode:
            found.look = look_of(upright(shrunk(flatten(foreign.decode(image, name))), found.orientation))

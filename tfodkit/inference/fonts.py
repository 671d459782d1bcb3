"""A font that can write the names of the classes.

Pillow's own font knows ASCII only. matplotlib, which comes with the Object Detection API, carries DejaVu Sans: Latin
with all accents, Greek, Cyrillic, Hebrew, Arabic. Chinese, Japanese and Korean need a font of the system.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SYSTEM_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "msyh.ttc",
    "YuGothM.ttc",
    "malgun.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "Arial Unicode.ttf",
)
"""Looked for where the system keeps its fonts: Linux, Windows (Chinese, Japanese, Korean), macOS."""

UNASSIGNED = "\U0010ffff"


@cache
def font_for(text: str, size: int) -> Font:
    """The first known font that has all of ``text``, with letters of ``size`` pixels; the first font where none has."""
    names = (*_bundled(), *SYSTEM_FONTS)
    fonts: list[Font] = [font for name in names if (font := _load(name, size))]
    fonts.append(ImageFont.load_default(size))
    return next((font for font in fonts if can_write(font, text)), fonts[0])


def can_write(font: Font, text: str) -> bool:
    """Whether ``font`` has a glyph for every character: an unknown one looks like a code point that is none."""
    unknown = _glyph(font, UNASSIGNED)
    return all(character.isspace() or _glyph(font, character) != unknown for character in set(text))


def _glyph(font: Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def _bundled() -> tuple[str, ...]:
    found = find_spec("matplotlib")
    folders = found.submodule_search_locations if found and found.submodule_search_locations else ()
    return tuple(str(Path(folder) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf") for folder in folders)


def _load(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None

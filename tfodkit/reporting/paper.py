"""What contact sheets are drawn on: measures and colours, a line of text, a picture in its frame."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from tfodkit.errors import OutputError, UsageError
from tfodkit.files import open_atomic
from tfodkit.inference.colours import Colour
from tfodkit.inference.fonts import font_for

PICTURE_WIDTH, PICTURE_HEIGHT = 360, 270
GAP, MARGIN = 18, 36
CAPTION, HEADING, TITLE = 32, 62, 96
"""Heights: the line below a picture, the lines above a group of pictures, those above all."""
COLUMNS = 4
MOST_ENLARGED = 2.0
MOST_LABELS = 10
"""Objects in a picture that are named; of more, the colours say enough."""
MAX_HEIGHT = 65_500
"""Of a JPEG."""

PAPER: Colour = (250, 249, 246)
MATTE: Colour = (234, 232, 226)
INK: Colour = (34, 34, 34)
FAINT: Colour = (120, 117, 110)
TITLE_TEXT, SUMMARY_TEXT, HEADING_TEXT, COUNT_TEXT = (30, INK), (17, FAINT), (22, INK), (16, FAINT)
NAME_TEXT, SPLIT_TEXT = (14, INK), (14, FAINT)
"""Size in pixels, and colour."""

FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}


def new_sheet(columns: int, height: int) -> Image.Image:
    """An empty sheet for so many pictures side by side."""
    return Image.new("RGB", (2 * MARGIN + columns * (PICTURE_WIDTH + GAP) - GAP, height), PAPER)


def check_sheet_output(output: Path, *, force: bool) -> None:
    """Refuse a place where no sheet can be saved.

    Raises:
        UsageError: ``output`` is no .jpg or .png.
        OutputError: it exists and ``force`` is not set.
    """
    if output.suffix.lower() not in FORMATS:
        raise UsageError(f"-o {output}", "a sheet is a .jpg or a .png", "Name it so.")
    if output.exists() and not force:
        raise OutputError(str(output), "the file exists", "Choose another name or pass --force.")


def save_sheet(sheet: Image.Image, output: Path) -> None:
    """Write a sheet in the format that its name says.

    Raises:
        OutputError: it can't be written.
    """
    with open_atomic(output) as file:
        sheet.save(file, FORMATS[output.suffix.lower()], quality=90)


def fitted(width: int, height: int) -> tuple[int, int]:
    """The size in pixels at which a picture fills its frame, small ones enlarged to no more than twice."""
    scale = min(PICTURE_WIDTH / width, PICTURE_HEIGHT / height, MOST_ENLARGED)
    return max(1, round(width * scale)), max(1, round(height * scale))


def frame(sheet: Image.Image, corner: tuple[int, int], picture: Image.Image | None) -> None:
    """Put ``picture`` into the middle of the frame at ``corner``; None leaves a word that there is none."""
    canvas = ImageDraw.Draw(sheet)
    left, top = corner
    canvas.rectangle((left, top, left + PICTURE_WIDTH - 1, top + PICTURE_HEIGHT - 1), fill=MATTE)
    if picture is None:
        write_line(sheet, (left + 90, top + PICTURE_HEIGHT // 2), "can't be decoded", SUMMARY_TEXT)
    else:
        inset = (PICTURE_WIDTH - picture.width) // 2, (PICTURE_HEIGHT - picture.height) // 2
        sheet.paste(picture, (left + inset[0], top + inset[1]))


def write_line(
    sheet: Image.Image, middle: tuple[int, int], text: str, style: tuple[int, Colour], *, widest: int | None = None
) -> int:
    """One line from the left, its letters centred on the height given; its width. What is too long is cut."""
    size, colour = style
    font = font_for(text, size)
    limit = widest or sheet.width
    while len(text) > 1 and font.getlength(text) > limit:
        text = f"{text[:-2]}…"
    ImageDraw.Draw(sheet).text(middle, text, fill=colour, font=font, anchor="lm")
    return round(font.getlength(text))

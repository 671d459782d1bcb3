from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from report_builders import make_analysis, make_set

from tfodkit.evaluation_report.panels import MOST_ENLARGED, SHOWN_SIDE, draw_panels, file_name, fitted, jpeg
from tfodkit.evaluation_report.worst import find_worst
from tfodkit.inference.colours import colour_of

MUG = 2
LOW, HIGH, UNSEEN = (20, 60, 60, 90), (20, 30, 60, 50), (70, 60, 90, 90)
GREY = (120, 120, 120)


def coloured(picture: Image.Image, box: tuple[float, float, float, float]) -> int:
    """Pixels of the class's own colour on the left edge of a box."""
    edge = np.asarray(picture)[int(box[1]) + 4 : int(box[3]) - 4, int(box[0]) : int(box[0]) + 2]
    return int((edge == colour_of(MUG)).all(axis=-1).sum())


def panels(scale: int = 1):
    images = make_set(([(MUG, LOW)], [(MUG, HIGH, 0.9), (MUG, UNSEEN, 0.2)]))
    (bad,) = find_worst(make_analysis(images))
    return draw_panels(Image.new("RGB", (100 * scale, 100 * scale), GREY), bad, images, threshold=0.5)


def test_one_panel_has_the_truth_and_the_other_what_was_found() -> None:
    drawn = panels()
    assert coloured(drawn.labelled, LOW) > 0
    assert coloured(drawn.found, LOW) == 0
    assert coloured(drawn.found, HIGH) > 0
    assert coloured(drawn.found, UNSEEN) == 0  # below the threshold


def test_boxes_keep_their_places_in_a_picture_of_another_size() -> None:
    assert coloured(panels(scale=3).labelled, tuple(3 * side for side in LOW)) > 20


@pytest.mark.parametrize(("size", "joined"), [((100, 100), (212, 100)), ((200, 100), (200, 212))])
def test_wide_pictures_lie_over_one_another(size: tuple[int, int], joined: tuple[int, int]) -> None:
    drawn = panels()
    pair = type(drawn)(drawn.labelled.resize(size), drawn.found.resize(size))
    assert pair.joined().size == joined


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((4000, 3000), (SHOWN_SIDE, SHOWN_SIDE * 3 // 4)),
        ((50, 20), (int(50 * MOST_ENLARGED), int(20 * MOST_ENLARGED))),
        ((9000, 1), (SHOWN_SIDE, 1)),
    ],
)
def test_a_picture_is_brought_to_the_size_of_the_page(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert fitted(Image.new("RGB", size)).size == shown


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("tray.jpg", "01_tray.jpg"),
        ("a/../../etc/passwd", "01_passwd.jpg"),
        ("c:\\photos\\tray 1.JPG", "01_tray_1.jpg"),
        ("<script>.png", "01_script.jpg"),
        ("베이글.png", "01_베이글.jpg"),
        ("x" * 300 + ".png", f"01_{'x' * 40}.jpg"),
        ("...", "01_picture.jpg"),
        ("", "01_picture.jpg"),
    ],
)
def test_the_file_of_a_picture_has_a_harmless_name(name: str, file: str) -> None:
    assert file_name(1, name) == file


def test_a_picture_is_kept_as_jpeg() -> None:
    assert Image.open(io.BytesIO(jpeg(panels().joined(), 80))).format == "JPEG"

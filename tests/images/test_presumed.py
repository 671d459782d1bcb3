"""Annotations without their pictures are about the picture that labelImg would show them with."""

from pathlib import Path

import pytest

from tfodkit.images.presumed import PresumedImages


@pytest.mark.parametrize(
    ("filename", "stem", "subfolder", "name"),
    [
        ("tray.jpg", "tray", "", "tray.jpg"),
        ("IMG_4711.JPG", "tray", "", "tray.JPG"),  # the XML was renamed together with the picture
        ("tray", "tray", "", "tray"),  # as roLabelImg writes it
        ("tray.001", "tray.001", "", "tray.001"),
        ("", "tray", "day1", "day1/tray"),
        (r"C:\me\tray.jpg", "tray", "day1", "day1/tray.jpg"),
        ("day1/tray.jpg", "", "annotations", "day1/tray.jpg"),  # a COCO file or a CSV
        (r"day1\tray.jpg", "", "", "day1/tray.jpg"),
        ("/home/me/tray.jpg", "", "", "/home/me/tray.jpg"),
    ],
)
def test_every_image_is_found_under_its_name(filename, stem, subfolder, name):
    images = PresumedImages(Path("nowhere"))
    assert images.name_of(images.find(filename, stem=stem, subfolder=subfolder)) == name
    assert images.images == images.loops == []

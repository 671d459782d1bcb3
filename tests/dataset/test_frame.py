"""Which pixels the boxes were drawn on: what the annotation states, and what EXIF says."""

from pathlib import Path

import pytest

from tfodkit.annotations.drafts import ImageDraft
from tfodkit.annotations.masks import PolygonMask
from tfodkit.boxes import Box
from tfodkit.dataset.frame import frame_of
from tfodkit.dataset.policies import Policies
from tfodkit.images.facts import ImageFacts


def draft(size=(40, 30)):
    return ImageDraft(Path("in/a.jpg"), "a.jpg", Path("in/a.xml"), (), size, 5)


def facts(width=40, height=30, orientation=1):
    return ImageFacts("JPEG", width, height, orientation, 1000, b"\0" * 32, 0, None)


def test_a_plain_picture_is_its_own_frame():
    frame, findings = frame_of(draft(), facts(), Policies())
    assert (frame.width, frame.height, frame.recorded_size, frame.is_turned) == (40, 30, (40, 30), False)
    assert findings == []


def test_a_size_that_is_not_stated_is_the_pictures():
    frame, findings = frame_of(draft(None), facts(), Policies())
    assert (frame.recorded_size, findings) == ((40, 30), [])


def test_another_size_is_an_error():
    frame, (finding,) = frame_of(draft((30, 40)), facts(), Policies())
    assert frame is None
    assert str(finding.problem) == (
        "in/a.xml:5: the image has 40 x 30 pixels, but its annotation says 30 x 40. "
        "Label the image again, or put back the image that was labelled. [TFK212]"
    )


@pytest.mark.parametrize(
    ("size", "stated"),
    [((0, 30), "0 x 30"), ((float("nan"), 30), "none x 30"), ((40, 30.5), "40 x 30.5"), ((40, 1e12), "40 x 1e+12")],
)
def test_an_impossible_size_is_an_error_unless_it_may_be_repaired(size, stated):
    frame, (finding,) = frame_of(draft(size), facts(), Policies())
    assert frame is None
    assert finding.is_error
    assert f"the annotation says {stated}" in finding.what
    frame, (finding,) = frame_of(draft(size), facts(), Policies(repair_sizes=True))
    assert frame.recorded_size == (40, 30)
    assert finding.outcome == "fixed"


@pytest.mark.parametrize("size", [(40, 30), (30, 40), None])
def test_a_turned_picture_is_refused_and_says_which_one_was_drawn_on(size):
    frame, (finding,) = frame_of(draft(size), facts(orientation=6), Policies())
    assert frame is None
    assert finding.is_error
    drawn = {(40, 30): "drawn on the stored one", (30, 40): "drawn on the upright one", None: "taken to be drawn on"}
    assert drawn[size] in finding.what


@pytest.mark.parametrize(
    ("size", "exif", "expected"),
    [
        ((40, 30), "apply", (20, 2, 24, 5)),  # stored 90 degrees to the left of upright: y runs against x
        ((40, 30), "strip", (2, 6, 5, 10)),
        ((30, 40), "apply", (2, 6, 5, 10)),
        ((30, 40), "strip", (6, 25, 10, 28)),
        (None, "apply", (2, 6, 5, 10)),
    ],
)
def test_boxes_follow_the_picture(size, exif, expected):
    frame, (finding,) = frame_of(draft(size), facts(orientation=6), Policies(exif=exif))
    assert finding.outcome == "fixed"
    assert frame.recorded_size == ((30, 40) if exif == "apply" else (40, 30))
    assert frame.place(Box(2, 6, 5, 10)).xyxy == expected


@pytest.mark.parametrize("orientation", range(2, 9))
def test_boxes_points_and_polygons_agree(orientation):
    size = (40, 30)
    frame, _ = frame_of(draft(size), facts(orientation=orientation), Policies(exif="apply"))
    corners = [frame.place_point(x, y) for x, y in ((2, 6), (5, 10))]
    placed = frame.place(Box(2, 6, 5, 10))
    assert sorted({placed.xmin, placed.xmax}) == sorted(x for x, _ in corners)
    assert sorted({placed.ymin, placed.ymax}) == sorted(y for _, y in corners)
    (polygon,) = frame.place_mask(PolygonMask(((2, 6, 5, 10, 2, 10),))).polygons
    assert polygon[:4] == (*corners[0], *corners[1])

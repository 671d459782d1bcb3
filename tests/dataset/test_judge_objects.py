"""An object is recorded as it was labelled, or something is said about it; nothing vanishes."""

import math
from pathlib import Path

import pytest

from tfodkit.annotations import ImageDraft, Keypoint, ObjectDraft
from tfodkit.annotations.masks import PolygonMask, RunLengthMask
from tfodkit.boxes import Box, OrientedBox
from tfodkit.dataset.frame import Frame
from tfodkit.dataset.judge_objects import ObjectJudge
from tfodkit.dataset.policies import Policies

FRAME = Frame(40, 30)


def draft_of(*objects, **overrides):
    return ImageDraft(Path("in/a.jpg"), "a.jpg", Path("in/a.xml"), objects, (40, 30), **overrides)


def found(*xyxy, label="mug", number=1, **overrides):
    return ObjectDraft(number, label, xyxy or (4, 6, 20, 24), line=17, **overrides)


def judge(*objects, frame=FRAME, classes=None, policies=None, **overrides):
    return ObjectJudge(policies or Policies(), classes).judge(draft_of(*objects, **overrides), frame)


def test_a_sound_object_is_recorded_as_it_is():
    (mug,), findings = judge(found(4, 6.5, 40, 30, difficult=True, truncated=True, pose="Left", is_crowd=True))
    assert (mug.label, mug.box, mug.pose) == ("mug", Box(4, 6.5, 40, 30), "Left")
    assert (mug.difficult, mug.truncated, mug.is_crowd) == (True, True, True)
    assert findings == []


@pytest.mark.parametrize(
    ("xyxy", "text", "code"),
    [
        ((4, 6, 41, 24), "xmax 41 > width 40. Fix the box in labelImg, or pass --clip-boxes.", "TFK303"),
        ((4, 6, 20, 30.5), "ymax 30.5 > height 30. Fix", "TFK303"),
        ((-1, -2, 20, 24), "xmin -1 < 0, ymin -2 < 0. Fix", "TFK303"),
        ((4, 6, 3, 24), "xmin 4 > xmax 3. Fix the box in labelImg, or pass --drop-invalid.", "TFK301"),
        ((4, 6, 20, 3), "ymin 6 > ymax 3. Fix", "TFK301"),
        ((40, 6, 50, 24), "the box (40, 6, 50, 24) lies outside the 40 x 30 image. Fix", "TFK304"),
        ((-9, 6, -1, 24), "the box (-9, 6, -1, 24) lies outside the 40 x 30 image. Fix", "TFK304"),
        ((math.nan, 6, 20, 24), "the box is (nan, 6, 20, 24). Fix", "TFK305"),
        ((4, 6, math.inf, 24), "the box is (4, 6, inf, 24). Fix", "TFK305"),
    ],
)
def test_a_wrong_box_is_an_error_with_its_place(xyxy, text, code):
    objects, (finding,) = judge(found(*xyxy))
    assert str(finding.problem).startswith(f'in/a.xml:17: object 1 "mug": {text}')
    assert (finding.code, finding.is_error, objects) == (code, True, ())


def test_a_turned_box_is_an_error():
    objects, (finding,) = judge(found(oriented=OrientedBox(20, 15, 10, 4, math.pi / 4)))
    text = "the box is turned by 45 degrees, but detectors' are upright. Draw an upright box in labelImg, or pass"
    assert str(finding.problem).startswith(f'in/a.xml:17: object 1 "mug": {text} --drop-invalid;')
    assert (finding.code, finding.is_error, objects) == ("TFK313", True, ())


@pytest.mark.parametrize(("xyxy", "what"), [((4, 6, 4, 24), "width"), ((4, 6, 20, 6), "height")])
def test_a_box_of_zero_size_is_left_out(xyxy, what):
    objects, (finding,) = judge(found(*xyxy))
    assert (objects, finding.code, finding.outcome) == ((), "TFK302", "left out")
    assert finding.what.endswith(f"has no {what}")


def test_boxes_are_cut_at_the_border_where_that_is_allowed():
    (mug,), (finding,) = judge(found(-1, 6, 44, 24), policies=Policies(clip_boxes=True))
    assert mug.box == Box(0, 6, 40, 24)
    assert (finding.code, finding.outcome) == ("TFK303", "fixed")
    objects, (finding,) = judge(found(40, 6, 44, 24), policies=Policies(clip_boxes=True))
    assert (objects, finding.code, finding.is_error) == ((), "TFK304", True)  # nothing would be left


@pytest.mark.parametrize(
    ("label", "text", "code"),
    [
        ("", "the label can't name a class: it is blank. Name the object.", "TFK401"),
        (" \n", "the label can't name a class: it is blank", "TFK401"),
        ("a\tb", "the label can't name a class: it has control characters", "TFK407"),
        ("background", "a class can't be called 'background'", "TFK406"),
        ("cup", "the label map has no such class", "TFK405"),
    ],
)
def test_a_label_that_names_no_class_is_an_error(label, text, code):
    objects, findings = judge(found(label=label), classes=frozenset({"mug"}))
    errors = [finding for finding in findings if finding.is_error]
    assert [(finding.code, objects) for finding in errors] == [(code, ())]
    assert text in str(errors[0].problem)


def test_white_space_round_a_label_is_taken_away_and_said():
    (mug,), (finding,) = judge(found(label="mug "))
    assert (mug.label, finding.code, finding.outcome) == ("mug", "TFK402", "fixed")


def test_a_box_drawn_twice_is_said_and_kept():
    objects, (finding,) = judge(found(), found(number=2), found(number=3, label="cup"))
    assert len(objects) == 3
    assert (finding.code, finding.subject, finding.what) == ("TFK307", 'object 2 "mug"', "the same box as object 1")


def test_normalised_boxes_are_shares_of_the_picture_and_rounding_is_no_error():
    (mug,), findings = judge(found(0.1, 0.2, 1.000003, 0.5), is_normalised=True)
    assert mug.box.xyxy == pytest.approx((4, 6, 40, 15))
    assert mug.box.xmax == 40
    assert findings == []
    _, (finding,) = judge(found(0.1, 0.2, 1.1, 0.5), is_normalised=True)
    assert finding.code == "TFK303"


def test_a_normalised_box_that_no_float_holds_in_pixels_is_not_finite():
    objects, (finding,) = judge(found(0.1, -1e308, 0.5, 1e308), is_normalised=True)
    assert (objects, finding.code) == ((), "TFK305")


def test_whole_pixels_come_back_whole_from_shares():
    frame = Frame(1023, 767)
    shares = (81 / 1023, 88 / 767, 522 / 1023, 408 / 767)
    (mug,), _ = judge(found(*shares), frame=frame, is_normalised=True)
    assert mug.box.xyxy == (81, 88, 522, 408)


def test_masks_and_keypoints_of_normalised_drafts_are_shares_as_well():
    mask, point = PolygonMask(((0.1, 0.2, 0.5, 0.2, 0.5, 0.8),)), Keypoint("tip", 0.5, 0.5, 2)
    (mug,), _ = judge(found(0.1, 0.2, 0.5, 0.8, mask=mask, keypoints=(point,)), is_normalised=True)
    assert mug.mask.polygons[0] == pytest.approx((4, 6, 20, 6, 20, 24))
    assert mug.keypoints == (Keypoint("tip", 20, 15, 2),)


def test_a_mask_of_another_size_is_an_error():
    objects, (finding,) = judge(found(mask=RunLengthMask(10, 10, (50, 50))))
    assert (objects, finding.code) == ((), "TFK310")
    assert finding.what == "the mask has 10 x 10 pixels, but the image 40 x 30"


def test_a_mask_that_is_no_polygon_can_not_be_turned():
    frame = Frame(40, 30, orientation=6)
    objects, (finding,) = judge(found(mask=RunLengthMask(40, 30, (0, 1200))), frame=frame)
    assert (objects, finding.code) == ((), "TFK310")
    (mug,), findings = judge(found(mask=PolygonMask(((4, 6, 20, 6, 20, 24),))), frame=frame)
    assert (mug.box.xyxy, mug.mask.polygons) == ((6, 4, 24, 20), ((24, 4, 24, 20, 6, 20),))
    assert findings == []


def test_without_a_picture_everything_but_its_border_is_judged():
    objects, findings = judge(found(4, 6, 4000, 24), found(9, 6, 4, 24, number=2), frame=None)
    assert objects == ()
    assert [finding.code for finding in findings] == ["TFK301"]

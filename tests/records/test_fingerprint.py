"""The fingerprint changes with everything that decides what is written, and with nothing else."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from builders import make_image_annotation, make_object

from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.masks import InstanceMask, PolygonMask, RunLengthMask
from tfodkit.annotations.rules import BOX_OUTSIDE, BOX_REPEATED, DIFFICULT
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.boxes import Box
from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.shares import SplitShares
from tfodkit.dataset.survey import SurveyedImage
from tfodkit.findings import Finding
from tfodkit.images.facts import ImageFacts
from tfodkit.images.mends import ImageMend
from tfodkit.records import fingerprint as module
from tfodkit.records.fingerprint import fingerprint
from tfodkit.records.options import RecordOptions
from tfodkit.records.plan import RecordPlan

FACTS = ImageFacts("JPEG", 40, 30, 1, 1000, bytes(32), 0, None)
FOUND = make_object("mug")
LABEL_MAP = LabelMap(("bagel", "mug"))


def plan(**overrides):
    images = overrides.pop("images", (SurveyedImage(make_image_annotation("/in/a.jpg"), FACTS),))
    side_of = {image.annotation.name: "train" for image in images}
    return replace(RecordPlan(RecordOptions(), "voc", LABEL_MAP, images, side_of, (), (), ()), **overrides)


def of_object(**overrides):
    return plan(
        images=(SurveyedImage(make_image_annotation("/in/a.jpg", objects=(replace(FOUND, **overrides),)), FACTS),)
    )


def of_image(**overrides):
    return plan(images=(SurveyedImage(make_image_annotation(**{"image": Path("/in/a.jpg"), **overrides}), FACTS),))


OBJECTS = {
    "label": "bagel",
    "box": Box(4, 6, 20, 24.5),
    "difficult": True,
    "truncated": True,
    "pose": "Left",
    "is_crowd": True,
    "mask": PolygonMask(((4, 6, 20, 6, 20, 24),)),
    "keypoints": (Keypoint("handle", 5, 7, 2),),
}
IMAGES = {"width": 41, "height": 31, "objects": (), "image": Path("/in/b.jpg"), "subfolder": "bar"}
NOWHERE = {"source"}
OPTIONS = {
    "shares": SplitShares(0.7, 0.3),
    "seed": 1,
    "lists": Path("lists"),
    "group_by": "folder",
    "near_duplicates": False,
    "grouping": "single",
    "shard_bytes": 5000,
    "policies": Policies(clip_boxes=True),
    "verify": "header",
}


def test_it_is_the_same_wherever_the_data_lies(monkeypatch):
    here = make_image_annotation("/in/a.jpg", source=Path("/in/a.xml"))
    there = make_image_annotation("/elsewhere/a.jpg", source=Path("/elsewhere/a.xml"))
    marks = {fingerprint(plan(images=(SurveyedImage(annotation, FACTS),))) for annotation in (here, there)}
    note = Finding(DIFFICULT, Path("a.xml"), "marked difficult", 7)
    marks |= {fingerprint(plan()), fingerprint(plan(findings=(note,)))}
    marks |= {fingerprint(plan(options=RecordOptions(workers=3, label_map=LABEL_MAP)))}
    assert len(marks) == 1
    assert len(marks.pop()) == 64


def test_everything_of_an_object_an_image_and_the_options_counts(monkeypatch):
    assert {field.name for field in fields(ObjectAnnotation) if field.compare} == OBJECTS.keys()
    assert {field.name for field in fields(ImageAnnotation)} == IMAGES.keys() | NOWHERE
    assert {field.name for field in fields(RecordOptions)} == OPTIONS.keys() | {"workers", "label_map"}
    finding = Finding(BOX_OUTSIDE, Path("a.xml"), "xmax 60 > 40", 9, "object 1")
    plans = [
        plan(),
        *(of_object(**{name: value}) for name, value in OBJECTS.items()),
        *(of_image(**{name: value}) for name, value in IMAGES.items()),
        *(plan(options=RecordOptions(**{name: value})) for name, value in OPTIONS.items()),
        plan(format="coco"),
        plan(label_map=LabelMap(("mug", "bagel"))),
        plan(side_of={"a.jpg": "val"}),
        plan(findings=(finding.fixed(),)),
        plan(findings=(finding.left_out(),)),
        plan(findings=(Finding(BOX_REPEATED, Path("a.xml"), "as object 1"),)),
        plan(images=()),
        plan(images=(SurveyedImage(make_image_annotation("/in/a.jpg"), replace(FACTS, sha256=b"x" * 32)),)),
        *(
            plan(images=(SurveyedImage(make_image_annotation("/in/a.jpg"), FACTS, mend),))
            for mend in (ImageMend("apply"), ImageMend("strip"), ImageMend(encode_again=True))
        ),
        of_object(mask=RunLengthMask(2, 2, (1, 3))),
        of_object(mask=RunLengthMask(2, 2, (2, 2))),
    ]
    marks = [fingerprint(each) for each in plans]
    assert len(set(marks)) == len(plans)
    monkeypatch.setattr(module, "__version__", "0.0.9")
    assert fingerprint(plan()) not in marks


def test_a_mask_in_a_file_counts_by_its_content(tmp_path):
    def mark(folder, content, instance=1):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "a.png").write_bytes(content)
        return fingerprint(of_object(mask=InstanceMask(tmp_path / folder / "a.png", instance)))

    assert mark("here", b"one") == mark("there", b"one")
    assert len({mark("here", b"one"), mark("here", b"two"), mark("here", b"one", instance=2)}) == 3
    with_mask = of_object(mask=InstanceMask(tmp_path / "nix.png", 1))
    assert fingerprint(with_mask) == fingerprint(with_mask)


@pytest.mark.parametrize("name", ["caf\udcc3.jpg", "é.jpg"])
def test_any_file_name_has_a_fingerprint(name):
    assert fingerprint(of_image(image=Path("/in") / name)) != fingerprint(plan())

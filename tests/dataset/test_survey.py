"""Every picture and every object is in the survey or named in it; policies mend what they may."""

import json
import shutil
from pathlib import Path

import pytest
from builders import cafe_folder, draw_image, label_folder, label_image, make_object, shared_data
from PIL import Image

from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.lost_objects import LostObjects
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.source import open_source
from tfodkit.dataset.survey import survey
from tfodkit.errors import DataError
from tfodkit.images.mends import ImageMend


def look(folder, annotations=None, **options):
    return survey(open_source(folder, annotations), **options)


def codes(found):
    return [(finding.path.name, finding.code, str(finding.outcome)) for finding in found.findings]


def rewrite(path, *changes):
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def rotate(path, orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(path) as image:
        image.save(path, exif=exif)


def test_a_sound_folder_has_no_findings(tmp_path):
    found = look(cafe_folder(tmp_path))
    assert found.findings == ()
    assert [image.annotation.name for image in found.images] == [f"tray_{number:02}.jpg" for number in range(12)]
    assert all(image.mend is None for image in found.images)
    assert found.annotated == (("bagel", 4), ("mug", 10))
    assert found.lost == ()
    found.require_sound()


@pytest.mark.parametrize("decode", [True, False])
def test_workers_change_nothing(tmp_path, decode):
    cafe_folder(tmp_path)
    (tmp_path / "tray_03.xml").write_text("<annotation>")
    assert look(tmp_path, workers=1, decode=decode) == look(tmp_path, workers=8, decode=decode)


def test_all_that_is_wrong_comes_together_sorted_by_file(tmp_path):
    label_folder(tmp_path, {f"{name}.jpg": ["mug"] for name in "abcdef"})
    (tmp_path / "a.xml").write_text("<annotation>")
    (tmp_path / "b.jpg").unlink()
    (tmp_path / "c.jpg").write_bytes((tmp_path / "c.jpg").read_bytes()[:-8])
    rewrite(tmp_path / "d.xml", ("<xmax>20", "<xmax>41"))
    rewrite(tmp_path / "e.xml", ("<width>40", "<width>41"))
    draw_image(tmp_path / "g.jpg")
    found = look(tmp_path)
    assert codes(found) == [
        ("a.xml", "TFK101", "open"),
        ("b.xml", "TFK110", "open"),
        ("c.jpg", "TFK203", "open"),
        ("d.xml", "TFK303", "open"),
        ("e.xml", "TFK212", "open"),
        ("g.jpg", "TFK114", "left out"),
    ]
    with pytest.raises(DataError) as caught:
        found.require_sound()
    assert len(caught.value.problems) == 5
    assert [image.annotation.name for image in found.images] == ["f.jpg"]


def test_the_objects_of_images_that_can_not_be_told_are_lost_and_counted(tmp_path):
    label_image(tmp_path / "a.jpg", make_object(), make_object("cup"))
    shutil.copy(tmp_path / "a.xml", tmp_path / "twin.xml")
    label_image(tmp_path / "gone.jpg", make_object(), make_object("cup", 4, 6, 5, 7))
    (tmp_path / "gone.jpg").unlink()
    rewrite(tmp_path / "gone.xml", ("<xmax>5<", "<xmax>5,5<"))
    found = look(tmp_path, policies=Policies(drop_invalid=True))
    assert found.annotated == (("cup", 3), ("mug", 3))
    assert found.lost == (
        LostObjects("cup", "images that are annotated twice", 1),
        LostObjects("cup", "numbers with a decimal comma", 1),
        LostObjects("mug", "annotations without an image", 1),
        LostObjects("mug", "images that are annotated twice", 1),
    )


_BOX = [2, 2, 9, 9]
_COCO = {
    "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "gone.jpg"}],
    "categories": [{"id": 1, "name": "mug"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": _BOX},
        {"id": 2, "image_id": 1, "category_id": 7, "bbox": _BOX},
        {"id": 3, "image_id": 2, "category_id": 1, "bbox": _BOX},
        {"id": 4, "image_id": 2, "category_id": 7, "bbox": _BOX},
        {"id": 5, "category_id": 1, "bbox": _BOX},
    ],
}
_CSV = """filename,class,xmin,ymin,xmax,ymax
a.jpg,mug,2,2,9,9
gone.jpg,mug,2,2,9,9
gone.jpg,cup,2,2,9,9
gone.jpg,,,,,
a.jpg,mug
"""
_NO_NAME, _NO_IMAGE = "objects of a class id that has no name", "annotations without an image"


@pytest.mark.parametrize(
    ("contents", "annotated", "lost"),
    [
        (
            {"all.json": json.dumps(_COCO)},
            (("", 3), ("mug", 2)),
            {("", _NO_IMAGE): 1, ("", _NO_NAME): 1, ("", "missing fields"): 1, ("mug", _NO_IMAGE): 1},
        ),
        (
            {"all.csv": _CSV},
            (("", 1), ("cup", 1), ("mug", 2)),
            {("", "missing fields"): 1, ("cup", _NO_IMAGE): 1, ("mug", _NO_IMAGE): 1},
        ),
        (
            {
                "classes.txt": "mug",
                "a.txt": "0 .5 .5 .2 .2\n1 .5 .5 .2 .2\n",
                "gone.txt": "0 .5 .5 .2 .2\n1 .5 .5 .2 .2\n",
            },
            (("", 2), ("mug", 2)),
            {("", _NO_IMAGE): 1, ("", _NO_NAME): 1, ("mug", _NO_IMAGE): 1},
        ),
        ({"a.txt": "0 .5 .5 .2 .2\n\n1 .5 .5 .2 .2\n"}, (("", 2),), {("", _NO_NAME): 2}),
    ],
)
def test_every_format_counts_the_objects_that_it_can_not_place_or_name(tmp_path, contents, annotated, lost):
    draw_image(tmp_path / "a.jpg")
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    found = look(tmp_path, policies=Policies(drop_invalid=True))
    assert found.annotated == annotated
    assert {(item.label, item.reason): item.count for item in found.lost} == lost


def test_every_lost_object_has_a_reason(tmp_path):
    label_image(tmp_path / "a.jpg", make_object(), make_object("cup", 4, 6, 5, 7))
    label_image(tmp_path / "b.jpg", make_object("cup"), make_object())
    label_image(tmp_path / "c.jpg", make_object("cup"))
    rewrite(tmp_path / "a.xml", ("<xmax>5<", "<xmax>4<"))
    rewrite(tmp_path / "b.xml", ("<width>40", "<width>41"))
    rewrite(tmp_path / "c.xml", ("<xmin>4</xmin>", ""))
    found = look(tmp_path, policies=Policies(drop_invalid=True))
    assert found.annotated == (("cup", 3), ("mug", 2))
    assert found.lost == (
        LostObjects("cup", "annotations of another size than their image", 1),
        LostObjects("cup", "boxes of zero size", 1),
        LostObjects("cup", "missing fields", 1),
        LostObjects("mug", "annotations of another size than their image", 1),
    )
    shown = sum(len(image.annotation.objects) for image in found.images)
    assert shown + sum(lost.count for lost in found.lost) == 5


def test_what_is_invalid_is_dropped_only_when_asked_and_then_by_name(tmp_path):
    label_folder(tmp_path, {f"{name}.jpg": ["mug", "cup"] for name in "abc"})
    rewrite(tmp_path / "a.xml", ("<name>cup", "<name>"))
    (tmp_path / "b.jpg").write_bytes(b"no image")
    found = look(tmp_path, policies=Policies(drop_invalid=True))
    found.require_sound()
    assert codes(found) == [("a.xml", "TFK401", "left out"), ("b.jpg", "TFK202", "left out")]
    assert [(image.annotation.name, len(image.annotation.objects)) for image in found.images] == [
        ("a.jpg", 1),
        ("c.jpg", 2),
    ]


def test_an_image_that_loses_all_its_objects_is_no_background(tmp_path):
    label_folder(tmp_path, {"a.jpg": ["mug"], "b.jpg": ["mug", "cup"], "c.jpg": []})
    rewrite(tmp_path / "a.xml", ("<xmax>20", "<xmax>2"))
    rewrite(tmp_path / "b.xml", ("<name>mug", "<name>"))
    found = look(tmp_path, policies=Policies(drop_invalid=True))
    assert codes(found) == [
        ("a.xml", "TFK312", "left out"),
        ("a.xml", "TFK301", "left out"),
        ("b.xml", "TFK401", "left out"),
    ]
    assert [image.annotation.name for image in found.images] == ["b.jpg", "c.jpg"]


def test_an_image_can_not_be_annotated_twice(tmp_path):
    label_folder(tmp_path, {"a.jpg": ["mug"], "b.jpg": ["mug"]})
    shutil.copy(tmp_path / "a.xml", tmp_path / "c.xml")
    (finding,) = look(tmp_path).findings
    assert str(finding.problem) == (
        f"{tmp_path}/c.xml:8: a.jpg is annotated in a.xml already. "
        "Correct the file name in one of the annotations, or remove it. [TFK113]"
    )


def test_two_folders_may_hold_images_of_one_name(tmp_path):
    for folder in ("day", "night"):
        label_image(tmp_path / folder / "tray.jpg", make_object(folder))
    found = look(tmp_path)
    assert [(image.annotation.name, image.annotation.objects[0].label) for image in found.images] == [
        ("day/tray.jpg", "day"),
        ("night/tray.jpg", "night"),
    ]


def test_a_picture_that_exif_turns_is_refused_applied_or_stripped(tmp_path):
    label_image(tmp_path / "a.jpg", make_object("mug", 2, 6, 5, 10))
    rotate(tmp_path / "a.jpg")
    (finding,) = look(tmp_path).errors
    assert "drawn on the stored one" in finding.what
    for exif, size, xyxy in (("apply", (30, 40), (20, 2, 24, 5)), ("strip", (40, 30), (2, 6, 5, 10))):
        (image,) = look(tmp_path, policies=Policies(exif=exif)).images
        assert image.mend == ImageMend(exif)
        assert (image.annotation.width, image.annotation.height) == size
        assert image.annotation.objects[0].box.xyxy == xyxy


def test_an_image_of_another_format_is_encoded_again_when_asked(tmp_path):
    label_image(tmp_path / "a.jpg", make_object())
    with Image.open(tmp_path / "a.jpg") as image:
        image.save(tmp_path / "a.webp")
    (tmp_path / "a.jpg").unlink()
    assert codes(look(tmp_path)) == [("a.webp", "TFK205", "open")]
    found = look(tmp_path, policies=Policies(repair_images=True))
    assert codes(found) == [("a.webp", "TFK205", "fixed")]
    assert found.images[0].mend == ImageMend(encode_again=True)


def test_a_damaged_image_is_found_by_its_end_alone(tmp_path):
    label_image(tmp_path / "a.jpg", make_object())
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:-8])
    for decode in (True, False):
        assert codes(look(tmp_path, decode=decode)) == [("a.jpg", "TFK203", "open")]


def test_a_label_map_says_which_classes_there_may_be(tmp_path):
    label_folder(tmp_path, {"a.jpg": ["mug", "cup"]})
    found = look(tmp_path, label_map=LabelMap(("mug",)))
    assert [(finding.code, finding.subject) for finding in found.errors] == [("TFK405", 'object 2 "cup"')]


def test_a_folder_that_links_to_itself_is_read_once(tmp_path):
    cafe_folder(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    found = look(tmp_path)
    assert len(found.images) == 12
    assert codes(found) == [("again", "TFK116", "open")]


def test_progress_counts_the_images(tmp_path):
    seen = []
    look(cafe_folder(tmp_path), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(number, 12) for number in range(1, 13)]


@pytest.mark.parametrize(
    ("name", "images", "annotations", "counts"),
    [
        ("raccoon", "images", "annotations", {"raccoon": 217}),
        ("bccd", "", None, {"Platelets": 361, "RBC": 4155, "WBC": 372}),
    ],
)
def test_the_real_data_in_full(name, images, annotations, counts):
    data = shared_data(name)
    found = look(data / images, annotations and data / annotations)
    found.require_sound()
    assert dict(found.annotated) == counts
    assert len(found.images) == {"raccoon": 200, "bccd": 364}[name]
    lost = () if name == "raccoon" else (LostObjects("RBC", "boxes of zero size", 2),)
    assert found.lost == lost
    assert [finding.place for finding in found.findings] == (
        []
        if name == "raccoon"
        else ['BloodImage_00338.xml:163 object 13 "RBC"', 'BloodImage_00343.xml:55 object 4 "RBC"']
    )
    assert all(isinstance(image.annotation.image, Path) for image in found.images)

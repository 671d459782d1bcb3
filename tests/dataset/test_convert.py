"""Any format becomes any other; what the target can't hold is counted, and wrong data is refused."""

import errno
import itertools
import json
import shutil

import pytest
from builders import draw_image, label_folder, label_image, make_object, shared_data

from tfodkit.annotations.losses import Loss
from tfodkit.dataset.convert import MARKER, convert
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.source import FORMATS, open_source
from tfodkit.dataset.survey import survey
from tfodkit.errors import DataError, OutputError, UsageError


def labelled(folder):
    label_image(folder / "a.jpg", make_object("no", 4, 6, 20, 24), make_object("mug, big", 1.5, 2, 40, 30))
    label_image(folder / "more/b.png", make_object("mug, big", 0, 0, 7, 9))
    return folder


def truth(folder):
    """What is in a data set, boxes to a thousandth of a pixel."""
    found = survey(open_source(folder), decode=False)
    assert found.errors == ()
    return {
        image.annotation.name: [
            (item.label, *(round(side, 3) for side in item.box.xyxy)) for item in image.annotation.objects
        ]
        for image in found.images
    }


@pytest.mark.parametrize(("first", "second"), list(itertools.product(FORMATS, FORMATS)))
def test_every_format_becomes_every_other_and_loses_no_box(tmp_path, first, second):
    data = labelled(tmp_path / "data")
    for number, (before, to) in enumerate([("data", first), ("out0", second), ("out1", "voc")]):
        report = convert(tmp_path / before, tmp_path / f"out{number}", to=to, images="copy")
        assert (report.target_format, report.images, report.objects, report.losses) == (to, 2, 3, ())
        assert truth(tmp_path / f"out{number}") == truth(data)


def test_the_folder_says_what_it_was_made_of_and_what_was_lost(tmp_path):
    label_image(tmp_path / "in/a.jpg", make_object(difficult=True), make_object(pose="Left"))
    draw_image(tmp_path / "in/b.jpg")
    report = convert(tmp_path / "in", tmp_path / "out", to="yolo")
    assert report.losses == (Loss("difficult flags", 1), Loss("poses", 1))
    assert (tmp_path / "out" / MARKER).read_text() == report.to_json()
    assert json.loads(report.to_json()) == {
        "from": "voc",
        "to": "yolo",
        "images": 1,
        "objects": 2,
        "lost": {"difficult flags": 1, "poses": 1},
        "findings": [
            {"code": "TFK114", "name": "images without an annotation", "outcome": "left out", "count": 1},
            {"code": "TFK307", "name": "boxes drawn twice", "outcome": "open", "count": 1},
        ],
    }
    written = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert written == ["classes.txt", "conversion.json", "data.yaml", "labels/a.txt"]


def test_the_same_data_gives_the_same_bytes(tmp_path):
    labelled(tmp_path / "in")
    for to in FORMATS:
        for name in ("one", "two"):
            convert(tmp_path / "in", tmp_path / to / name, to=to)
        one, two = (
            {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
            for folder in (tmp_path / to / "one", tmp_path / to / "two")
        )
        assert one == two


def test_classes_are_sorted_by_name(tmp_path):
    label_folder(tmp_path / "in", {"a.jpg": list("hgfedcba")})
    convert(tmp_path / "in", tmp_path / "out", to="yolo")
    assert (tmp_path / "out/classes.txt").read_text().split() == list("abcdefgh")


def test_pictures_come_along_as_copies_or_links(tmp_path):
    labelled(tmp_path / "in")
    for how, is_link in (("copy", False), ("link", True)):
        convert(tmp_path / "in", tmp_path / how, to="voc", images=how)
        for name in ("a.jpg", "more/b.png"):
            picture = tmp_path / how / name
            assert picture.is_symlink() is is_link
            assert picture.read_bytes() == (tmp_path / "in" / name).read_bytes()
            assert picture.with_suffix(".xml").is_file()


def test_a_picture_that_is_mended_is_copied_as_it_became_and_named_for_it(tmp_path):
    label_image(tmp_path / "in/a.webp", make_object())
    with pytest.raises(DataError, match=r"\[TFK205\]"):
        convert(tmp_path / "in", tmp_path / "out", to="csv", images="copy")
    convert(tmp_path / "in", tmp_path / "out", to="csv", images="link", policies=Policies(repair_images=True))
    assert (tmp_path / "out/images/a.jpg").read_bytes().startswith(b"\xff\xd8")
    assert truth(tmp_path / "out") == {"a.jpg": [("mug", 4, 6, 20, 24)]}
    draw_image(tmp_path / "in/a.jpg")
    (tmp_path / "in/a.xml").unlink()
    (tmp_path / "in/x.csv").write_text("filename,class,xmin,ymin,xmax,ymax\na.jpg,m,0,0,9,9\na.webp,m,0,0,9,9\n")
    with pytest.raises(DataError, match=r"a\.webp: mended, the image would overwrite a\.jpg\. Rename one of them\."):
        convert(tmp_path / "in", tmp_path / "more", to="csv", images="copy", policies=Policies(repair_images=True))
    assert not (tmp_path / "more").exists()


def test_a_picture_that_exif_turns_is_turned_with_its_boxes(tmp_path):
    from PIL import Image

    turned = Image.Exif()
    turned[0x0112] = 6
    draw_image(tmp_path / "in/a.jpg", (40, 30), exif=turned)
    (tmp_path / "in/x.csv").write_text("filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,30,40,m,1,2,29,38\n")
    with pytest.raises(DataError, match=r"Pass --exif apply"):
        convert(tmp_path / "in", tmp_path / "out", to="yolo")
    convert(tmp_path / "in", tmp_path / "out", to="yolo", images="copy", policies=Policies(exif="apply"))
    with Image.open(tmp_path / "out/images/a.jpg") as image:
        assert (image.size, image.getexif().get(0x0112, 1)) == ((30, 40), 1)
    assert truth(tmp_path / "out") == {"a.jpg": [("m", 1, 2, 29, 38)]}


def test_every_fault_of_the_data_is_in_the_error_and_nothing_is_written(tmp_path):
    (tmp_path / "in").mkdir()
    draw_image(tmp_path / "in/a.jpg")
    (tmp_path / "in/a.txt").write_text("7 .5 .5 .1 .1\n0 .5 .5 .1\n")
    (tmp_path / "in/classes.txt").write_text("mug\n")
    with pytest.raises(DataError) as error:
        convert(tmp_path / "in", tmp_path / "out", to="voc")
    first, second = str(error.value).splitlines()
    assert first.startswith(f"{tmp_path / 'in/a.txt'}:1: object 1: class 7 has no name; the last is 0. Add the class")
    assert second.startswith(f"{tmp_path / 'in/a.txt'}:2: object 2: a box is a class and 4 numbers, but got 4 fields. ")
    assert not (tmp_path / "out").exists()


def test_images_that_would_share_an_annotation_file_are_an_error_and_nothing_is_written(tmp_path):
    draw_image(tmp_path / "in/a.jpg")
    draw_image(tmp_path / "in/a.png")
    (tmp_path / "in/x.csv").write_text("filename,class,xmin,ymin,xmax,ymax\na.jpg,m,0,0,9,9\na.png,m,0,0,9,9\n")
    with pytest.raises(DataError, match=r"^a\.png: the annotation would overwrite that of a\.jpg"):
        convert(tmp_path / "in", tmp_path / "out", to="yolo")
    assert not (tmp_path / "out").exists()


def test_only_an_older_conversion_is_replaced_and_only_by_force(tmp_path):
    label_folder(tmp_path / "in", {"a.jpg": ["mug"]})
    convert(tmp_path / "in", tmp_path / "out", to="voc")
    with pytest.raises(OutputError, match="Choose another place or pass --force"):
        convert(tmp_path / "in", tmp_path / "out", to="csv")
    convert(tmp_path / "in", tmp_path / "out", to="csv", force=True)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["annotations.csv", MARKER]
    with pytest.raises(OutputError, match="something else than this command wrote it"):
        convert(tmp_path / "out", tmp_path / "in", to="csv", force=True)


def test_what_can_not_be_meant_is_an_error(tmp_path):
    with pytest.raises(UsageError) as error:
        convert(tmp_path, tmp_path / "out", to="labelme")
    assert str(error.value) == "--to labelme: there is no such format. Pass voc, coco, yolo or csv."
    with pytest.raises(ValueError, match="images must be one of none, copy, link, but got 'move'"):
        convert(tmp_path, tmp_path / "out", to="voc", images="move")


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize(("name", "images", "boxes"), [("raccoon", 200, 217), ("bccd", 364, 4886)])
def test_real_data_keeps_every_box(tmp_path, name, images, boxes, to):
    data = shared_data(name)
    report = convert(data, tmp_path / "out", to=to, images="link")
    assert (report.images, report.objects) == (images, boxes)
    assert truth(tmp_path / "out") == truth(data)


@pytest.mark.parametrize("place", ["", "data", "data/out", "data/out/../../data", "link"])
def test_what_is_read_is_never_written_over_or_among(tmp_path, place):
    convert(labelled(tmp_path / "in"), tmp_path / "data", to="voc", images="copy")  # --force may replace such a folder
    (tmp_path / MARKER).touch()
    (tmp_path / "link").symlink_to("data")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError, match=r"(lies in this folder\. Choose another place)|(would be read twice)"):
        convert(tmp_path / "data", tmp_path / place, to="voc", force=True)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_is_not_the_fault_of_the_picture_that_is_copied(tmp_path, monkeypatch):
    def copyfile(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    with pytest.raises(OutputError, match=r"out: can't be written: No space left on device\. Choose another place"):
        convert(labelled(tmp_path / "in"), tmp_path / "out", to="voc", images="copy")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]

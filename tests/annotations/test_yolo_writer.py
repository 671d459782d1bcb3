"""YOLO text as Ultralytics takes it, which reads back as the same boxes."""

from dataclasses import replace

import pytest
from builders import draw_image, make_image_annotation, make_object
from hypothesis import given, settings, strategies as st
from strategies import image_annotations

from tfodkit.annotations import Keypoint
from tfodkit.annotations.losses import Loss
from tfodkit.annotations.masks import PolygonMask, RunLengthMask
from tfodkit.annotations.yolo_reader import read_yolo
from tfodkit.annotations.yolo_writer import write_yolo
from tfodkit.errors import DataError
from tfodkit.images.index import ImageIndex

TRIANGLE = PolygonMask(((4, 6, 20, 6, 20, 24),))


def test_the_files_are_ultralytics(tmp_path):
    first = make_image_annotation("in/tray.jpg", ("mug", "no"))
    second = make_image_annotation("in/more/tray.png", (), subfolder="more")
    assert write_yolo([first, second], tmp_path, class_names=["bagel", "mug", "no"]) == ()
    written = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    # Golden: Ultralytics' trainer and labelImg open these files.
    assert {name: path.read_text() for name, path in written.items()} == {
        "labels/tray.txt": "1 0.3 0.5 0.4 0.6\n2 0.3 0.5 0.4 0.6\n",
        "labels/more/tray.txt": "",
        "classes.txt": "bagel\nmug\nno\n",
        "data.yaml": "path: .\ntrain: images\nval: images\nnames:\n  0: bagel\n  1: mug\n  2: 'no'\n",
    }


def test_polygons_are_written_where_every_object_of_the_image_has_one(tmp_path):
    outlined = make_image_annotation("a.jpg", objects=(make_object(mask=TRIANGLE),))
    mixed = make_image_annotation("b.jpg", objects=(make_object(mask=TRIANGLE), make_object("bun")))
    assert write_yolo([outlined, mixed], tmp_path, class_names=["bun", "mug"]) == (Loss("masks", 1),)
    assert (tmp_path / "labels/a.txt").read_text() == "1 0.1 0.2 0.5 0.2 0.5 0.8\n"
    assert (tmp_path / "labels/b.txt").read_text() == "1 0.3 0.5 0.4 0.6\n0 0.3 0.5 0.4 0.6\n"


@pytest.mark.parametrize(
    "mask",
    [
        PolygonMask((*TRIANGLE.polygons, (4, 6, 5, 6, 5, 7))),
        PolygonMask(((4, 6, 20, 6, 20, 22),)),
        RunLengthMask(40, 30, (1200,)),
    ],
    ids=["two polygons", "another box", "run lengths"],
)
def test_a_mask_that_is_not_one_polygon_that_fills_its_box_is_lost_and_the_box_stays(tmp_path, mask):
    annotation = make_image_annotation("a.jpg", objects=(make_object(mask=mask), make_object(mask=TRIANGLE)))
    assert write_yolo([annotation], tmp_path, class_names=["mug"]) == (Loss("masks", 2),)
    assert (tmp_path / "labels/a.txt").read_text() == "0 0.3 0.5 0.4 0.6\n" * 2


def test_what_yolo_can_not_hold_is_counted(tmp_path):
    full = make_object(difficult=True, truncated=True, is_crowd=True, pose="Left", keypoints=(Keypoint("n", 1, 2, 2),))
    annotation = make_image_annotation("a.jpg", objects=(full, make_object(pose="Left")))
    assert write_yolo([annotation], tmp_path, class_names=["mug"]) == (
        Loss("crowd flags", 1),
        Loss("difficult flags", 1),
        Loss("poses", 2),
        Loss("sets of keypoints", 1),
        Loss("truncated flags", 1),
    )


def test_what_can_not_be_written_is_an_error_before_anything_is(tmp_path):
    twins = [make_image_annotation(f"in/{name}") for name in ("a.jpg", "a.png")]
    with pytest.raises(
        DataError, match=r"^a\.png: the annotation would overwrite that of a\.jpg: both are called a\.txt"
    ):
        write_yolo(twins, tmp_path, class_names=["mug"])
    message = (
        r"^classes\.jpg: its annotation would be called classes\.txt, as the list of classes is\. Rename the image\."
    )
    with pytest.raises(DataError, match=message):
        write_yolo([make_image_annotation("classes.jpg")], tmp_path, class_names=["mug"])
    with pytest.raises(ValueError, match="class_names must have every label, but lack 'bun'"):
        write_yolo([make_image_annotation("a.jpg", ["mug", "bun"])], tmp_path, class_names=["mug"])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("yolo")
    draw_image(folder / "images/tray.jpg")
    draw_image(folder / "images/a b/قهوة.png")
    return folder


@settings(deadline=None)
@given(st.data())
def test_what_is_written_reads_back_within_a_thousandth_of_a_pixel(folder, data):
    names = ["a b/قهوة.png", "tray.jpg"]
    written = [data.draw(image_annotations(folder / "images", name)) for name in names]
    classes = sorted({label for annotation in written for label in annotation.labels})
    write_yolo(written, folder, class_names=classes)
    readings = list(
        read_yolo(folder / "labels", sorted((folder / "labels").rglob("*.txt")), ImageIndex(folder / "images"))
    )
    assert [finding for reading in readings for finding in reading.findings] == []
    for annotation, draft in zip(written, (draft for reading in readings for draft in reading.drafts), strict=True):
        assert draft.name == annotation.name
        scale = (annotation.width, annotation.height) * 2
        assert [item.label for item in draft.objects] == [item.label for item in annotation.objects]
        for item, original in zip(draft.objects, annotation.objects, strict=True):
            pixels = [share * side for share, side in zip(item.xyxy, scale, strict=True)]
            assert pixels == pytest.approx(original.box.xyxy, abs=1e-3)


def test_polygons_read_back_equal(folder):
    annotation = make_image_annotation(folder / "images/tray.jpg", objects=(make_object(mask=TRIANGLE),))
    write_yolo([annotation], folder, class_names=["mug"])
    (reading,) = read_yolo(folder / "labels", [folder / "labels/tray.txt"], ImageIndex(folder / "images"))
    (found,) = reading.drafts[0].objects
    assert found.mask == PolygonMask(((0.1, 0.2, 0.5, 0.2, 0.5, 0.8),))
    assert replace(found, mask=None).xyxy == (0.1, 0.2, 0.5, 0.8)

"""What is written as COCO is read back the same, and pycocotools sees the same in it."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from builders import HEIGHT, WIDTH, draw_image, make_image_annotation, make_object
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from PIL import Image

from tfodkit.annotations.coco_reader import read_coco
from tfodkit.annotations.coco_writer import write_coco
from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.mask_pixels import to_bitmap, to_run_lengths
from tfodkit.annotations.masks import InstanceMask, PolygonMask, RunLengthMask
from tfodkit.annotations.values import ObjectAnnotation
from tfodkit.boxes import Box
from tfodkit.errors import DataError
from tfodkit.images.index import ImageIndex

TRIANGLE = PolygonMask([(4, 6, 20, 6, 20, 24.5)])
RUNS = RunLengthMask(WIDTH, HEIGHT, (4, 2, WIDTH * HEIGHT - 6))

labels = st.sampled_from(["mug", "bagel", "crêpe “à”", 'x"y', "\U0001f95e"])
coordinates = st.floats(0, 40) | st.integers(0, 4000).map(lambda value: value / 100)
sides = st.integers(0, 4000).map(lambda value: value / 100)
corners = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=5)
polygon_masks = st.lists(
    corners.map(lambda found: [value for corner in found for value in corner]), min_size=1, max_size=2
).map(PolygonMask)
cuts = st.lists(st.integers(0, WIDTH * HEIGHT), max_size=9).map(sorted)
run_masks = cuts.map(lambda cuts: RunLengthMask(WIDTH, HEIGHT, np.diff([0, *cuts, WIDTH * HEIGHT]).tolist()))
points = st.builds(lambda x, y, seen: (x, y, seen), coordinates, coordinates, st.sampled_from([0, 1, 2]))


@st.composite
def objects(draw):
    label = draw(labels)
    xmin, xmax = sorted(draw(st.tuples(sides, sides).filter(lambda pair: pair[0] != pair[1])))
    ymin, ymax = sorted(draw(st.tuples(sides, sides).filter(lambda pair: pair[0] != pair[1])))
    seen = draw(st.none() | st.tuples(points, points).filter(lambda found: any(point[2] for point in found)))
    names = (f"{label} left", f"{label} right")
    return ObjectAnnotation(
        label,
        Box(xmin, ymin, xmax, ymax),
        difficult=draw(st.booleans()),
        truncated=draw(st.booleans()),
        pose=draw(st.sampled_from(["Unspecified", "Left", "vue de côté"])),
        is_crowd=draw(st.booleans()),
        mask=draw(st.none() | polygon_masks | run_masks),
        keypoints=()
        if seen is None
        else tuple(Keypoint(name, *point) for name, point in zip(names, seen, strict=True)),
    )


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for name in ("a.jpg", "b é.png", "deep/er/a.jpg"):
        draw_image(folder / name)
    return ImageIndex(folder)


def read_back(path, index):
    readings = list(read_coco(path.parent, [path], index))
    assert [finding for reading in readings for finding in reading.findings] == []
    return [draft for reading in readings for draft in reading.drafts]


def drafted(draft):
    """An object of a draft as the annotation that it was."""
    box = Box(*draft.xyxy)
    flags = (draft.difficult, draft.truncated, draft.pose, draft.is_crowd)
    return ObjectAnnotation(draft.label, box, *flags, draft.mask, draft.keypoints)


def of_images(index, objects_of_images):
    for image, found in zip(index.images, objects_of_images, strict=False):
        folder = image.parent.relative_to(index.folder).as_posix()
        yield make_image_annotation(image, objects=tuple(found), subfolder="" if folder == "." else folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.lists(st.lists(objects(), max_size=4), min_size=1, max_size=3))
def test_annotations_come_back_as_they_were(pictures, tmp_path, objects_of_images):
    annotations = list(of_images(pictures, objects_of_images))
    assert write_coco(annotations, tmp_path / "x.json") == ()
    drafts = read_back(tmp_path / "x.json", pictures)
    assert [(draft.image, draft.name, draft.size) for draft in drafts] == [
        (found.image, found.name, (found.width, found.height)) for found in annotations
    ]
    assert [tuple(map(drafted, draft.objects)) for draft in drafts] == [found.objects for found in annotations]
    first = (tmp_path / "x.json").read_bytes()
    write_coco(annotations, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == first


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.tuples(*[st.floats(0, 1e4)] * 4))
def test_any_box_comes_back_but_for_the_last_bit(pictures, tmp_path, xyxy):
    (xmin, xmax), (ymin, ymax) = sorted(xyxy[::2]), sorted(xyxy[1::2])
    assume(xmin < xmax and ymin < ymax)
    write_coco(list(of_images(pictures, [[make_object("mug", xmin, ymin, xmax, ymax)]])), tmp_path / "x.json")
    (draft,) = read_back(tmp_path / "x.json", pictures)
    assert draft.objects[0].xyxy == pytest.approx((xmin, ymin, xmax, ymax), rel=2**-52, abs=0)


def test_the_file_is_a_line_an_entry(tmp_path):
    full = make_object(
        "mug", 4, 6, 20.1, 24, mask=TRIANGLE, difficult=True, truncated=True, pose="Left", is_crowd=True,
        keypoints=(Keypoint("nose", 8, 9.5, 2), Keypoint("tail", 0, 0, 0)),
    )  # fmt: skip
    annotations = [
        make_image_annotation("a.jpg", objects=(full, make_object("bagel"))),
        make_image_annotation("b é.png", objects=(make_object("mug", mask=RUNS),), subfolder="deep"),
    ]
    assert write_coco(annotations, tmp_path / "x.json", class_names=["mug", "bagel", "bun"]) == ()
    assert (
        (tmp_path / "x.json").read_text()
        == """{
"info": {"description": "written by tfodkit"},
"licenses": [],
"images": [
{"id": 1, "file_name": "a.jpg", "width": 40, "height": 30},
{"id": 2, "file_name": "deep/b \\u00e9.png", "width": 40, "height": 30}],
"annotations": [
{"id": 1, "image_id": 1, "category_id": 1, "bbox": [4, 6, 16.1, 18], "area": 147, \
"segmentation": [[4, 6, 20, 6, 20, 24.5]], "iscrowd": 1, "keypoints": [8, 9.5, 2, 0, 0, 0], \
"num_keypoints": 1, "difficult": 1, "truncated": 1, "pose": "Left"},
{"id": 2, "image_id": 1, "category_id": 2, "bbox": [4, 6, 16, 18], "area": 288, "segmentation": [], "iscrowd": 0},
{"id": 3, "image_id": 2, "category_id": 1, "bbox": [4, 6, 16, 18], "area": 2, \
"segmentation": {"size": [30, 40], "counts": [4, 2, 1194]}, "iscrowd": 0}],
"categories": [
{"id": 1, "name": "mug", "supercategory": "", "keypoints": ["nose", "tail"], "skeleton": []},
{"id": 2, "name": "bagel", "supercategory": ""},
{"id": 3, "name": "bun", "supercategory": ""}]
}
"""
    )


def test_classes_are_sorted_by_name_unless_given(tmp_path):
    labels = [f"class {number}" for number in range(10)]
    write_coco([make_image_annotation(labels=labels[::-1])], tmp_path / "x.json")
    categories = json.loads((tmp_path / "x.json").read_text())["categories"]
    assert [(entry["id"], entry["name"]) for entry in categories] == list(enumerate(labels, start=1))


def test_nothing_at_all_is_still_a_coco_file(tmp_path, pictures):
    write_coco([], tmp_path / "x.json")
    content = json.loads((tmp_path / "x.json").read_text())
    assert content["images"] == content["annotations"] == content["categories"] == []
    assert read_back(tmp_path / "x.json", pictures) == []


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.lists(objects(), min_size=1, max_size=4))
def test_pycocotools_sees_the_same(pictures, tmp_path, found):
    from pycocotools.coco import COCO

    write_coco(list(of_images(pictures, [found])), tmp_path / "x.json")
    with redirect_stdout(io.StringIO()):
        coco = COCO(tmp_path / "x.json")
    for number, expected in enumerate(found, start=1):
        (entry,) = coco.loadAnns(number)
        assert coco.loadCats(entry["category_id"])[0]["name"] == expected.label
        assert entry["bbox"] == pytest.approx(expected.box.xywh)
        if expected.mask:
            bitmap = to_bitmap(expected.mask, width=WIDTH, height=HEIGHT)
            assert np.array_equal(coco.annToMask(entry), bitmap)
            assert entry["area"] == bitmap.sum()


def test_an_instance_of_voc_is_written_as_run_lengths(tmp_path, pictures):
    values = np.zeros((HEIGHT, WIDTH), np.uint8)
    values[6:24, 4:20] = 3
    Image.fromarray(values).save(tmp_path / "instances.png")
    mask = InstanceMask(tmp_path / "instances.png", 3)
    annotations = list(of_images(pictures, [[make_object(mask=mask)]]))
    write_coco(annotations, tmp_path / "x.json")
    (draft,) = read_back(tmp_path / "x.json", pictures)
    assert draft.objects[0].mask == to_run_lengths(mask, width=WIDTH, height=HEIGHT)


def test_a_mask_that_cannot_be_read_leaves_no_file(tmp_path):
    mask = InstanceMask(tmp_path / "no.png", 3)
    with pytest.raises(DataError, match=r"no\.png: the mask is not there\. Replace the mask, or remove it\."):
        write_coco([make_image_annotation(objects=(make_object(mask=mask),))], tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_no_text_in_unicode_come_back(tmp_path, pictures):
    annotation = make_image_annotation(Path("a\udcff.jpg"))
    write_coco([annotation], tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text())["images"][0]["file_name"] == "a\udcff.jpg"


@pytest.mark.parametrize(
    ("found", "names", "message"),
    [
        (make_object("mug"), ["bagel"], "class_names must have every label, but lack 'mug'"),
        (
            make_object("mug", keypoints=(Keypoint("nose", 1, 2, 2), Keypoint("nose", 3, 4, 2))),
            None,
            "keypoints of an object must have a name each, but got ['nose', 'nose']",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, found, names, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared in full
        write_coco([make_image_annotation(objects=(found,))], tmp_path / "x.json", class_names=names)
    assert str(caught.value) == message
    assert list(tmp_path.iterdir()) == []
